import LatencyHistogram
import Profile
import SaturatingMath
import SyscallTable

/// Adds up the calls of many windows: each bucket is added once, and nothing is sorted or copied meanwhile.
struct WindowSum {
    private struct Key: Hashable {
        let id: SyscallID
        let outcome: Outcome
        let failed: Bool
    }

    private final class Sum {
        var recorder = HistogramRecorder()
        var inferred: UInt64 = 0
        var unrepresented: UInt64 = 0
    }

    private var series: [Key: Sum] = [:]
    private var errnos: [SyscallID: [Int32: UInt64]] = [:]

    mutating func add(_ calls: [CallProfile]) {
        for call in calls {
            for part in call.series {
                let key = Key(id: call.id, outcome: part.outcome, failed: part.failed)
                let sum = series[key] ?? Sum()
                series[key] = sum
                sum.recorder.add(part.distribution)
                sum.inferred = sum.inferred.addingSaturating(part.inferred)
                sum.unrepresented = sum.unrepresented.addingSaturating(part.unrepresented)
            }
            for errno in call.errnos {
                let known = errnos[call.id]?[errno.errno] ?? 0
                errnos[call.id, default: [:]][errno.errno] = known.addingSaturating(errno.count)
            }
        }
    }

    var calls: [CallProfile] {
        var parts: [SyscallID: [Series]] = [:]
        for (key, sum) in series {
            parts[key.id, default: []].append(
                Series(
                    outcome: key.outcome, failed: key.failed, distribution: sum.recorder.snapshot(), inferred: sum.inferred,
                    unrepresented: sum.unrepresented))
        }
        return parts.map { id, series in
            let order = series.sorted { ($0.outcome.rawValue, $0.failed ? 1 : 0) < ($1.outcome.rawValue, $1.failed ? 1 : 0) }
            let errnos = (errnos[id] ?? [:]).map { ErrnoCount(errno: $0.key, count: $0.value) }
            return CallProfile(id: id, series: order, errnos: errnos)
        }.byFallingTotal
    }
}
