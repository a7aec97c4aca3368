import LatencyHistogram

/// A table of latencies that fits a width: names left, figures right-aligned in columns as wide as what they hold.
struct TextTable {
    enum Column: CaseIterable {
        case calls, errors, rate, total, mean, p50, p90, p99, p999, max, blocked

        var title: String {
            switch self {
            case .calls: "CALLS"
            case .errors: "ERR"
            case .rate: "CALLS/S"
            case .total: "TOTAL"
            case .mean: "MEAN"
            case .p50: "P50"
            case .p90: "P90"
            case .p99: "P99"
            case .p999: "P99.9"
            case .max: "MAX"
            case .blocked: "BLOCKED%"
            }
        }

        /// The columns that a narrow table does without, in the order in which they go.
        static let dispensable: [Column] = [.rate, .p90, .p999, .blocked, .mean, .errors]
    }

    /// Decides what stands where a figure is missing: a dash in a row; nothing in a sum, which cannot have it.
    enum Kind {
        case row, sum
    }

    /// How many spaces stand before a column.
    private enum Spacing {
        /// Two.
        case wide
        /// Two before a group of columns that belong together, one inside.
        case grouped
        case narrow

        func gap(before column: Column) -> Int {
            switch self {
            case .wide: 2
            case .grouped: [.calls, .total, .p50, .blocked].contains(column) ? 2 : 1
            case .narrow: 1
            }
        }
    }

    private struct Layout {
        var columns: [Column]
        var spacing: Spacing
        /// Counts that take more room than this are rounded.
        var countWidth: Int
    }

    var nameTitle: String
    var rows: [TableRow]
    /// The rows below: the remainder, where there is one, and the total.
    var sums: [TableRow]
    /// The time in which the calls were made.
    var durationNanoseconds: UInt64
    var style: TextStyle

    /// The least that a column of names is cut down to for the sake of the figures.
    private static let shortName = 20

    func lines(width: Int) -> [String] {
        var cells: [[HumanFormat.Quantity]] = []
        var widths: [Int] = []
        var layout = Layout(columns: [], spacing: .narrow, countWidth: 0)
        var nameWidth = 0
        let longestName = (rows + sums).map(\.nameWidth).reduce(nameTitle.utf8.count, max)
        for candidate in layouts {
            layout = candidate
            cells =
                rows.map { row in layout.columns.map { cell($0, of: row, .row, layout) } }
                + sums.map { row in layout.columns.map { cell($0, of: row, .sum, layout) } }
            widths = layout.columns.enumerated().map { index, column in
                cells.map { DisplayText.width($0[index].tight) }.reduce(column.title.utf8.count, max)
            }
            nameWidth = width - zip(layout.columns, widths).reduce(0) { $0 + $1.1 + layout.spacing.gap(before: $1.0) }
            // More space than needed is a luxury: only where no name is cut off for it.
            if nameWidth >= (layout.spacing == .narrow ? min(longestName, Self.shortName) : longestName) { break }
        }
        nameWidth = min(max(nameWidth, 1), longestName)
        let titles = layout.columns.map { HumanFormat.Quantity(number: $0.title, unit: "") }
        let gutters = zip(layout.columns, widths).map { $1 + layout.spacing.gap(before: $0) }
        let header = line(name: DisplayText.leftAligned(nameTitle, in: nameWidth), cells: titles, gutters: gutters)
        let body = zip(rows + sums, cells).enumerated().map { index, row in
            let name = DisplayText.truncated(row.0.name, keeping: row.0.suffix, to: nameWidth)
            let aligned = DisplayText.leftAligned(name, in: nameWidth)
            return line(name: index < rows.count ? aligned : style.bold(aligned), cells: row.1, gutters: gutters)
        }
        return [style.bold(header)] + body
    }

    /// From the most pleasant to the narrowest.
    private var layouts: [Layout] {
        // Where no row has a distribution, columns of dashes say nothing.
        let distributed: [Column] = [.p50, .p90, .p99, .p999, .max]
        let all = Column.allCases.filter { !distributed.contains($0) || rows.contains { $0.figures != nil } }
        var result = [Spacing.wide, .grouped].map { Layout(columns: all, spacing: $0, countWidth: 11) }
        result += [11, 9, 7, 5].map { Layout(columns: all, spacing: .narrow, countWidth: $0) }
        for dropped in 1...Column.dispensable.count {
            let columns = all.filter { !Column.dispensable.prefix(dropped).contains($0) }
            result.append(Layout(columns: columns, spacing: .narrow, countWidth: 5))
        }
        return result
    }

    /// One line: the name, and each cell at the right end of its gutter (a column and the gap before it).
    private func line(name: String, cells: [HumanFormat.Quantity], gutters: [Int]) -> String {
        var text = name
        for (cell, gutter) in zip(cells, gutters) {
            text += DisplayText.spaces(gutter - DisplayText.width(cell.tight)) + cell.number + style.dim(cell.unit)
        }
        return DisplayText.withoutTrailingSpaces(text)
    }

    private func cell(_ column: Column, of row: TableRow, _ kind: Kind, _ layout: Layout) -> HumanFormat.Quantity {
        let unknown = HumanFormat.Quantity(number: kind == .row ? "-" : "", unit: "")
        func plain(_ text: String?) -> HumanFormat.Quantity { text.map { .init(number: $0, unit: "") } ?? unknown }
        func duration(_ value: UInt64?) -> HumanFormat.Quantity {
            value.map { HumanFormat.quantity(nanoseconds: Double($0)) } ?? unknown
        }
        switch column {
        case .calls: return plain(HumanFormat.count(row.calls, fitting: layout.countWidth))
        case .errors: return plain(HumanFormat.count(row.errors, fitting: layout.countWidth))
        case .rate: return plain(HumanFormat.rate(row.calls, inNanoseconds: row.durationNanoseconds ?? durationNanoseconds))
        // Where calls were sampled and none of these was measured, nothing is known of their time.
        case .total: return duration(row.calls > 0 && row.meanNanoseconds == nil ? nil : row.totalNanoseconds)
        case .mean: return row.meanNanoseconds.map { HumanFormat.quantity(nanoseconds: $0) } ?? unknown
        case .p50: return duration(row.figures?[.p50])
        case .p90: return duration(row.figures?[.p90])
        case .p99: return duration(row.figures?[.p99])
        case .p999: return duration(row.figures?[.p999])
        case .max: return duration(row.figures?.maximum)
        case .blocked: return row.calls > 0 ? HumanFormat.share(row.blocked, of: row.calls) : unknown
        }
    }
}
