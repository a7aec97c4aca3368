import LatencyHistogram

/// The figure by which a table is ordered: the largest first, names from A to Z.
package enum SortKey: String, Sendable, Hashable, CaseIterable {
    /// `active` is the total time outside idle waits: those come last, whatever their time. `oncpu` is the total time of the calls that
    /// ran: neither waits nor what other threads took.
    case active, total, oncpu, calls, errors, mean, p50, p90, p99, p999, max, name

    package func sorted(_ rows: [TableRow]) -> [TableRow] { order(of: rows).map { rows[$0] } }

    /// The positions of the rows in this order. Rows without the figure come last; equal ones keep their order, and those of which all time
    /// is idle waits are in that of their totals.
    package func order(of rows: [TableRow]) -> [Int] {
        if self == .name {
            return rows.indices.sorted { (rows[$0].name, rows[$0].suffix, $0) < (rows[$1].name, rows[$1].suffix, $1) }
        }
        if self == .active {
            let active = rows.map { $0.totalNanoseconds - min($0.times.idle, $0.totalNanoseconds) }
            return rows.indices.sorted { left, right in
                (active[right], rows[right].totalNanoseconds, left) < (active[left], rows[left].totalNanoseconds, right)
            }
        }
        let figures = rows.map(figure)
        return rows.indices.sorted { left, right in
            switch (figures[left], figures[right]) {
            case (let first?, let second?) where first != second: first > second
            case (.some, nil): true
            case (nil, .some): false
            default: left < right
            }
        }
    }

    private func figure(of row: TableRow) -> UInt64? {
        switch self {
        case .total: row.totalNanoseconds
        case .oncpu: row.times.ran
        case .calls: row.calls
        case .errors: row.errors
        case .mean: row.meanNanoseconds.map { UInt64($0) }
        case .p50, .p90, .p99, .p999: Percentile(rawValue: rawValue).flatMap { row.figures?[$0] }
        case .max: row.figures?.maximum
        case .active, .name: nil
        }
    }
}
