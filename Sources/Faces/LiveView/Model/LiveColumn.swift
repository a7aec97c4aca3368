import LatencyHistogram
import Presentation

/// A column of the table, and what it can be ordered by.
package enum LiveColumn: String, Sendable, Hashable, CaseIterable {
    case name, rate, total, p50, p99, max, blocked, errors

    /// `grouping` is the title of the first one.
    func title(_ grouping: LiveGrouping) -> String {
        switch self {
        case .name: grouping.rawValue.uppercased()
        case .rate: "CALLS/S"
        case .total: "TOTAL/s"
        case .p50: "P50"
        case .p99: "P99"
        case .max: "MAX"
        case .blocked: "BLOCKED%"
        case .errors: "ERR"
        }
    }

    func stepped(by step: Int) -> LiveColumn {
        let all = Self.allCases
        return all[((all.firstIndex(of: self) ?? 0) + step + all.count) % all.count]
    }

    /// Whether idle waits have the most of it, which says nothing.
    var isOfTime: Bool {
        switch self {
        case .name, .rate, .errors: false
        case .total, .p50, .p99, .max, .blocked: true
        }
    }

    /// Whether rows need their details for it.
    var isOfDetails: Bool { [.p50, .p99, .max].contains(self) }

    /// The figure that rows are ordered by; nil where a row has none, and of names.
    func figure(of figures: LiveFigures) -> Double? {
        func percentile(_ quantile: Quantile) -> Double? { figures.distribution?.value(at: quantile).map { Double($0) } }
        return switch self {
        case .name: nil
        case .rate: Double(figures.totals.calls)
        case .total: Double(figures.totals.totalNanoseconds)
        case .p50: percentile(.p50)
        case .p99: percentile(.p99)
        case .max: figures.distribution.flatMap { $0.isEmpty ? nil : Double($0.max) }
        case .blocked:
            figures.totals.totalNanoseconds > 0
                ? Double(figures.totals.blockedNanoseconds) / Double(figures.totals.totalNanoseconds) : nil
        case .errors: Double(figures.totals.errors)
        }
    }

    /// The rows in this order: the largest figure first and names from A to Z, or the other way round. Rows without the figure come last
    /// either way, and equal ones by name.
    /// - Parameter idleLast: in orders of time, rows that are idle waits only come last either way, and the total time of the others counts
    ///   without theirs.
    func sorted(_ rows: [LiveRow], isReversed: Bool, idleLast: Bool) -> [LiveRow] {
        func isBefore(_ left: LiveRow, _ right: LiveRow) -> Bool { (left.name, left.suffix) < (right.name, right.suffix) }
        if self == .name { return rows.sorted { isReversed ? isBefore($1, $0) : isBefore($0, $1) } }
        // Places are moved, not rows: there may be thousands.
        let idleLast = idleLast && isOfTime
        let isIdle = rows.map { idleLast && $0.figures.totals.areIdle }
        let figures = rows.indices.map { place -> Double? in
            idleLast && self == .total && !isIdle[place]
                ? Double(rows[place].figures.totals.activeNanoseconds) : figure(of: rows[place].figures)
        }
        return rows.indices.sorted { left, right in
            if isIdle[left] != isIdle[right] { return isIdle[right] }
            return switch (figures[left], figures[right]) {
            case (let first?, let second?) where first != second: isReversed ? first < second : first > second
            case (.some, nil): true
            case (nil, .some): false
            default: isBefore(rows[left], rows[right])
            }
        }.map { rows[$0] }
    }
}
