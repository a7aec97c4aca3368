import LatencyHistogram
import Presentation

/// The table of latencies: calls, processes or intervals, and their sums below.
struct LatencyTable {
    /// The share of the time in calls that ran, were preempted and blocked.
    static let timeTitle = "RAN/PRE/BLK"
    /// The share of the calls that blocked.
    static let sleptTitle = "SLEPT%"

    private enum Figure: Hashable {
        case calls, errors, rate, total, mean, max, outcomes, slept, inFlight
        case percentile(Percentile)

        var title: String {
            switch self {
            case .calls: "CALLS"
            case .errors: "ERR"
            case .rate: "CALLS/S"
            case .total: "TOTAL"
            case .mean: "MEAN"
            case .percentile(let percentile): percentile.label.uppercased()
            case .max: "MAX"
            case .outcomes: LatencyTable.timeTitle
            case .slept: LatencyTable.sleptTitle
            case .inFlight: "IN FLIGHT"
            }
        }

        /// Whether a row without a distribution lacks it.
        var needsDistribution: Bool {
            switch self {
            case .percentile, .max: true
            default: false
            }
        }

        static let all: [Figure] =
            [.calls, .errors, .rate, .total, .mean] + Percentile.allCases.map { .percentile($0) } + [
                .max, .outcomes, .slept, .inFlight,
            ]
        static let groups: Set<Figure> = [.calls, .total, .percentile(.p50), .outcomes, .inFlight]
        /// What a narrow table does without, in the order in which it goes.
        static let dispensable: [Figure] = [.rate, .percentile(.p90), .percentile(.p999), .outcomes, .mean, .errors]
    }

    var nameTitle: String
    var rows: [TableRow]
    /// The rows below: the remainder, where there is one, and the total.
    var sums: [TableRow]
    /// The time in which the calls were made.
    var durationNanoseconds: UInt64
    var style: TextStyle
    /// So much of a name is worth a column.
    var leastName = 20

    func lines(width: Int) -> [String] {
        // Where no row has a distribution, columns of dashes say nothing.
        let hasDistributions = rows.contains { $0.figures != nil }
        let hasInFlight = rows.contains { $0.inFlight != nil }
        let figures = Figure.all.filter {
            (hasDistributions || !$0.needsDistribution) && (hasInFlight || $0 != .inFlight)
        }
        let columns = figures.map { figure in
            Table.Column(
                title: figure.title, isWords: figure == .inFlight,
                dispensability: Figure.dispensable.firstIndex(of: figure).map { Figure.dispensable.count - $0 } ?? 0,
                startsGroup: Figure.groups.contains(figure), isExtra: figure == .slept)
        }
        func tableRow(_ row: TableRow, isSum: Bool) -> Table.Row {
            let cells = figures.map { figure in
                let cell = cell(figure, of: row)
                // A dash says that a row lacks a figure; a sum can't have it.
                return cell.isNone && !isSum ? .text("-") : cell
            }
            return Table.Row(name: row.name, suffix: row.suffix, cells: cells, isStrong: isSum)
        }
        let table = Table(
            nameTitle: nameTitle, columns: columns,
            rows: rows.map { tableRow($0, isSum: false) } + sums.map { tableRow($0, isSum: true) }, style: style,
            leastName: leastName,
            steps: [Table.Step(.wide, countWidth: 11), Table.Step(.grouped, countWidth: 11)]
                + [11, 9, 7, 5].map { Table.Step(.narrow, countWidth: $0) })
        return table.lines(width: width)
    }

    private func cell(_ figure: Figure, of row: TableRow) -> Table.Cell {
        func duration(_ value: UInt64?) -> Table.Cell { .duration(value.map { Double($0) }) }
        switch figure {
        case .calls: return .count(row.calls)
        case .errors: return .count(row.errors)
        case .rate:
            return HumanFormat.rate(row.calls, inNanoseconds: row.durationNanoseconds ?? durationNanoseconds).map { .text($0) }
                ?? .none
        // Where calls were sampled and none of these was measured, nothing is known of their time.
        case .total: return duration(row.calls > 0 && row.meanNanoseconds == nil ? nil : row.totalNanoseconds).marked(row.isWeak(1))
        case .mean: return .duration(row.meanNanoseconds).marked(row.isWeak(1))
        case .percentile(let percentile):
            let above = 1 - Double(percentile.quantile.parts) / Double(percentile.quantile.of)
            return duration(row.figures?[percentile]).marked(row.isWeak(above))
        case .max: return duration(row.figures?.maximum).marked(row.isWeak(0))
        case .inFlight: return row.inFlight.map { .text($0) } ?? .none
        case .outcomes:
            // Of calls that are known and not measured, nothing is known of their time.
            return HumanFormat.shares([row.times.ran, row.times.preempted, row.times.blocked]).map { .text($0) } ?? .none
        case .slept: return row.calls > 0 ? .text(HumanFormat.share(row.blocked, of: row.calls)) : .none
        }
    }
}
