import PlainText
import Presentation
package import Comparison
import Glibc

extension TextReport {
    /// A comparison as people read it: the verdict in a sentence, what differed before any latency did, the cells that decide,
    /// what else changed, and what could not be decided. It ends with a newline.
    package static func render(_ comparison: Comparison, color: Bool = false, width: Int = 100) -> String {
        let report = ComparisonTextReport(
            comparison: comparison, words: ComparisonWords(comparison: comparison), style: TextStyle(isEnabled: color),
            width: max(60, width))
        return report.sections.document
    }
}

/// The sections of the text.
private struct ComparisonTextReport {
    let comparison: Comparison
    let words: ComparisonWords
    let style: TextStyle
    let width: Int

    /// So many of the other cells are shown; the JSON has all of them.
    private static let mostChanged = 12

    var sections: [[String]] {
        [
            header, wrapped(words.service), differences,
            comparison.warnings.flatMap { WarningsSection.lines($0, .yellow, style, width) },
            gated, titled("Moved across the boundary", words.moves), changed, titled("Not decided", words.undecided),
            shapes, titled("vDSO", words.vdso), wrapped([words.method]),
        ]
    }

    private func wrapped(_ sentences: [String], indent: Int = 0) -> [String] {
        sentences.flatMap { sentence in
            let lines = DisplayText.wrapped(PlainText.line(sentence), to: width - indent, hanging: 2)
            return lines.map { DisplayText.spaces(indent) + $0 }
        }
    }

    private func titled(_ title: String, _ sentences: [String]) -> [String] {
        sentences.isEmpty ? [] : [style.bold(title)] + wrapped(sentences, indent: 2)
    }

    private var header: [String] {
        let workload = comparison.workload.map { " · workload \($0.id) \($0.version)\($0.isQuick ? " (quick)" : "")" } ?? ""
        let sides = "BASE \(words.side(comparison.base)) · NEW \(words.side(comparison.new))\(workload)"
        let emphasis: TextStyle.Emphasis =
            switch comparison.outcome {
            case .passed: .green
            case .regressed: .red
            case .inconclusive: .yellow
            }
        var lines = wrapped(["\(words.title): \(words.verdict)"])
        if let first = lines.first, first.hasPrefix(words.title) {
            lines[0] = style.apply(emphasis, words.title) + first.dropFirst(words.title.count)
        }
        return wrapped([sides] + words.sources) + lines
    }

    private var differences: [String] {
        guard !comparison.differences.isEmpty else { return [] }
        let longest = comparison.differences.map { DisplayText.width(PlainText.line($0.name)) }.max() ?? 0
        let names = min(longest, width / 3)
        func values(_ values: [String]) -> String {
            values.isEmpty ? "none" : values.map { $0.isEmpty ? "none" : PlainText.line($0) }.joined(separator: ", ")
        }
        let lines = comparison.differences.flatMap { difference in
            let name = DisplayText.truncated(PlainText.line(difference.name), to: names)
            let text = "\(values(difference.base)) → \(values(difference.new))"
            let broken = DisplayText.wrapped(text, to: width - names - 4)
            return broken.enumerated().map { place, line in
                "  \(DisplayText.leftAligned(place == 0 ? name : "", in: names))  \(line)"
            }
        }
        return [style.bold("Differences")] + lines
    }

    // MARK: Cells

    private func row(_ cell: Cell, evidence: Double?) -> Table.Row {
        func duration(_ value: Double?) -> Table.Cell {
            switch cell.measure {
            case .untraced: .cost(value)
            // An index: it has no unit.
            case .time: .none
            default: .duration(value)
            }
        }
        return Table.Row(
            name: PlainText.line(comparison.label(cell.subject)), suffix: " \(cell.measure.rawValue)",
            cells: [
                duration(cell.base), duration(cell.new),
                cell.shift.map { .text(ComparisonWords.change($0.effect)) } ?? .none,
                cell.shift.flatMap(ComparisonWords.interval).map { .text($0) } ?? .none,
                .text(ComparisonWords.size(cell.equivalenceMargin)),
                cell.detectable.map { .text(ComparisonWords.size($0)) } ?? .none,
                evidence.map { .text(ComparisonWords.probability($0)) } ?? .none,
                .text(cell.verdict.rawValue),
            ])
    }

