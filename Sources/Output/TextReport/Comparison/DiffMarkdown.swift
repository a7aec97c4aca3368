package import Comparison
import Presentation

extension MarkdownReport {
    /// What changed between two profiles, for an incident's record: GitHub-flavoured Markdown. It ends with a newline.
    package static func render(_ diff: ProfileDiff, arch: String, top: Int = 10) -> String {
        let words = DiffWords(diff: diff, arch: arch)
        let blocks = [
            ["## syslat diff"],
            [escaped(words.total)],
            ["- \(escaped(words.side("BEFORE", diff.before)))", "- \(escaped(words.side("AFTER", diff.after)))"],
            diff.warnings.isEmpty ? [] : [diff.warnings.map { "> **Warning:** \(escaped($0))" }.joined(separator: "\n>\n")],
            table(diff.rows.prefix(top), words),
            [escaped(words.legend)], ["<sub>\(escaped(words.purpose))</sub>"],
        ]
        return blocks.document
    }

    private static func table(_ rows: ArraySlice<DiffRow>, _ words: DiffWords) -> [String] {
        guard !rows.isEmpty else { return ["Neither profile has a call."] }
        return ["| call | part | time/s | calls/s | p50 | p99 | errors/s | slept |", "|---|--:|--:|--:|--:|--:|--:|--:|"]
            + rows.map { "| \(columns($0, words).joined(separator: " | ")) |" }
    }

    private static func columns(_ row: DiffRow, _ words: DiffWords) -> [String] {
        /// Both values, and the change in brackets.
        func pair(_ value: (DiffFigures) -> Double?, _ text: (Double) -> String, mark: String = "") -> String {
            let (first, second) = (row.before.flatMap(value), row.after.flatMap(value))
            let values = "\(first.map(text) ?? "–") → \(second.map(text) ?? "–")"
            guard let first, let second, let change = DiffWords.change(first, second) else { return values }
            return "\(values) (\(mark)\(change.spaced))"
        }
        func duration(_ value: Double) -> String { DiffWords.time(value).spaced }
        let mark = row.isWithinScatter == true ? "\\~" : ""
        let presence = row.before == nil ? " (new)" : row.after == nil ? " (gone)" : ""
        return [
            escaped(words.label(row)) + presence, row.part.map(DiffWords.part) ?? "",
            pair(\.nanosecondsPerSecond, duration, mark: mark), pair(\.callsPerSecond, DiffWords.rate),
            pair({ $0.p50.map { Double($0) } }, duration), pair({ $0.p99.map { Double($0) } }, duration),
            pair(\.errorsPerSecond, DiffWords.rate), shares(row),
        ]
    }

    private static func shares(_ row: DiffRow) -> String {
        func text(_ figures: DiffFigures?) -> String { figures.map { DiffWords.share($0.blockedShare).spaced } ?? "–" }
        return "\(text(row.before)) → \(text(row.after))"
    }
}
