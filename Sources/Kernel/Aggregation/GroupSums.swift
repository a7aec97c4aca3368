import LatencyHistogram
import SaturatingMath

/// The calls of several processes or threads together, by the cell numbers of their series.
struct GroupSums {
    private(set) var cells: [CellTotals.Entry] = []
    private(set) var distribution = LatencyHistogram()

    mutating func add(_ totals: borrowing CellTotals, _ other: LatencyHistogram?) {
        if cells.count < totals.count { cells += Array(repeating: .init(), count: totals.count - cells.count) }
        for cell in 0..<totals.count { cells[cell].add(totals[cell]) }
        if let other { distribution.merge(other) }
    }

    mutating func add(_ other: GroupSums) {
        if cells.count < other.cells.count { cells += Array(repeating: .init(), count: other.cells.count - cells.count) }
        for (cell, entry) in other.cells.enumerated() { cells[cell].add(entry) }
        distribution.merge(other.distribution)
    }
}

extension CellTotals.Entry {
    mutating func add(_ other: CellTotals.Entry) {
        calls = calls.addingSaturating(other.calls)
        nanoseconds = nanoseconds.addingSaturating(other.nanoseconds)
    }
}

/// The calls of processes that have ended, by what they have in common. At the limit, further names are together in one group, or those that
/// nothing was added to for longest are forgotten.
struct EndedGroups {
    /// nil for those beyond the limit.
    private(set) var sums: [String?: GroupSums] = [:]
    /// The number of the addition that was the last to each name, where the oldest ones are forgotten.
    private var additions: [String: UInt64] = [:]
    private var number: UInt64 = 0
    private let limit: Int
    private let forgets: Bool

    static let usualLimit = 4096

    /// - Parameter most: names that are kept, the others forgotten; nil to keep the usual number and the others together.
    init(keepingNewest most: Int? = nil) { (limit, forgets) = (most ?? EndedGroups.usualLimit, most != nil) }

    mutating func add(_ totals: borrowing CellTotals, _ distribution: LatencyHistogram?, to name: String) {
        let place = place(for: name)
        sums[place, default: GroupSums()].add(totals, distribution)
    }

    mutating func add(_ other: GroupSums, to name: String) {
        let place = place(for: name)
        sums[place, default: GroupSums()].add(other)
    }

    private mutating func place(for name: String) -> String? {
        guard forgets else { return sums[name] != nil || sums.count < limit ? name : nil }
        number += 1
        additions[name] = number
        if sums[name] == nil, sums.count >= limit, let oldest = additions.min(by: { $0.value < $1.value })?.key {
            sums[oldest] = nil
            additions[oldest] = nil
        }
        return name
    }
}
