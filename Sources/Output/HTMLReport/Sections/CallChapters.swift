import Graphics
import LatencyHistogram
import Presentation
import Profile
import SyscallTable

/// The details of each call, folded but for the one to read first: its distribution, percentiles, course over time, errors and slowest calls.
enum CallChapters {
    /// So many are on paper though they are folded on the screen.
    private static let mostPrinted = 3

    static func add(to html: inout HTML, _ context: PageContext) {
        guard !context.calls.isEmpty else { return }
        html.element(.section, [.class("chapters")]) { section in
            section.element(.h2, text: "Call by call")
            section.element(.p, text: Self.explanation)
            SlowCallsTable.addNote(to: &section, context.profile.slowCalls)
            let printed = Set(context.reading.prefix(mostPrinted))
            for (index, call) in context.calls.enumerated() {
                var state: [HTML.Attribute] = index == context.reading.first ? [.with(.open, "")] : []
                if printed.contains(index) { state.append(.class("pr")) }
                add(call, context.rows[index], index, state, to: &section, context)
            }
        }
        html.newline()
    }

    private static func add(
        _ call: CallProfile, _ row: TableRow, _ index: Int, _ state: [HTML.Attribute], to html: inout HTML, _ context: PageContext
    ) {
        let detail = PlotDetail(ofCallAt: index, of: context.calls.count)
        html.element(.details, state) { details in
            details.element(.summary) { summary in
                summary.element(.strong) { $0.element(.bdi, text: row.name) }
                summary.text(" \(self.summary(row))")
            }
            // A link opens the details around the place that it leads to.
            details.element(.div, [.anchor(HTML.Anchor("call", index)), .class("plots")]) { plots in
                figure(&plots, "Latency", DistributionPlot.draw(call, named: row.name, detail: detail))
                let curve = PercentilePlot.Curve(name: row.name, distribution: call.distribution)
                figure(
                    &plots, "Latency by percentile",
                    PercentilePlot.draw([curve], named: row.name, detail: detail))
                if let heat = HeatMapPlot.draw(call, named: row.name, series: context.series, detail: detail) {
                    figure(&plots, "Latency over time, with p50 and p99 (dashed)", heat)
                }
            }
            if !call.errnos.isEmpty { details.element(.p, text: "Errors: \(ErrorsSection.summary(of: call.errnos)).") }
            SlowCallsTable.add(to: &details, context.profile.slowCalls?.calls(of: call.id) ?? [], context.profile)
        }
        html.newline()
    }

    static func figure(_ html: inout HTML, _ caption: String, _ drawing: Drawing) {
        guard !drawing.content.bytes.isEmpty else { return }
        html.element(.div, [.class("plot")]) { figure in
            figure.element(.p, text: caption)
            figure.append(drawing.inline)
        }
        html.newline()
    }

    private static let explanation =
        "Latencies and counts are on logarithmic axes: each line stands for ten times, or a hundred times, the one before. The percentiles say "
        + "what part of the calls was as fast or faster; each further nine has the same room."

    private static func summary(_ row: TableRow) -> String {
        var parts = [HumanFormat.count(row.calls, "call", "calls")]
        if let figures = row.figures {
            parts.append("\(HumanFormat.duration(nanoseconds: row.totalNanoseconds)) in total")
            parts += [Percentile.p50, .p99].map { "\($0.label) \(HumanFormat.duration(nanoseconds: figures[$0]))" }
            parts.append("max \(HumanFormat.duration(nanoseconds: figures.maximum))")
        }
        if row.errors > 0 { parts.append("\(HumanFormat.percentage(row.errors, of: row.calls)) failed") }
        return parts.joined(separator: " · ")
    }
}

/// The errors that calls returned.
enum ErrorsSection {
    private static let errnosOfRow = 12

    static func add(to html: inout HTML, _ context: PageContext) {
        let failing = zip(context.calls, context.rows).filter { !$0.0.errnos.isEmpty }
        guard !failing.isEmpty else { return }
        html.element(.section) { section in
            section.element(.h2, text: "Errors")
            DataTable(
                caption: "Which errors the calls returned.", style: "words",
                columns: [
                    .init(title: "Call", isText: true), .init(title: "Failed"), .init(title: "Of its calls"),
                    .init(title: "Errors", isText: true),
                ],
                rows: failing.map { call, row in
                    DataTable.Row(cells: [
                        .text(row.name), .count(row.errors), .text(HumanFormat.percentage(row.errors, of: row.calls)),
                        .text(summary(of: call.errnos)),
                    ])
                }
            ).add(to: &section)
        }
        html.newline()
    }

    static func summary(of errnos: [ErrnoCount]) -> String {
        var parts = errnos.prefix(errnosOfRow).map { "\(ErrnoTable.name($0.errno)) \(HumanFormat.count($0.count))" }
        let rest = errnos.dropFirst(errnosOfRow)
        if !rest.isEmpty { parts.append("others \(HumanFormat.count(rest.reduce(0) { $0.addingClipped($1.count) }))") }
        return parts.joined(separator: ", ")
    }
}