    private func table(_ title: String, _ rows: [Table.Row]) -> [String] {
        let interval = "\(words.confidence) INTERVAL"
        let columns: [Table.Column] = [
            .init(title: "BASE"), .init(title: "NEW"), .init(title: "CHANGE"), .init(title: interval, dispensability: 1),
            .init(title: "MARGIN", dispensability: 3), .init(title: "DETECTS", dispensability: 4),
            .init(title: "CHANCE", dispensability: 2),
            .init(title: "VERDICT", isWords: true),
        ]
        return Table(nameTitle: title, columns: columns, rows: rows, style: style, leastName: 34).lines(width: width)
    }

    private var gated: [String] {
        let rows = comparison.gated.map { row($0, evidence: ComparisonWords.evidence($0)) }
        return (rows.isEmpty ? [] : table("GATED", rows) + wrapped([words.legend])) + wrapped(words.notGated + words.besideGate)
    }

    private var changed: [String] {
        let changed = words.changed
        let rows = changed.prefix(Self.mostChanged).map { row($0, evidence: ComparisonWords.evidence($0)) }
        var lines = rows.isEmpty ? [] : table("ALSO CHANGED", rows)
        if changed.count > Self.mostChanged { lines.append("… \(changed.count - Self.mostChanged) more, all of them in the JSON") }
        if !rows.isEmpty { lines += wrapped([words.legendOfOthers]) }
        return lines + wrapped(words.appearances)
    }

    // MARK: Shapes

    /// The subjects of the gate: how their whole distributions moved.
    private var shapes: [String] {
        let found = words.shapes
        guard !found.isEmpty else { return [] }
        return activity(found) + [""] + shiftFunction(found) + wrapped([words.legendOfDistributions])
    }

    private func activity(_ found: [SubjectChange]) -> [String] {
        let perOperation = comparison.workload != nil
        let columns: [Table.Column] = [
            .init(title: "MOVED BY"), .init(title: "CHANCE"), .init(title: perOperation ? "NS/OPERATION" : "TIME/S"),
            .init(title: "CHANGE"), .init(title: "CALLS/S", dispensability: 1),
        ]
        let rows = found.map { change in
            let time = change.newTime.map { HumanFormat.quantity(nanoseconds: $0) }
            return Table.Row(
                name: PlainText.line(comparison.label(change.subject)),
                cells: [
                    change.shape.map { .text(ComparisonWords.size($0.distance)) } ?? .none,
                    change.shape?.p.map { .text(ComparisonWords.probability($0)) } ?? .none,
                    time.map { .text($0) } ?? .none, change.time.map { .text(ComparisonWords.change($0.effect)) } ?? .none,
                    change.rate.map { .text(ComparisonWords.change($0.effect)) } ?? .none,
                ])
        }
        return Table(nameTitle: "DISTRIBUTION", columns: columns, rows: rows, style: style, leastName: 20).lines(width: width)
    }

    /// A row of changes in percent for each subject, and below it their intervals.
    private func shiftFunction(_ found: [SubjectChange]) -> [String] {
        var points: [String] = []
        for shift in found.flatMap(\.shifts) where !points.contains(shift.point.name) { points.append(shift.point.name) }
        // Narrow tables show every other decile, and then the tails and the middle.
        let order = ["p50", "p99", "p10", "p90", "p99.9", "p30", "p70", "p20", "p80", "p40", "p60"]
        let columns = points.map { name in
            Table.Column(title: name.uppercased(), dispensability: order.firstIndex(of: name) ?? order.count)
        }
        func rounded(_ shift: Double) -> String {
            let percent = (expm1(shift) * 100).rounded()
            guard abs(percent) < 1000 else { return ComparisonWords.change(shift).number }
            return percent > 0 ? "+\(Int(percent))" : "\(Int(percent))"
        }
        let rows = found.flatMap { change -> [Table.Row] in
            func cells(_ text: (ShiftEstimate) -> String?) -> [Table.Cell] {
                points.map { name in
                    change.shifts.first { $0.point.name == name }.flatMap { text($0.estimate) }.map { .text($0) } ?? .none
                }
            }
            let intervals = cells { estimate in
                estimate.interval.map { "\(rounded($0.lowerBound))…\(rounded($0.upperBound))" }
            }
            let first = Table.Row(
                name: PlainText.line(comparison.label(change.subject)),
                cells: cells { ComparisonWords.change($0.effect).number })
            let second = Table.Row(name: words.confidence, indent: 2, cells: intervals)
            return intervals.contains { !$0.isNone } ? [first, second] : [first]
        }
        return Table(nameTitle: "CHANGE, %", columns: columns, rows: rows, style: style, leastName: 16).lines(width: width)
    }
}
