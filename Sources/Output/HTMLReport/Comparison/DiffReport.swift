package import Comparison
import Graphics
import LatencyHistogram
import Presentation

extension HTMLReport {
    /// What changed between two profiles, as one page.
    /// - Parameters:
    ///   - arch: the architecture of the machine, whose ABI needs no mention.
    ///   - top: how many calls to show.
    package static func render(_ diff: ProfileDiff, arch: String, top: Int = 10) -> [UInt8] {
        PageFrame.page(titled: "syslat diff: \(diff.before.path) → \(diff.after.path)", style: ComparisonStyle.sheet) { html in
            DiffReport(diff: diff, words: DiffWords(diff: diff, arch: arch), top: top).add(to: &html)
        }
    }
}

/// The sections of the page.
struct DiffReport {
    let diff: ProfileDiff
    let words: DiffWords
    let top: Int

    func add(to html: inout HTML) {
        html.element(.header) { header in
            header.element(.h1, text: "What changed between two profiles")
            header.element(.p, [.class("lead")], text: words.total)
            header.element(.p, text: words.side("BEFORE", diff.before))
            header.element(.p, text: words.side("AFTER", diff.after))
        }
        html.element(.main) { main in
            if !diff.warnings.isEmpty {
                main.element(.section, [.class("warnings"), .with(.label, "Warnings")]) { section in
                    for warning in diff.warnings { section.element(.p, [.class("caution")], text: warning) }
                }
            }
            calls(in: &main)
            plots(in: &main)
            main.element(.p, [.class("soft")], text: words.purpose)
        }
        html.newline()
    }

    private func calls(in html: inout HTML) {
        let shown = diff.rows.prefix(max(0, top))
        guard !shown.isEmpty else { return html.element(.p, text: "Neither profile has a call.") }
        let titles = ["PART", "TIME/S", "80 % OF INTERVALS", "CALLS/S", "80 % OF INTERVALS", "P50", "P99", "ERRORS/S", "SLEPT"]
        html.element(.section) { section in
            section.element(.h2, text: "Calls")
            DataTable(
                caption: "The calls that changed the most, each before and after.", style: "cells",
                columns: [.init(title: "CALL", isText: true)] + titles.map { .init(title: $0) }, rows: shown.flatMap(rows),
                isSortable: false
            ).add(to: &section)
            let rest = diff.rows.count - shown.count
            if rest > 0 {
                let count = HumanFormat.count(UInt64(rest), "more call", "more calls")
                section.element(.p, text: "… \(count): --top shows them, and the JSON.")
            }
            section.element(.p, [.class("soft")], text: words.legend)
        }
    }

    /// The distributions of both sides over each other, folded but for the call with the largest part.
    private func plots(in html: inout HTML) {
        let shown = diff.rows.prefix(max(0, top))
        guard !shown.isEmpty else { return }
        html.element(.section, [.class("chapters")]) { section in
            section.element(.h2, text: "Call by call")
            CurveKey.add(to: &section, ["before", "after"])
            for (index, row) in shown.enumerated() {
                section.element(.details, index == 0 ? [.with(.open, "")] : []) { details in
                    details.element(.summary) { $0.element(.strong) { $0.element(.bdi, text: words.label(row)) } }
                    let curves = [("before", row.before), ("after", row.after)].map { name, figures in
                        PercentilePlot.Curve(name: name, distribution: figures?.distribution ?? LatencyHistogram())
                    }
                    OverlayPlot.add(curves, named: words.label(row), to: &details)
                }
                section.newline()
            }
        }
        html.newline()
    }

    /// A call with its part, and below it both sides and the change.
    private func rows(_ row: DiffRow) -> [DataTable.Row] {
        let presence = row.before == nil ? " (new)" : row.after == nil ? " (gone)" : ""
        let part: DataTable.Cell = row.part.map { .text(DiffWords.part($0)) } ?? .none
        let empty = [DataTable.Cell](repeating: .text(""), count: 8)
        var rows = [DataTable.Row(cells: [.text(words.label(row) + presence), part] + empty, isHeading: true)]
        for (name, figures) in [("before", row.before), ("after", row.after)] {
            guard let figures else { continue }
            rows.append(DataTable.Row(cells: [.text(name), .text("")] + cells(figures), isIndented: true))
        }
        if let before = row.before, let after = row.after {
            rows.append(DataTable.Row(cells: [.text("change"), .text("")] + changes(before, after, row), isIndented: true))
        }
        return rows
    }

    private func cells(_ figures: DiffFigures) -> [DataTable.Cell] {
        func range(_ text: String?) -> DataTable.Cell { text.map { .text($0) } ?? .none }
        func duration(_ value: UInt64?) -> DataTable.Cell { value.map { .text(DiffWords.time(Double($0)).spaced) } ?? .none }
        return [
            .text(DiffWords.time(figures.nanosecondsPerSecond).spaced), range(figures.scatter.map { DiffWords.times($0.time) }),
            .text(DiffWords.rate(figures.callsPerSecond)), range(figures.scatter.map { DiffWords.rates($0.calls) }),
            duration(figures.p50), duration(figures.p99),
            figures.errorsPerSecond > 0 ? .text(DiffWords.rate(figures.errorsPerSecond)) : .none,
            .text(DiffWords.share(figures.blockedShare).spaced),
        ]
    }

    private func changes(_ before: DiffFigures, _ after: DiffFigures, _ row: DiffRow) -> [DataTable.Cell] {
        func change(_ first: Double?, _ second: Double?, mark: String = "") -> DataTable.Cell {
            guard let first, let second, let change = DiffWords.change(first, second) else { return .none }
            return .text(mark + change.spaced)
        }
        func change(_ first: UInt64?, _ second: UInt64?) -> DataTable.Cell {
            change(first.map { Double($0) }, second.map { Double($0) })
        }
        let mark = row.isWithinScatter == true ? "~" : ""
        return [
            change(before.nanosecondsPerSecond, after.nanosecondsPerSecond, mark: mark), .text(""),
            change(before.callsPerSecond, after.callsPerSecond), .text(""), change(before.p50, after.p50),
            change(before.p99, after.p99), change(before.errorsPerSecond, after.errorsPerSecond), .text(""),
        ]
    }
}
