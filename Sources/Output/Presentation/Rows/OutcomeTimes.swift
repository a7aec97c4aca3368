import Profile
import LatencyHistogram
import SaturatingMath
import SyscallTable

/// The total time of some calls, by outcome, in nanoseconds.
package struct OutcomeTimes: Sendable, Hashable {
    package var ran: UInt64 = 0
    package var blocked: UInt64 = 0
    package var preempted: UInt64 = 0
    /// The part of all that in idle waits.
    package var idle: UInt64 = 0

    package init() {}

    init(_ call: CallProfile) {
        for series in call.series { add(series.distribution.sum, series.outcome, call.id) }
    }

    init(_ series: [ProcessSeries]) {
        for series in series { add(series.totalNanoseconds, series.outcome, series.id) }
    }

    private mutating func add(_ nanoseconds: UInt64, _ outcome: Outcome, _ id: SyscallID) {
        if id.isIdleWait { idle = idle.addingSaturating(nanoseconds) }
        switch outcome {
        case .ran: ran = ran.addingSaturating(nanoseconds)
        case .blocked: blocked = blocked.addingSaturating(nanoseconds)
        case .preempted: preempted = preempted.addingSaturating(nanoseconds)
        }
    }

    package mutating func add(_ other: OutcomeTimes) {
        ran = ran.addingSaturating(other.ran)
        blocked = blocked.addingSaturating(other.blocked)
        preempted = preempted.addingSaturating(other.preempted)
        idle = idle.addingSaturating(other.idle)
    }
}
