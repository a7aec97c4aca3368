import Presentation
import LatencyHistogram
import Profile

/// One distribution drawn in bars, its parts told apart: what ran, blocked and was preempted, and what failed.
struct DistributionDrawing {
    /// A part of the calls with a mark of its own in the bars.
    private struct Part {
        var name: String
        var mark: Character
        var emphasis: TextStyle.Emphasis
        var distribution: LatencyHistogram
    }

    private let parts: [Part]
    private let whole: LatencyHistogram
    private let style: TextStyle
    private let width: Int
    private let mostRows: Int
    /// The largest latency is that of the measured calls.
    private let isSampled: Bool

    private static let widestBar = 60

    init(_ call: CallProfile, style: TextStyle, width: Int, mostRows: Int) {
        func succeeded(_ outcome: Outcome) -> LatencyHistogram {
            call.series.mergedDistribution { $0.outcome == outcome && !$0.failed }
        }
        // A call that fails at once looks like a fast mode of its own: errors are therefore a part, whatever their outcome.
        parts = [
            Part(name: "ran", mark: "█", emphasis: .green, distribution: succeeded(.ran)),
            Part(name: "blocked", mark: "▒", emphasis: .blue, distribution: succeeded(.blocked)),
            Part(name: "preempted", mark: "░", emphasis: .yellow, distribution: succeeded(.preempted)),
            Part(name: "failed", mark: "×", emphasis: .red, distribution: call.series.mergedDistribution { $0.failed }),
        ].filter { !$0.distribution.isEmpty }
        whole = call.distribution
        self.style = style
        self.width = width
        self.mostRows = mostRows
        isSampled = call.measured < call.calls
    }

    /// The parts, with the figures of each: a line for every mark that the bars use.
    var legend: [String] {
        let counts = parts.map { HumanFormat.count($0.distribution.count, fitting: 15) }
        let countWidth = counts.map(\.utf8.count).reduce(0, max)
        let nameWidth = parts.map(\.name.utf8.count).reduce(0, max)
        return zip(parts, counts).map { part, count in
            var cells = [
                DisplayText.leftAligned(part.name, in: nameWidth), DisplayText.rightAligned(count, in: countWidth),
                DisplayText.rightAligned(HumanFormat.percentage(part.distribution.count, of: whole.count), in: 7),
            ]
            if let figures = LatencyFigures(part.distribution) {
                cells += [Percentile.p50, .p99].map {
                    "\($0.label) " + DisplayText.rightAligned(HumanFormat.duration(nanoseconds: figures[$0]), in: 8)
                }
                let most = (isSampled ? Table.weak : "") + HumanFormat.duration(nanoseconds: figures.maximum)
                cells.append("max " + DisplayText.rightAligned(most, in: 8))
            }
            // Cells are dropped from the right where they do not fit.
            while cells.reduce(2, { $0 + DisplayText.width($1) + 2 }) > width { cells.removeLast() }
            return "  " + style.apply(part.emphasis, String(part.mark)) + " " + cells.joined(separator: "  ")
        }
    }

    /// The bars: `lower – upper  count  bar  percentiles`.
    var rows: [String] {
        let lines = DistributionRows(parts: parts.map(\.distribution), most: mostRows).lines
        let rows = lines.compactMap { line in if case .row(let row) = line { row } else { nil } }
        let marks = marks(for: rows)
        let edges = Self.edgeLabels(rows)
        let counts = rows.map { HumanFormat.count($0.total, fitting: width >= 80 ? 13 : 6) }
        let edgeWidth = edges.flatMap { [$0.lower, $0.upper] }.map(DisplayText.width).reduce(0, max)
        let countWidth = counts.map(\.utf8.count).reduce(0, max)
        let marksWidth = marks.map(\.utf8.count).reduce(0, max)
        let rangeWidth = 2 + edgeWidth + 3 + edgeWidth
        let barWidth = max(1, min(Self.widestBar, width - rangeWidth - 2 - countWidth - 2 - 2 - marksWidth))
        let tallest = rows.map(\.total).reduce(0, max)
        var index = 0
        return lines.map { line in
            guard case .row(let row) = line else { return DisplayText.spaces(2 + edgeWidth + 1) + "⋮" }
            defer { index += 1 }
            let range =
                DisplayText.rightAligned(edges[index].lower, in: edgeWidth) + " – "
                + DisplayText.rightAligned(edges[index].upper, in: edgeWidth)
            let count = DisplayText.rightAligned(counts[index], in: countWidth)
            let mark = marks[index].isEmpty ? "" : "  " + style.bold(marks[index])
            return DisplayText.withoutTrailingSpaces(
                "  \(range)  \(count)  \(bar(row, tallest: tallest, width: barWidth))\(mark)")
        }
    }

    /// A bar in which every part that occurs has a mark of its own while there is room for all.
    private func bar(_ row: DistributionRows.Row, tallest: UInt64, width: Int) -> String {
        guard row.total > 0 else { return "" }
        let length = max(1, Int((Double(row.total) / Double(tallest) * Double(width)).rounded()))
        let exact = row.counts.map { Double($0) / Double(row.total) * Double(length) }
        var cells = exact.map { $0 > 0 ? max(1, Int($0)) : 0 }
        while cells.reduce(0, +) != length {
            let isShort = cells.reduce(0, +) < length
            // The part that is furthest from its due gives or takes.
            let next = cells.indices.max { left, right in
                let (a, b) = (exact[left] - Double(cells[left]), exact[right] - Double(cells[right]))
                return isShort ? a < b : (cells[left] > 0 ? -a : -.infinity) < (cells[right] > 0 ? -b : -.infinity)
            }
            guard let next else { break }
            cells[next] += isShort ? 1 : -1
        }
        return zip(parts, cells).map { style.apply($0.emphasis, String(repeating: $0.mark, count: $1)) }.joined()
    }

    /// Which percentiles fall in which row.
    private func marks(for rows: [DistributionRows.Row]) -> [String] {
        guard let figures = LatencyFigures(whole), !rows.isEmpty else { return rows.map { _ in "" } }
        var marks = [[String]](repeating: [], count: rows.count)
        let values = Percentile.allCases.map { ($0.label, figures[$0]) } + [("max", figures.maximum)]
        for (label, value) in values {
            marks[rows.firstIndex { value < $0.upper } ?? rows.count - 1].append(label)
        }
        return marks.map { $0.joined(separator: " ") }
    }

    /// The edges to three digits, or to four where two edges of a row would read the same.
    private static func edgeLabels(_ rows: [DistributionRows.Row]) -> [(lower: String, upper: String)] {
        func labels(_ digits: Int) -> [(lower: String, upper: String)] {
            rows.map { row in
                (
                    lower: HumanFormat.quantity(nanoseconds: Double(row.lower), digits: digits).spaced,
                    upper: HumanFormat.quantity(nanoseconds: Double(row.upper), digits: digits).spaced
                )
            }
        }
        let short = labels(3)
        return short.contains { $0.lower == $0.upper } ? labels(4) : short
    }
}
