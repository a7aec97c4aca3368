import LatencyHistogram
import Profile
import ProfileSchema
import SyscallTable

/// Series, errors and work after the exit as they come, gathered by call.
struct CallDrafts {
    private var series: [SyscallID: [Series]] = [:]
    private var errnos: [SyscallID: [ErrnoCount]] = [:]
    private var afterExit: [SyscallID: AfterExit] = [:]
    private(set) var seriesCount = 0

    var isEmpty: Bool { series.isEmpty && errnos.isEmpty && afterExit.isEmpty }

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

    mutating func add(_ new: (id: SyscallID, afterExit: AfterExit)) throws(ProfileDefect) {
        guard afterExit.updateValue(new.afterExit, forKey: new.id) == nil else {
            throw ProfileDefect("the work that \(new.id.abi.name):\(new.id.name) left is there twice")
        }
    }

    /// The calls; errors of a call without series are left out, since nothing returned them.
    func profiles() -> [CallProfile] {
        Set(series.keys).union(afterExit.keys).map { id in
            CallProfile(
                id: id, series: (series[id] ?? []).inOrder, errnos: series[id] == nil ? [] : errnos[id] ?? [],
                afterExit: afterExit[id])
        }
    }
}
