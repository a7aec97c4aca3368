import LatencyHistogram
import Profile
import ProfileSchema
import SyscallTable

/// Series and errors as they come, gathered by call.
struct CallDrafts {
    private var series: [SyscallID: [Series]] = [:]
    private var errnos: [SyscallID: [ErrnoCount]] = [:]
    private(set) var seriesCount = 0

    var isEmpty: Bool { series.isEmpty && errnos.isEmpty }

    mutating func add(_ new: (id: SyscallID, series: Series)) throws(ProfileDefect) {
        let known = series[new.id] ?? []
        guard !known.contains(where: { $0.outcome == new.series.outcome && $0.failed == new.series.failed }) else {
            throw ProfileDefect("the series of \(new.id.abi.name):\(new.id.name) is there twice")
        }
        series[new.id] = known + [new.series]
        seriesCount += 1
    }

    mutating func add(_ new: (id: SyscallID, errnos: [ErrnoCount])) throws(ProfileDefect) {
        guard errnos.updateValue(new.errnos, forKey: new.id) == nil else {
            throw ProfileDefect("the errors of \(new.id.abi.name):\(new.id.name) are there twice")
        }
    }

    /// The calls; errors of a call without series are left out, since nothing returned them.
    func profiles() -> [CallProfile] {
        series.map { CallProfile(id: $0.key, series: $0.value.inOrder, errnos: errnos[$0.key] ?? []) }
    }
}
