import Profile

/// Calls by file in a bounded number of rows. Where there are too many, the rows with the least time are given up, and their calls are together
/// from then on. A file of which that has happened gets another row with its next call.
package struct FileRows: Sendable {
    package struct Row: Sendable {
        package var calls: FileCalls
        /// What the file is called; nil while nobody has named it.
        package var record: FileRecord?
    }

    package private(set) var rows: [FileCalls.Place: Row] = [:]
    /// The calls of rows that were given up; nil if there are none.
    package private(set) var givenUp: FileCalls?
    private let limit: Int

    package static let usualLimit = 4096

    package init(limit: Int = FileRows.usualLimit) { self.limit = limit }

    package mutating func add(_ calls: [(place: FileCalls.Place, calls: FileCalls)], names: [FileCalls.Place: FileRecord]) {
        for (place, calls) in calls {
            if rows[place]?.calls.add(calls) == nil { rows[place] = Row(calls: calls, record: nil) }
        }
        // A row keeps the name that it had first.
        for (place, record) in names where rows[place]?.record == nil { rows[place]?.record = record }
        // A quarter of them goes at a time: sorting them for each new one would take longer than all else.
        if rows.count > limit { giveUpSmallest(keeping: limit - limit / 4) }
    }

    private mutating func giveUpSmallest(keeping most: Int) {
        let order = rows.map { ($0.key, $0.value.calls.series.totalNanoseconds) }.sorted { $0.1 > $1.1 }
        for (place, _) in order.dropFirst(most) {
            guard let row = rows.removeValue(forKey: place) else { continue }
            if givenUp?.add(row.calls) == nil { givenUp = row.calls }
        }
    }
}
