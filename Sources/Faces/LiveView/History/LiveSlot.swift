import LatencyHistogram
import SaturatingMath

/// What happened between two moments of a capture.
struct LiveSlot: Sendable {
    /// From the beginning of the capture, in nanoseconds.
    var start: UInt64
    var duration: UInt64
    /// How many slots there were before it.
    var number = 0
    /// The sums of all items when it began, by their places; items that came later have none.
    var before: [LiveGrouping: [LiveTotals]] = [:]
    /// The distributions of what happened.
    var details: [LiveItem: LiveDetail] = [:]
    /// Calls that were lost, and CPU time that syslat used.
    var lost: UInt64 = 0
    var ownNanoseconds: UInt64 = 0
    /// The p99 of each item that has a distribution.
    var p99: [LiveItem: UInt64] = [:]

    /// Adds the slot that comes behind.
    mutating func append(_ next: LiveSlot) {
        duration = duration.addingSaturating(next.duration)
        lost = lost.addingSaturating(next.lost)
        ownNanoseconds = ownNanoseconds.addingSaturating(next.ownNanoseconds)
        for (item, addition) in next.details {
            if details[item]?.add(addition) == nil { details[item] = addition }
        }
    }

    /// Computes what ``p99`` has.
    mutating func findPercentiles() { p99 = details.compactMapValues { $0.distribution.value(at: .p99) } }
}

extension [LiveSlot] {
    /// The newest slots whose time is nearest to so much; at least one, if there are any.
    func newest(covering nanoseconds: UInt64) -> ArraySlice<LiveSlot> {
        var covered: UInt64 = 0
        var first = endIndex
        while first > startIndex {
            let duration = self[first - 1].duration
            if first < endIndex, covered.addingSaturating(duration / 2) > nanoseconds { break }
            first -= 1
            covered = covered.addingSaturating(duration)
        }
        return self[first...]
    }
}

/// What happened in a window.
struct LiveSummary: Sendable {
    var start: UInt64
    var duration: UInt64
    var lost: UInt64
    var ownNanoseconds: UInt64
    /// The sums of all calls.
    var calls: LiveTotals
    /// The items that made calls, in no order.
    var rows: [LiveRow]

    func figures(of item: LiveItem) -> LiveFigures? { rows.first { $0.item == item }?.figures }
}
