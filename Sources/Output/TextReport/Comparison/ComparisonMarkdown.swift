import PlainText
import Presentation
package import Comparison

/// A comparison for a pull request or the summary of a CI run: GitHub-flavoured Markdown.
package enum MarkdownReport {
    /// It ends with a newline. Whatever profiles have in their names stays text: no markup, no HTML, no mention of anybody.
    package static func render(_ comparison: Comparison) -> String {
        let report = MarkdownComparison(comparison: comparison, words: ComparisonWords(comparison: comparison))
        return report.blocks.document
    }

    /// Source: GFM spec 0.29, section 6.1 (backslash escapes) and 6.2 (entities); `@` and `#` would name people and issues.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in PlainText.line(text).unicodeScalars {
            switch scalar {
            case "\\", "`", "*", "_", "[", "]", "|", "~", "$", "!": result += "\\\(scalar)"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "&": result += "&amp;"
            case "@", "#": result += "&#\(scalar.value);"
            // An address would become a link.
            case ":": result += result.hasSuffix("http") || result.hasSuffix("https") ? "&#58;" : ":"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

/// The blocks of the text.
private struct MarkdownComparison {
    let comparison: Comparison
    let words: ComparisonWords

    var blocks: [[String]] {
        [
            ["## syslat compare: \(words.title)"],
            ["**\(escaped(capitalised(words.verdict)))**"],
            ["BASE \(escaped(words.side(comparison.base))), NEW \(escaped(words.side(comparison.new)))."],
            list(words.sources), list(words.service), differences,
            comparison.warnings.map { "> **Warning:** \(escaped($0))" }.joinedByBlankQuote,
            table(comparison.gated, title: "Gated"), comparison.gated.isEmpty ? [] : [escaped(words.legend)],
            list(words.notGated + words.besideGate), section("Moved across the boundary", words.moves), alsoChanged,
            list(words.appearances), section("Not decided", words.undecided), section("vDSO", words.vdso),
            shapes, ["<sub>\(escaped(words.method))</sub>"],
        ]
    }

    private func escaped(_ text: String) -> String { MarkdownReport.escaped(text) }

    private func capitalised(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }

    private func list(_ sentences: [String]) -> [String] { sentences.map { "- \(escaped($0))" } }

    private func section(_ title: String, _ sentences: [String]) -> [String] {
        sentences.isEmpty ? [] : ["### \(title)", ""] + list(sentences)
    }

    private var differences: [String] {
        guard !comparison.differences.isEmpty else { return [] }
        func values(_ values: [String]) -> String {
            values.isEmpty ? "none" : values.map { $0.isEmpty ? "none" : escaped($0) }.joined(separator: ", ")
        }
        return ["| differs | BASE | NEW |", "|---|---|---|"]
            + comparison.differences.map { "| \(escaped($0.name)) | \(values($0.base)) | \(values($0.new)) |" }
    }

    private func table(_ cells: [Cell], title: String) -> [String] {
        guard !cells.isEmpty else { return [] }
        let rows = cells.map { "| \(columns($0).joined(separator: " | ")) |" }
        return [
            "| \(title) | BASE | NEW | change | \(words.confidence) interval | margin | detects | chance | verdict |",
            "|---|--:|--:|--:|--:|--:|--:|--:|---|",
        ] + rows
    }

    private func columns(_ cell: Cell) -> [String] {
        func duration(_ value: Double?) -> String {
            guard let value, cell.measure != .time else { return "" }
            let isCost = cell.measure == .untraced
            return (isCost ? HumanFormat.cost(nanoseconds: value) : HumanFormat.quantity(nanoseconds: value)).spaced
        }
        let (change, interval) = (
            cell.shift.map { ComparisonWords.change($0.effect) }, cell.shift.flatMap(ComparisonWords.interval)
        )
        let detectable = cell.detectable.map { ComparisonWords.size($0).spaced }
        let evidence = ComparisonWords.evidence(cell).map { escaped(ComparisonWords.probability($0)) }
        let verdict = cell.verdict == .regressed ? "**\(cell.verdict.rawValue)**" : cell.verdict.rawValue
        return [
            escaped(ComparisonWords.name(cell, comparison)), duration(cell.base), duration(cell.new), change?.spaced ?? "",
            interval?.spaced ?? "", ComparisonWords.size(cell.equivalenceMargin).spaced, detectable ?? "", evidence ?? "", verdict,
        ]
    }

    private var alsoChanged: [String] {
        let changed = words.changed
        guard !changed.isEmpty else { return [] }
        let count = ComparisonWords.count(changed.count, "cell", "cells")
        return [
            "<details><summary>Also changed: \(count) of \(comparison.others.count) beside the gate</summary>", "",
        ] + table(changed, title: "Also changed") + ["", escaped(words.legendOfOthers), "", "</details>"]
    }

    /// The shift function of each gated subject, with its intervals.
    private var shapes: [String] {
        let found = words.shapes
        guard !found.isEmpty else { return [] }
        let points = found.flatMap(\.shifts).reduce(into: [String]()) {
            if !$0.contains($1.point.name) { $0.append($1.point.name) }
        }
        let rows = found.map { change in
            let cells = points.map { name -> String in
                guard let estimate = change.shifts.first(where: { $0.point.name == name })?.estimate else { return "" }
                let interval = ComparisonWords.interval(estimate).map { "<br>\($0.tight)" } ?? ""
                return ComparisonWords.change(estimate.effect).tight + interval
            }
            return "| \(escaped(comparison.label(change.subject))) | \(cells.joined(separator: " | ")) |"
        }
        return [
            "<details><summary>Shift of each quantile, and its \(words.confidence) interval</summary>", "",
            "| | \(points.joined(separator: " | ")) |", "|---|\(points.map { _ in "--:|" }.joined())",
        ] + rows + ["", "</details>"]
    }
}

extension [String] {
    /// Quotes that follow each other are one, with paragraphs in it.
    fileprivate var joinedByBlankQuote: [String] { isEmpty ? [] : [joined(separator: "\n>\n")] }
}
