import Comparison
import Graphics
import Presentation

/// The plots of each gated subject, folded but for those that regressed: its figures in every boot, its percentiles, and its shift function.
enum ComparisonChapters {
    private struct Chapter {
        let subject: Subject
        var cells: [Cell]
    }

    static func add(to html: inout HTML, _ words: ComparisonWords) {
        let chapters = chapters(words.comparison)
        guard !chapters.isEmpty else { return }
        let hasRegressed = chapters.contains { $0.cells.contains { $0.verdict == .regressed } }
        html.element(.section, [.class("chapters")]) { section in
            section.element(.h2, text: "\(words.unit.prefix(1).uppercased() + words.unit.dropFirst()) by \(words.unit)")
            section.element(.p, text: explanation(words))
            CurveKey.add(to: &section, ["BASE", "NEW"])
            for (index, chapter) in chapters.enumerated() {
                let isOpen = hasRegressed ? chapter.cells.contains { $0.verdict == .regressed } : index == 0
                add(chapter, isOpen: isOpen, to: &section, words)
            }
        }
        html.newline()
    }

    /// The cells of one subject stand together, at the place of the first.
    private static func chapters(_ comparison: Comparison) -> [Chapter] {
        comparison.gated.reduce(into: []) { chapters, cell in
            if let place = chapters.firstIndex(where: { $0.subject == cell.subject }) {
                chapters[place].cells.append(cell)
            } else {
                chapters.append(Chapter(subject: cell.subject, cells: [cell]))
            }
        }
    }

    private static func add(_ chapter: Chapter, isOpen: Bool, to html: inout HTML, _ words: ComparisonWords) {
        let name = words.comparison.label(chapter.subject)
        let dots = chapter.cells.compactMap { cell in
            BootPlot.draw(cell, named: ComparisonWords.name(cell, words.comparison), unit: words.unit).map {
                (cell.measure.rawValue, $0)
            }
        }
        let change = words.comparison.subjects.first { $0.subject == chapter.subject }
        let curves = change.flatMap { SidesPlot.draw($0, named: name, unit: words.unit) }
        let shifts = change.flatMap { ShiftPlot.draw($0, named: name, gated: chapter.cells, words) }
        guard !dots.isEmpty || curves != nil || shifts != nil else { return }
        html.element(.details, isOpen ? [.with(.open, "")] : []) { details in
            details.element(.summary) { summary in
                summary.element(.strong) { $0.element(.bdi, text: name) }
                for cell in chapter.cells {
                    summary.text(" ")
                    summary.element(.span, [.class("part")]) { part in
                        let change = cell.shift.map { ComparisonWords.change($0.effect).spaced + " " } ?? ""
                        part.text("\(cell.measure.rawValue) \(change)")
                        part.append(ComparisonTables.verdict(cell.verdict))
                    }
                }
            }
            details.element(.div, [.class("plots")]) { plots in
                if !dots.isEmpty {
                    plots.element(.div, [.class("plot")]) { figure in
                        for (measure, drawing) in dots {
                            figure.element(.p, text: "\(measure) in each \(words.unit)")
                            figure.append(drawing.inline)
                        }
                    }
                }
                if let curves { CallChapters.figure(&plots, "Latency by percentile, a line for each \(words.unit)", curves) }
                if let shifts { CallChapters.figure(&plots, "Change of each quantile", shifts) }
            }
        }
        html.newline()
    }

    private static func explanation(_ words: ComparisonWords) -> String {
        (words.unit == "boot" ? "Boots stand in the order in which they began" : "Hosts stand in the order of their names")
            + ", the first on top; a line marks their median, and a bar the margin around that of BASE. "
            + "Latencies by percentile are on a logarithmic axis. Lines through points of change are \(words.confidence) intervals."
    }
}
