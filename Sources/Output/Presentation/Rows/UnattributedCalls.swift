import LatencyHistogram
package import Profile
import SaturatingMath
import SyscallTable

extension ProcessProfile {
    /// The name for calls that are known, but not whose they are: they went through the kernel's overflow histograms.
    package static let unknownName = "(unknown process)"
}

extension Profile {
    /// The processes, and the calls that no process has in a row of their own: they add up to all calls.
    package var allProcesses: [ProcessProfile] {
        (processes + [unattributed].compactMap { $0 }).sorted(falling: \.totalNanoseconds, then: { $0.pid ?? .max })
    }

    /// The calls that are known by call and not by process; nil if there are none. Where calls were sampled, the counts of processes are
    /// rounded estimates, and what may be no more than their rounding is left out.
    package var unattributed: ProcessProfile? {
        let rest = restOfCalls(after: processes.lazy.flatMap(\.series))
        return rest.isEmpty ? nil : ProcessProfile(pid: nil, comm: ProcessProfile.unknownName, series: rest)
    }

    /// All calls but those in some groups. Where calls were sampled, what may be no more than the rounding of the groups is left out.
    package func restOfCalls(after groups: some Sequence<ProcessSeries>) -> [ProcessSeries] {
        var rest: [Key: ProcessSeries] = [:]
        for call in calls {
            for series in call.series where series.calls > 0 {
                let part = ProcessSeries(
                    id: call.id, outcome: series.outcome, failed: series.failed, calls: series.calls,
                    totalNanoseconds: series.distribution.sum)
                rest[Key(part)] = part
            }
        }
        var rounded: [Key: UInt64] = [:]
        for part in groups {
            rest[Key(part)]?.subtract(part)
            if capture.sampling != nil { rounded[Key(part), default: 0] += 1 }
        }
        return rest.values.filter { $0.calls > rounded[Key($0)] ?? 0 }.sorted { Key($0) < Key($1) }
    }

    private struct Key: Hashable, Comparable {
        let id: SyscallID
        let outcome: Outcome
        let failed: Bool

        init(_ series: ProcessSeries) { (id, outcome, failed) = (series.id, series.outcome, series.failed) }

        static func < (left: Key, right: Key) -> Bool {
            (left.id, left.outcome.rawValue, left.failed ? 1 : 0) < (right.id, right.outcome.rawValue, right.failed ? 1 : 0)
        }
    }
}

extension ProcessSeries {
    /// Processes of sampled calls are estimates: nothing goes below 0.
    fileprivate mutating func subtract(_ other: ProcessSeries) {
        calls -= min(other.calls, calls)
        totalNanoseconds -= min(other.totalNanoseconds, totalNanoseconds)
    }
}
