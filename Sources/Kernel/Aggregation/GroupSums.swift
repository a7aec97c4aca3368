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

/// The calls of processes that have ended, by what they have in common. At the limit, further names are together in one group.
struct EndedGroups {
    /// nil for those beyond the limit.
    private(set) var sums: [String?: GroupSums] = [:]
    static let limit = 4096

    mutating func add(_ totals: borrowing CellTotals, _ distribution: LatencyHistogram?, to name: String) {
        let isKnown = sums[name] != nil || sums.count < EndedGroups.limit
        sums[isKnown ? name : nil, default: GroupSums()].add(totals, distribution)
    }

    mutating func add(_ other: GroupSums, to name: String) {
        let isKnown = sums[name] != nil || sums.count < EndedGroups.limit
        sums[isKnown ? name : nil, default: GroupSums()].add(other)
    }
}
