import Exports
import LatencyHistogram
import Profile
import SaturatingMath

extension GroupTotals {
    /// The calls that a group has made since an earlier snapshot.
    init(of group: CallGroup, since earlier: CallGroup?) {
        self.init(group)
        if let earlier { self = subtracting(GroupTotals(earlier)) }
    }

    private init(_ group: CallGroup) {
        self.init()
        distribution = group.distribution ?? LatencyHistogram()
        errors = group.errors
        for series in group.series { count(series.totalNanoseconds, series.outcome) }
    }

    /// All calls of a profile.
    init(of profile: Profile) {
        self.init()
        for series in profile.calls.lazy.flatMap(\.series) {
            distribution.merge(series.distribution)
            if series.failed { errors = errors.addingSaturating(series.calls) }
            count(series.distribution.sum, series.outcome)
        }
    }

    private mutating func count(_ nanoseconds: UInt64, _ outcome: Outcome) {
        if nanoseconds > 0 { times[outcome, default: 0] = (times[outcome] ?? 0).addingSaturating(nanoseconds) }
    }

    mutating func add(_ other: GroupTotals) {
        distribution.merge(other.distribution)
        errors = errors.addingSaturating(other.errors)
        for (outcome, time) in other.times { count(time, outcome) }
    }

    /// What these are more than others; nothing where they are less.
    func subtracting(_ other: GroupTotals) -> GroupTotals {
        var difference = GroupTotals()
        difference.distribution = distribution.subtracting(other.distribution)
        difference.errors = errors.subtractingSaturating(other.errors)
        for (outcome, time) in times { difference.count(time.subtractingSaturating(other.times[outcome] ?? 0), outcome) }
        return difference
    }
}
