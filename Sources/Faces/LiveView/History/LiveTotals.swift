import LatencyHistogram
import Profile
import SaturatingMath
import SyscallTable

/// The sums of some calls: what is kept of each item for each slot, so it is small. Times are nanoseconds.
package struct LiveTotals: Sendable, Hashable {
    package var calls: UInt64 = 0
    package var errors: UInt64 = 0
    package var totalNanoseconds: UInt64 = 0
    /// The total time of the calls that ran, and of those that blocked.
    package var ranNanoseconds: UInt64 = 0
    package var blockedNanoseconds: UInt64 = 0
    /// The part of the total time that is idle waits.
    package var idleNanoseconds: UInt64 = 0

    package init() {}

    init(_ call: CallProfile) {
        (calls, errors) = (call.calls, call.errors)
        for series in call.series { add(series.distribution.sum, series.outcome, call.id) }
    }

    init(_ series: [ProcessSeries]) {
        for series in series {
            calls = calls.addingSaturating(series.calls)
            if series.failed { errors = errors.addingSaturating(series.calls) }
            add(series.totalNanoseconds, series.outcome, series.id)
        }
    }

    private mutating func add(_ nanoseconds: UInt64, _ outcome: Outcome, _ id: SyscallID) {
        totalNanoseconds = totalNanoseconds.addingSaturating(nanoseconds)
        if id.isIdleWait { idleNanoseconds = idleNanoseconds.addingSaturating(nanoseconds) }
        switch outcome {
        case .ran: ranNanoseconds = ranNanoseconds.addingSaturating(nanoseconds)
        case .blocked: blockedNanoseconds = blockedNanoseconds.addingSaturating(nanoseconds)
        case .preempted: break
        }
    }

    mutating func add(_ other: LiveTotals) {
        calls = calls.addingSaturating(other.calls)
        errors = errors.addingSaturating(other.errors)
        totalNanoseconds = totalNanoseconds.addingSaturating(other.totalNanoseconds)
        ranNanoseconds = ranNanoseconds.addingSaturating(other.ranNanoseconds)
        blockedNanoseconds = blockedNanoseconds.addingSaturating(other.blockedNanoseconds)
        idleNanoseconds = idleNanoseconds.addingSaturating(other.idleNanoseconds)
    }

    /// The total time outside idle waits.
    var activeNanoseconds: UInt64 { totalNanoseconds.subtractingSaturating(idleNanoseconds) }

    /// Whether threads without work slept all of the time.
    var areIdle: Bool { totalNanoseconds > 0 && activeNanoseconds == 0 }

    /// What came since `earlier`. Nothing goes below 0.
    func subtracting(_ earlier: LiveTotals) -> LiveTotals {
        var rest = LiveTotals()
        rest.calls = calls.subtractingSaturating(earlier.calls)
        rest.errors = errors.subtractingSaturating(earlier.errors)
        rest.totalNanoseconds = totalNanoseconds.subtractingSaturating(earlier.totalNanoseconds)
        rest.ranNanoseconds = ranNanoseconds.subtractingSaturating(earlier.ranNanoseconds)
        rest.blockedNanoseconds = blockedNanoseconds.subtractingSaturating(earlier.blockedNanoseconds)
        rest.idleNanoseconds = idleNanoseconds.subtractingSaturating(earlier.idleNanoseconds)
        return rest
    }
}
