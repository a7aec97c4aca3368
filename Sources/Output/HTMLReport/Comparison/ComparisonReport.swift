package import Comparison
import Graphics
import Presentation

extension HTMLReport {
    /// A comparison as one page: the verdict in a sentence, the cells that decide with their plots, and all else that the text report has.
    /// The same comparison always gives the same bytes.
    package static func render(_ comparison: Comparison) -> [UInt8] {
        let words = ComparisonWords(comparison: comparison)
        return PageFrame.page(
            titled: "\(words.title): \(ComparisonReport.kernels(comparison)) – syslat compare", style: ComparisonStyle.sheet
        ) { html in
            ComparisonReport(comparison: comparison, words: words).add(to: &html)
        }
    }
}

/// The sections of the page.
struct ComparisonReport {
    let comparison: Comparison
    let words: ComparisonWords

    static func kernels(_ comparison: Comparison) -> String {
        [comparison.base, comparison.new].map { side in
            side.kernels.count > 3 ? "\(side.kernels.count) kernels" : side.kernels.joined(separator: ", ")
        }.joined(separator: " → ")
    }

    func add(to html: inout HTML) {
        header(in: &html)
        html.element(.main) { main in
            warnings(in: &main)
            sentences(words.sources + words.service, in: &main)
            gate(in: &main)
            section("Moved across the boundary", words.moves, in: &main)
            section("Not decided", words.undecided, in: &main)
            ComparisonChapters.add(to: &main, words)
            ComparisonTables.addDistributions(to: &main, words)
            changed(in: &main)
            section("vDSO", words.vdso, in: &main)
            ComparisonTables.addDifferences(to: &main, comparison)
            main.element(.section, [.class("notes")]) { section in
                section.element(.h2, text: "Method")
                section.element(.p, text: words.method)
            }
        }
        html.newline()
    }

    // MARK: The verdict

    private func header(in html: inout HTML) {
        let outcome = comparison.outcome
        html.element(.header, [.class("verdict \(outcome.style)")]) { header in
            header.element(.h1, [.class(outcome.style)]) { title in
                title.element(.span, [.with(.isHidden, "true")], text: "\(outcome.glyph) ")
                title.text(words.title)
            }
            header.element(.p, [.class("lead")], text: words.verdict.prefix(1).uppercased() + words.verdict.dropFirst())
            header.element(.dl, [.class("facts")]) { facts in
                for (name, value) in self.facts {
                    facts.element(.div) { pair in
                        pair.element(.dt, text: name)
                        pair.element(.dd) { $0.element(.bdi, text: value) }
                    }
                }
            }
        }
        html.newline()
    }

    private var facts: [(String, String)] {
        var facts = [("BASE", words.side(comparison.base)), ("NEW", words.side(comparison.new))]
        if let workload = comparison.workload {
            facts.append(("Workload", "\(workload.id), version \(workload.version)\(workload.isQuick ? " (quick)" : "")"))
        }
        return facts
    }

    private func warnings(in html: inout HTML) {
        guard !comparison.warnings.isEmpty else { return }
        html.element(.section, [.class("warnings"), .with(.label, "Warnings")]) { section in
            for warning in comparison.warnings {
                section.element(.p, [.class("caution")]) { line in
                    line.element(.strong, text: "Warning: ")
                    line.text(warning)
                }
            }
        }
        html.newline()
    }

    // MARK: The gate

    private func gate(in html: inout HTML) {
        guard !comparison.gated.isEmpty || !words.notGated.isEmpty else { return }
        html.element(.section) { section in
            section.element(.h2, text: "What decides")
            if !comparison.gated.isEmpty {
                section.element(.p, text: explanation)
                section.element(.div, [.class("plots forest")]) { plots in
                    for drawing in ForestPlot.draw(comparison) {
                        plots.element(.div, [.class("plot")]) { $0.append(drawing.inline) }
                    }
                }
                ComparisonTables.add(comparison.gated, caption: "The gated cells.", to: &section, words)
                section.element(.p, [.class("soft")], text: words.legend)
            }
            sentences(words.notGated + words.besideGate, in: &section)
        }
        html.newline()
    }

    private var explanation: String {
        "The mark is how far NEW is from BASE, its line the \(words.confidence) interval of that, and the bar the margin: changes that don't "
            + "matter yet. Beyond it lies slower or faster, within it equivalent. Large changes are drawn closer together."
    }

    private func changed(in html: inout HTML) {
        let changed = words.changed
        let appearances = words.appearances
        guard !changed.isEmpty || !appearances.isEmpty else { return }
        html.element(.section) { section in
            section.element(.h2, text: "Also changed")
            addChanged(changed, to: &section)
            sentences(appearances, in: &section)
        }
        html.newline()
    }

    private func addChanged(_ changed: [Cell], to html: inout HTML) {
        guard !changed.isEmpty else { return }
        let (first, rest) = (changed.prefix(ComparisonTables.rowsAtOnce), changed.dropFirst(ComparisonTables.rowsAtOnce))
        ComparisonTables.add(Array(first), caption: "Cells beside the gate, the largest change first.", to: &html, words)
        if !rest.isEmpty {
            let shown = rest.prefix(ComparisonTables.mostRows - ComparisonTables.rowsAtOnce)
            html.element(.details) { details in
                details.element(.summary, text: ComparisonWords.count(rest.count, "more cell", "more cells"))
                ComparisonTables.add(Array(shown), caption: "More cells beside the gate.", to: &details, words)
                if rest.count > shown.count {
                    details.element(.p, text: "… \(rest.count - shown.count) more, all of them in the JSON.")
                }
            }
        }
        html.element(.p, [.class("soft")], text: words.legendOfOthers)
    }

    private func section(_ title: String, _ found: [String], in html: inout HTML) {
        guard !found.isEmpty else { return }
        html.element(.section) { section in
            section.element(.h2, text: title)
            sentences(found, in: &section)
        }
        html.newline()
    }

    private func sentences(_ found: [String], in html: inout HTML) {
        for sentence in found { html.element(.p, text: sentence) }
    }
}
