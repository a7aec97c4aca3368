package import Comparison
import PlainText
import Presentation

extension TextReport {
    /// What changed between two profiles, as people read it. It ends with a newline.
    /// - Parameter top: how many calls to show.
    package static func render(
        _ diff: ProfileDiff, arch: String, top: Int = 10, color: Bool = false, width: Int = 100
    ) -> String {
        let report = DiffTextReport(
            diff: diff, words: DiffWords(diff: diff, arch: arch), top: top, style: TextStyle(isEnabled: color),
            width: max(60, width))
        return report.sections.document
    }
}

/// The sections of the text.
private struct DiffTextReport {
    let diff: ProfileDiff
    let words: DiffWords
    let top: Int
    let style: TextStyle
    let width: Int

    var sections: [[String]] {
        [
            wrapped([words.side("BEFORE", diff.before), words.side("AFTER ", diff.after), words.total]),
            diff.warnings.flatMap { WarningsSection.lines($0, .yellow, style, width) },
            table, wrapped([words.purpose]),
        ]
    }

    private func wrapped(_ sentences: [String]) -> [String] {
        sentences.flatMap { DisplayText.wrapped(PlainText.line($0), to: width, hanging: 2) }
    }

    private var table: [String] {
        let shown = diff.rows.prefix(top)
        guard !shown.isEmpty else { return ["Neither profile has a call."] }
        let columns: [Table.Column] = [
            .init(title: "PART"), .init(title: "TIME/S"), .init(title: "80 % OF INTERVALS", isWords: true, dispensability: 3),
            .init(title: "CALLS/S"), .init(title: "80 % OF INTERVALS", isWords: true, dispensability: 4),
            .init(title: "P50"), .init(title: "P99"), .init(title: "ERRORS/S", dispensability: 1),
            .init(title: "SLEPT", dispensability: 2),
        ]
        let lines = Table(
            nameTitle: "CALL", columns: columns, rows: shown.flatMap(rows), style: style, leastName: 16
        ).lines(width: width)
        let rest = diff.rows.count - shown.count
        let more =
            rest > 0 ? ["… \(HumanFormat.count(UInt64(rest), "more call", "more calls")): --top shows them, and the JSON"] : []
        return lines + more + wrapped([words.legend])
    }

    /// A call with its part, and below it both sides and the change.
    private func rows(_ row: DiffRow) -> [Table.Row] {
        let none = [Table.Cell](repeating: .none, count: 8)
        let name = PlainText.line(words.label(row))
        let presence = row.before == nil ? " (new)" : row.after == nil ? " (gone)" : ""
        let part = row.part.map { Table.Cell.text(DiffWords.part($0)) } ?? .none
        var rows = [Table.Row(name: name, suffix: presence, cells: [part] + none)]
        if let before = row.before { rows.append(Table.Row(name: "before", indent: 2, cells: [.none] + cells(before))) }
        if let after = row.after { rows.append(Table.Row(name: "after", indent: 2, cells: [.none] + cells(after))) }
        if let before = row.before, let after = row.after {
            rows.append(Table.Row(name: "change", indent: 2, cells: [.none] + changes(before, after, row)))
        }
        return rows
    }

    private func cells(_ figures: DiffFigures) -> [Table.Cell] {
        func range(_ text: String?) -> Table.Cell { text.map { .text($0) } ?? .none }
        return [
            .duration(figures.nanosecondsPerSecond), range(figures.scatter.map { DiffWords.times($0.time) }),
            .text(DiffWords.rate(figures.callsPerSecond)), range(figures.scatter.map { DiffWords.rates($0.calls) }),
            .duration(figures.p50.map { Double($0) }), .duration(figures.p99.map { Double($0) }),
            figures.errorsPerSecond > 0 ? .text(DiffWords.rate(figures.errorsPerSecond)) : .none,
            .text(DiffWords.share(figures.blockedShare)),
        ]
    }

    private func changes(_ before: DiffFigures, _ after: DiffFigures, _ row: DiffRow) -> [Table.Cell] {
        func change(_ first: Double?, _ second: Double?) -> Table.Cell {
            guard let first, let second else { return .none }
            return DiffWords.change(first, second).map { .text($0) } ?? .none
        }
        func change(_ first: UInt64?, _ second: UInt64?) -> Table.Cell {
            change(first.map { Double($0) }, second.map { Double($0) })
        }
        return [
            change(before.nanosecondsPerSecond, after.nanosecondsPerSecond).marked(row.isWithinScatter == true), .none,
            change(before.callsPerSecond, after.callsPerSecond), .none, change(before.p50, after.p50),
            change(before.p99, after.p99),
            change(before.errorsPerSecond, after.errorsPerSecond), .none,
        ]
    }
}
