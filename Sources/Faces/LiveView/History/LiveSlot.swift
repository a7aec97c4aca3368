import LatencyHistogram
import Profile
import SaturatingMath

/// What happened in one stretch of time, by item.
struct LiveSlot: Sendable {
    /// From the beginning of the capture, in nanoseconds.
    var start: UInt64
    var duration: UInt64
    /// How many slots there were before it.
    var number = 0
    var rows: [LiveGrouping: [LiveItem: LiveFigures]] = [:]
    /// All calls that completed, and the total time of those that ran.
    var calls: UInt64 = 0
    var ranNanoseconds: UInt64 = 0
    /// Calls that were lost, and CPU time that syslat used.
    var lost: UInt64 = 0
    var ownNanoseconds: UInt64 = 0
    /// The p99 of each item that has a distribution.
    var p99: [LiveItem: UInt64] = [:]

    var end: UInt64 { start.addingSaturating(duration) }

    /// Adds the slot that comes behind, with its rows of some groupings.
    mutating func append(_ next: LiveSlot, _ groupings: [LiveGrouping] = LiveGrouping.allCases) {
        duration = duration.addingSaturating(next.duration)
        calls = calls.addingSaturating(next.calls)
        ranNanoseconds = ranNanoseconds.addingSaturating(next.ranNanoseconds)
        lost = lost.addingSaturating(next.lost)
        ownNanoseconds = ownNanoseconds.addingSaturating(next.ownNanoseconds)
        for grouping in groupings {
            var sums = rows.removeValue(forKey: grouping) ?? [:]
            for (item, addition) in next.rows[grouping] ?? [:] { sums[item].add(addition) }
            rows[grouping] = sums
        }
    }

    /// Adds the calls of one row to the sums of all.
    mutating func count(_ figures: LiveFigures) {
        calls = calls.addingSaturating(figures.calls)
        ranNanoseconds = ranNanoseconds.addingSaturating(figures.ranNanoseconds)
    }

    /// Computes what ``p99`` has.
    mutating func findPercentiles() {
        p99 = [:]
        for figures in rows.values {
            for (item, figures) in figures { p99[item] = figures.distribution?.value(at: .p99) }
        }
    }

    /// Leaves the items with the most time, and gathers the others in one.
    mutating func limit(to most: Int) {
        for (grouping, figures) in rows where figures.count > most {
            let order = figures.sorted { $0.value.totalNanoseconds > $1.value.totalNanoseconds }
            var kept = Dictionary(order.prefix(most).map { ($0.key, $0.value) }) { first, _ in first }
            var rest = LiveFigures()
            for (_, figures) in order.dropFirst(most) { rest.addTotals(figures) }
            kept[LiveSlot.others, default: LiveFigures()].addTotals(rest)
            rows[grouping] = kept
        }
    }

    static let others = LiveItem.named("others")
}

extension [LiveSlot] {
    /// The newest slots whose time is nearest to so much, as one; nil if there are none.
    func newest(covering nanoseconds: UInt64, _ grouping: LiveGrouping) -> LiveSlot? {
        var covered: UInt64 = 0
        var first = endIndex
        while first > startIndex {
            let duration = self[first - 1].duration
            if first < endIndex, covered.addingSaturating(duration / 2) > nanoseconds { break }
            first -= 1
            covered = covered.addingSaturating(duration)
        }
        return self[first...].joined(grouping)
    }
}

extension ArraySlice<LiveSlot> {
    /// All of them as one, with the rows of one grouping; nil if there are none. Neighbours are added up first, so most additions are of
    /// small distributions.
    func joined(_ grouping: LiveGrouping) -> LiveSlot? {
        guard count > 1 else { return first }
        let middle = startIndex + count / 2
        guard var sum = self[..<middle].joined(grouping), let rest = self[middle...].joined(grouping) else { return nil }
        sum.append(rest, [grouping])
        return sum
    }
}

extension LiveFigures? {
    fileprivate mutating func add(_ other: LiveFigures) {
        if self?.add(other) == nil { self = other }
    }
}
