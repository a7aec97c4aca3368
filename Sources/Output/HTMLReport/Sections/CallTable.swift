import Graphics
import LatencyHistogram
import Presentation
import Profile
import SyscallTable

/// The table of the calls, each with a small distribution.
enum CallTable {
    static func add(to html: inout HTML, _ context: PageContext) {
        guard !context.calls.isEmpty else { return }
        let caption = "All calls that completed, one row for each. Select a name for its details." + note(of: context)
        html.element(.section) { section in
            section.element(.h2, [.anchor(HTML.Anchor("calls"))], text: "Calls")
            legend(to: &section)
            table(of: context, caption: caption) { link($0.name, $1) }.add(to: &section)
        }
        html.newline()
    }

    /// What the caption says of the order.
    static func note(of context: PageContext) -> String { context.noteOfOrder.map { " \($0)." } ?? "" }

    /// The rows of the calls, and their sum.
    ///
    /// - Parameters:
    ///   - most: how many rows it has beside the sum.
    ///   - name: the first cell of a row, and the place of the row.
    static func table(of context: PageContext, caption: String, most: Int = .max, name: (TableRow, Int) -> DataTable.Cell)
        -> DataTable
    {
        let plot = RowPlot(for: context.calls)
        let duration = context.profile.capture.durationNanoseconds
        var rows = zip(context.calls, context.rows).prefix(most).enumerated().map { index, pair in
            row(pair.1, name: name(pair.1, index), plot: plot.draw(pair.0), duration)
        }
        let everything = context.profile.calls.reduce(into: LatencyHistogram()) { $0.merge($1.distribution) }
        let total = TableRow(sumOf: context.rows, name: "total", distribution: everything)
        var sum = row(total, name: .text("total"), plot: HTML(), duration)
        sum.isSum = true
        rows.append(sum)
        return DataTable(caption: caption, style: "calls", columns: columns(plot), rows: rows)
    }

    /// By what each column can be ordered.
    static let keys: [SortKey?] = [.name, nil, .total, nil, .p50, .p90, .p99, .p999, .max, .mean, .calls, nil, .errors]

    private static func link(_ name: String, _ index: Int) -> DataTable.Cell {
        var html = HTML()
        html.element(.a, [.link(to: HTML.Anchor("call", index))], text: name)
        return .content(html)
    }

    static func legend(to html: inout HTML) {
        html.element(.p, [.class("key")]) { key in
            for name in ["ran", "blocked", "preempted", "failed"] {
                key.element(.span, [.class("k")]) { entry in
                    entry.element(.svg, [.class("sw"), .with(.viewBox, "0 0 10 10"), .with(.isHidden, "true")]) {
                        $0.empty(.rect, [.class(name), .with(.width, 10), .with(.height, 10)])
                    }
                    entry.text(meaning(of: name))
                }
            }
        }
    }

    private static func meaning(of part: String) -> String {
        switch part {
        case "ran": "ran: never left the CPU"
        case "blocked": "blocked: slept, so its time is mostly waiting"
        case "preempted": "preempted: lost the CPU to another thread"
        default: "failed: returned an error, however it went"
        }
    }

    private static func columns(_ plot: RowPlot) -> [DataTable.Column] {
        let percentiles = Percentile.allCases.map { DataTable.Column(title: $0.label) }
        // Latencies come first: a phone shows the first few columns, without the two drawings.
        return [
            .init(title: "Call", isText: true),
            .init(
                title: "Distribution", isText: true, meaning: "Calls by latency, both on logarithmic axes; the line is the median",
                scale: plot.axis, isSortable: false),
            .init(title: "Total"),
            .init(
                title: "Time", isText: true, meaning: "The share of the total time in calls that ran, were preempted and blocked",
                isSortable: false),
        ] + percentiles
            + ["Max", "Mean", "Calls", "Calls/s", "Errors"].map { .init(title: $0) }
    }

    private static func row(_ row: TableRow, name: DataTable.Cell, plot: HTML, _ duration: UInt64) -> DataTable.Row {
        let isKnown = row.calls == 0 || row.meanNanoseconds != nil
        let percentiles = Percentile.allCases.map { percentile in
            let above = 1 - Double(percentile.quantile.parts) / Double(percentile.quantile.of)
            return DataTable.Cell.duration(row.figures?[percentile], isWeak: row.isWeak(above))
        }
        return DataTable.Row(
            cells: [
                name, .content(plot), .duration(isKnown ? row.totalNanoseconds : nil, isWeak: row.isWeak(1)),
                .content(OutcomeBar.draw(row.times)),
            ] + percentiles + [
                .duration(row.figures?.maximum, isWeak: row.isWeak(0)),
                .duration(row.figures?.mean ?? row.meanNanoseconds.map { UInt64(min($0, 1.8e19)) }, isWeak: row.isWeak(1)),
                .count(row.calls), .rate(row.calls, inNanoseconds: duration), .count(row.errors),
            ])
    }
}
