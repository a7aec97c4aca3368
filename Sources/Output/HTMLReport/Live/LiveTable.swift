import Graphics
import LatencyHistogram
import Presentation
import Profile

/// The table of the calls of a stretch: a title orders it, a name opens its row.
struct LiveTable {
    let context: PageContext
    let whole: Profile
    let choice: LiveChoice
    /// Rows that are shown.
    let most: Int

    /// - Parameter hidden: how many calls the reader doesn't want to see.
    func add(to html: inout HTML, hidden: UInt64) {
        guard !context.calls.isEmpty else { return }
        let more = UInt64(max(0, context.calls.count - most))
        var caption = "All calls that completed in this stretch. Select a name for its details, a title to order by it."
        if choice.sort != LiveChoice.usualSort { caption += " The same title again puts idle waits last." }
        caption += CallTable.note(of: context)
        if hidden > 0 { caption += " \(HumanFormat.count(hidden, "call has another name", "calls have other names"))." }
        if more > 0 { caption += " \(HumanFormat.count(more)) more are not shown." }
        var table = CallTable.table(of: context, caption: caption, most: most) { row, _ in name(row) }
        for (index, key) in CallTable.keys.enumerated() where index < table.columns.count {
            guard let key else { continue }
            let isChosen = key == choice.sort
            table.columns[index].order = isChosen ? (key == .name ? "ascending" : "descending") : nil
            let next = choice.with { $0.sort = isChosen ? LiveChoice.usualSort : key }
            table.columns[index].link = [.link(to: HTML.Address(query: next.query)), .with(.key, "sort \(key.rawValue)")]
        }
        for (index, pair) in zip(context.calls, context.rows).prefix(most).enumerated() where choice.opened.contains(pair.1.name) {
            table.rows[index].detail = detail(pair.0, pair.1)
        }
        table.isSortable = false
        html.element(.section) { section in
            section.element(.h2, text: "Calls")
            CallTable.legend(to: &section)
            table.add(to: &section)
        }
        html.newline()
    }

    private func name(_ row: TableRow) -> DataTable.Cell {
        var html = HTML()
        let isOpen = choice.opened.contains(row.name)
        html.element(
            .a,
            [
                .link(to: HTML.Address(query: choice.with { $0.turn(row.name) }.query)), .with(.key, "call \(row.name)"),
                .with(.expanded, isOpen ? "true" : "false"),
            ], text: row.name)
        return .content(html)
    }

    private func detail(_ call: CallProfile, _ row: TableRow) -> HTML {
        var html = HTML()
        html.element(.div, [.class("detail"), .with(.role, "group"), .with(.label, "Details of \(row.name)")]) { detail in
            detail.element(.div, [.class("plots")]) { plots in
                if let heat = HeatMapPlot.draw(call, named: row.name, series: context.series) {
                    CallChapters.figure(&plots, "Latency over time, with p50 and p99 (dashed)", heat)
                }
                let curve = PercentilePlot.Curve(name: row.name, distribution: call.distribution)
                CallChapters.figure(&plots, "Latency by percentile", PercentilePlot.draw([curve], named: row.name))
                CallChapters.figure(&plots, "Latency", DistributionPlot.draw(call, named: row.name))
            }
            let errors = call.errnos.isEmpty ? "none" : ErrorsSection.summary(of: call.errnos)
            detail.element(.p, text: "Errors: \(errors).")
            stuck(call, in: &detail)
            if let slow = whole.slowCalls {
                SlowCallsTable.add(to: &detail, slow.calls(of: call.id), context.profile)
            } else {
                detail.element(.p, text: "Slow calls are not recorded: --slowest 10 or --slower 10ms records them.")
            }
        }
        return html
    }

    private func stuck(_ call: CallProfile, in html: inout HTML) {
        let calls = whole.inFlight.filter { $0.id == call.id }
        guard let oldest = calls.map(\.ageNanoseconds).max() else {
            return html.element(.p, text: "None is in flight now.")
        }
        let count = HumanFormat.count(UInt64(calls.count), "is", "are")
        html.element(.p, text: "\(count) in flight now, the oldest for \(HumanFormat.duration(nanoseconds: oldest)).")
        InFlightSection.table(of: calls, context.host, caption: "Calls that have not returned.").add(to: &html)
    }
}
