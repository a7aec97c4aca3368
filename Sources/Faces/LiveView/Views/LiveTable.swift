import Glibc
import LatencyHistogram
import Presentation
import Profile
import TextReport

/// The table: names on the left, figures in columns of a fixed width, so nothing jumps from refresh to refresh, and a trend.
struct LiveTable {
    private struct Column {
        var column: LiveColumn
        var width: Int
        /// Columns with a higher number are the first that a narrow screen does without.
        var dispensability = 0
    }

    private static let columns = [
        Column(column: .rate, width: 7), Column(column: .total, width: 7), Column(column: .p50, width: 7),
        Column(column: .p99, width: 7), Column(column: .max, width: 7, dispensability: 1),
        Column(column: .blocked, width: 8, dispensability: 3), Column(column: .errors, width: 6, dispensability: 2),
    ]
    private static let leastName = 12
    private static let mostName = 40
    private static let trend = 8...LiveHistory.slotsKept

    private let model: LiveModel
    private let columns: [Column]
    private let nameWidth: Int
    private let trendWidth: Int
    private let trends: LiveTrend

    init(_ model: LiveModel) {
        self.model = model
        let width = model.size.columns
        // Where no row has a distribution, columns of dashes say nothing.
        let hasDistributions = model.bareRows.isEmpty || model.hasDistributions
        var columns = Self.columns.filter { hasDistributions || ![.p50, .p99, .max].contains($0.column) }
        func room() -> Int { width - columns.reduce(0) { $0 + $1.width + 1 } }
        while room() < Self.leastName,
            let last = columns.indices.max(by: { columns[$0].dispensability < columns[$1].dispensability })
        {
            guard columns[last].dispensability > 0 else { break }
            columns.remove(at: last)
        }
        let longest = model.bareRows.map { DisplayText.width($0.name) + DisplayText.width($0.suffix) }.reduce(Self.leastName, max)
        // Names have what they need, up to a point; the trend has the rest.
        let wanted = min(longest, Self.mostName, max(Self.leastName, room() / 2))
        let left = room() - wanted - 1
        let hasTrend = hasDistributions && left >= Self.trend.lowerBound && !model.isWholeFile
        trendWidth = hasTrend ? min(left, Self.trend.upperBound) : 0
        nameWidth = max(1, min(longest, hasTrend ? room() - trendWidth - 1 : room()))
        self.columns = columns
        trends = LiveTrend(slots: model.history.slots, width: trendWidth)
    }

    var titles: StyledLine {
        func styled(_ column: LiveColumn, _ text: String) -> StyledLine {
            StyledLine(text, column == model.sort ? CellStyle(.title, bold: true, reversed: true) : .bold)
        }
        var line = styled(.name, DisplayText.leftAligned(LiveColumn.name.title(model.grouping), in: nameWidth))
        for column in columns {
            line.add(" ", .bold)
            line.add(styled(column.column, DisplayText.rightAligned(column.column.title(model.grouping), in: column.width)))
        }
        if trendWidth > 0 { line.add(" " + DisplayText.leftAligned("TREND p99", in: trendWidth), .bold) }
        return line
    }

    func line(_ row: LiveRow) -> StyledLine {
        let name = row.shortenedName(to: nameWidth)
        var line = StyledLine(DisplayText.leftAligned(name, in: nameWidth))
        let percentiles = row.figures.percentiles
        for column in columns {
            let quantity = cell(column.column, row.figures, percentiles)
            line.add(DisplayText.spaces(column.width + 1 - DisplayText.width(quantity.tight)))
            line.add(quantity.number, column.column == .errors && row.figures.totals.errors > 0 ? CellStyle(.failed) : .plain)
            line.add(quantity.unit, .dim)
        }
        if trendWidth > 0 { line.add(" " + trends.text(of: row.item), .trend) }
        return line
    }

    private static let nothing = HumanFormat.Quantity(number: "-", unit: "")

    private func cell(_ column: LiveColumn, _ figures: LiveFigures, _ percentiles: LatencyFigures?) -> HumanFormat.Quantity {
        func plain(_ text: String?) -> HumanFormat.Quantity { text.map { .init(number: $0, unit: "") } ?? Self.nothing }
        func duration(_ nanoseconds: UInt64?, restingOn share: Double) -> HumanFormat.Quantity {
            guard let nanoseconds else { return Self.nothing }
            var quantity = HumanFormat.quantity(nanoseconds: Double(nanoseconds))
            if figures.basis.isWeak(share) { quantity.number = "~" + quantity.number }
            return quantity
        }
        let totals = figures.totals
        guard totals.calls > 0 else { return Self.nothing }
        switch column {
        case .name: return Self.nothing
        case .rate: return plain(HumanFormat.rate(totals.calls, inNanoseconds: model.duration))
        case .total: return LiveModel.perSecond(totals.totalNanoseconds, in: model.duration)
        case .p50: return duration(percentiles?[.p50], restingOn: 0.5)
        case .p99: return duration(percentiles?[.p99], restingOn: 0.01)
        case .max: return duration(percentiles?.maximum, restingOn: 0)
        case .blocked: return plain(HumanFormat.share(totals.blockedNanoseconds, of: totals.totalNanoseconds).number)
        case .errors: return plain(HumanFormat.count(totals.errors, fitting: 6))
        }
    }
}

/// The p99 of an item in the last minute, drawn in one line on a logarithmic scale of its own.
struct LiveTrend {
    private let slots: [LiveSlot]
    private let width: Int
    /// How many slots share a column: those that share one go on doing so.
    private let perColumn: Int

    private static let bars: [Character] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"]
    /// A p99 that changes by less than this factor from the lowest isn't drawn over the whole height.
    private static let leastSpan = 4.0

    init(slots: [LiveSlot], width: Int) {
        (self.slots, self.width) = (slots, width)
        perColumn = width > 0 ? max(1, (LiveHistory.slotsKept + width - 1) / width) : 1
    }

    /// The newest at the right; a blank where no call completed.
    func text(of item: LiveItem) -> String {
        guard width > 0, let last = slots.last else { return DisplayText.spaces(width) }
        let first = max(0, last.number / perColumn - width + 1)
        var columns = [UInt64?](repeating: nil, count: last.number / perColumn - first + 1)
        for slot in slots where slot.number / perColumn >= first {
            let column = slot.number / perColumn - first
            columns[column] = [columns[column], slot.p99[item]].compactMap { $0 }.max()
        }
        let values = columns.compactMap { $0 }.map { Double(max(1, $0)) }
        guard let lowest = values.min(), let highest = values.max() else { return DisplayText.spaces(width) }
        let span = log2(max(highest / lowest, Self.leastSpan))
        let bars = columns.map { value -> Character in
            guard let value else { return " " }
            let height = log2(Double(max(1, value)) / lowest) / span * Double(Self.bars.count - 1)
            return Self.bars[min(max(0, Int(height.rounded())), Self.bars.count - 1)]
        }
        return DisplayText.leftAligned(String(bars), in: width)
    }
}

extension LiveRow {
    /// The name in so many columns. What paths end with says more than their middle.
    func shortenedName(to width: Int) -> String {
        switch item {
        case .cgroup, .file: DisplayText.shortened(name, to: width)
        default: DisplayText.truncated(name, keeping: suffix, to: width)
        }
    }
}
