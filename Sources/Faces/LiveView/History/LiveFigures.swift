package import LatencyHistogram
package import Profile
import Presentation
import SaturatingMath
import SyscallTable

/// The figures of an item in some stretch of time. All times are nanoseconds.
package struct LiveFigures: Sendable, Hashable {
    package var calls: UInt64 = 0
    package var errors: UInt64 = 0
    package var totalNanoseconds: UInt64 = 0
    /// The total time of the calls that ran, and of those that blocked.
    package var ranNanoseconds: UInt64 = 0
    package var blockedNanoseconds: UInt64 = 0
    /// Every call that these figures are about, by how it ended; nil where no distribution is known by outcome.
    package var detail: CallProfile?
    /// nil where none is known.
    package var distribution: LatencyHistogram?

    package init() {}

    init(_ call: CallProfile) {
        (calls, errors, detail, distribution) = (call.calls, call.errors, call, call.distribution)
        for series in call.series { add(series.distribution.sum, series.outcome) }
    }

    init(_ process: ProcessProfile) {
        for series in process.series {
            calls = calls.addingSaturating(series.calls)
            if series.failed { errors = errors.addingSaturating(series.calls) }
            add(series.totalNanoseconds, series.outcome)
        }
        distribution = process.distribution
    }

    private mutating func add(_ nanoseconds: UInt64, _ outcome: Outcome) {
        totalNanoseconds = totalNanoseconds.addingSaturating(nanoseconds)
        switch outcome {
        case .ran: ranNanoseconds = ranNanoseconds.addingSaturating(nanoseconds)
        case .blocked: blockedNanoseconds = blockedNanoseconds.addingSaturating(nanoseconds)
        case .preempted: break
        }
    }

    /// Adds the figures of other calls. A distribution of some of the calls would look like one of all of them: both must have one.
    mutating func add(_ other: LiveFigures) {
        if let mine = detail, let theirs = other.detail, mine.id == theirs.id {
            detail = mine.merged(with: theirs)
            distribution = detail?.distribution
        } else if let theirs = other.distribution, distribution != nil {
            detail = nil
            distribution?.merge(theirs)
        } else {
            (detail, distribution) = (nil, nil)
        }
        addTotals(other)
    }

    /// Adds all but distributions.
    mutating func addTotals(_ other: LiveFigures) {
        calls = calls.addingSaturating(other.calls)
        errors = errors.addingSaturating(other.errors)
        totalNanoseconds = totalNanoseconds.addingSaturating(other.totalNanoseconds)
        ranNanoseconds = ranNanoseconds.addingSaturating(other.ranNanoseconds)
        blockedNanoseconds = blockedNanoseconds.addingSaturating(other.blockedNanoseconds)
    }

    /// The figures since `earlier`, an older state of them; nil if there were no calls. Nothing goes below 0.
    func subtracting(_ earlier: LiveFigures) -> LiveFigures? {
        guard calls > earlier.calls else { return nil }
        func less(_ figure: (LiveFigures) -> UInt64) -> UInt64 { figure(self) - min(figure(earlier), figure(self)) }
        var figures = LiveFigures()
        figures.calls = less(\.calls)
        figures.errors = less(\.errors)
        figures.totalNanoseconds = less(\.totalNanoseconds)
        figures.ranNanoseconds = less(\.ranNanoseconds)
        figures.blockedNanoseconds = less(\.blockedNanoseconds)
        if let detail, let old = earlier.detail {
            figures.detail = detail.subtracting(old)
            figures.distribution = figures.detail?.distribution
        } else {
            // The older state may have had none yet, if it had no calls.
            figures.detail = earlier.calls == 0 ? detail : nil
            figures.distribution = distribution.flatMap { distribution in
                earlier.calls == 0 ? distribution : earlier.distribution.map { distribution.subtracting($0) }
            }
        }
        return figures
    }

    var percentiles: LatencyFigures? { distribution.flatMap(LatencyFigures.init) }

    /// How many of the calls were measured.
    var basis: TableRow.Basis {
        guard let detail, detail.measured < detail.calls else { return .every }
        return .measured(detail.measured)
    }
}
