import LatencyHistogram
import Profile
import SaturatingMath

/// The sums of some calls: what is kept of each item for each slot, so it is small. Times are nanoseconds.
package struct LiveTotals: Sendable, Hashable {
    package var calls: UInt64 = 0
    package var errors: UInt64 = 0
    package var totalNanoseconds: UInt64 = 0
    /// The total time of the calls that ran, and of those that blocked.
    package var ranNanoseconds: UInt64 = 0
    package var blockedNanoseconds: UInt64 = 0

    package init() {}

    init(_ call: CallProfile) {
        (calls, errors) = (call.calls, call.errors)
        for series in call.series { add(series.distribution.sum, series.outcome) }
    }

    init(_ series: [ProcessSeries]) {
        for series in series {
            calls = calls.addingSaturating(series.calls)
            if series.failed { errors = errors.addingSaturating(series.calls) }
            add(series.totalNanoseconds, series.outcome)
        }
    }

    private mutating func add(_ nanoseconds: UInt64, _ outcome: Outcome) {
        totalNanoseconds = totalNanoseconds.addingSaturating(nanoseconds)
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
    }

    /// What came since `earlier`. Nothing goes below 0.
    func subtracting(_ earlier: LiveTotals) -> LiveTotals {
        var rest = LiveTotals()
        rest.calls = calls.lessOrNone(earlier.calls)
        rest.errors = errors.lessOrNone(earlier.errors)
        rest.totalNanoseconds = totalNanoseconds.lessOrNone(earlier.totalNanoseconds)
        rest.ranNanoseconds = ranNanoseconds.lessOrNone(earlier.ranNanoseconds)
        rest.blockedNanoseconds = blockedNanoseconds.lessOrNone(earlier.blockedNanoseconds)
        return rest
    }
}

extension UInt64 {
    /// The difference; 0 where it would be negative.
    func lessOrNone(_ other: UInt64) -> UInt64 { self > other ? self - other : 0 }
}
