import Comparison
import Graphics
import Presentation

/// The tables of a comparison, with the columns of the text report.
enum ComparisonTables {
    /// So many of the cells beside the gate are shown, the first few at once; the JSON has all of them.
    static let (rowsAtOnce, mostRows) = (12, 100)

    static func add(_ cells: [Cell], caption: String, to html: inout HTML, _ words: ComparisonWords) {
        let titles = ["BASE", "NEW", "CHANGE", "\(words.confidence) INTERVAL", "MARGIN", "DETECTS", "CHANCE"]
        DataTable(
            caption: caption, style: "cells",
            columns: [.init(title: "CELL", isText: true)] + titles.map { .init(title: $0) } + [
                .init(title: "VERDICT", isText: true)
            ],
            rows: cells.map { row($0, words) }, isSortable: false
        ).add(to: &html)
    }

    private static func row(_ cell: Cell, _ words: ComparisonWords) -> DataTable.Row {
        func duration(_ value: Double?) -> DataTable.Cell {
            // The time of a service is an index: it has no unit.
            guard let value, cell.measure != .time else { return .none }
            let isCost = cell.measure == .untraced
            return .text((isCost ? HumanFormat.cost(nanoseconds: value) : HumanFormat.quantity(nanoseconds: value)).spaced)
        }
        func figure(_ quantity: HumanFormat.Quantity?) -> DataTable.Cell { quantity.map { .text($0.spaced) } ?? .none }
        return DataTable.Row(cells: [
            .text(ComparisonWords.name(cell, words.comparison)), duration(cell.base), duration(cell.new),
            figure(cell.shift.map { ComparisonWords.change($0.effect) }), figure(cell.shift.flatMap(ComparisonWords.interval)),
            figure(ComparisonWords.size(cell.equivalenceMargin)), figure(cell.detectable.map(ComparisonWords.size)),
            ComparisonWords.evidence(cell).map { .text(ComparisonWords.probability($0)) } ?? .none, .content(verdict(cell.verdict)),
        ])
    }

    static func verdict(_ verdict: Verdict) -> HTML {
        var html = HTML()
        html.element(.span, [.class("word \(verdict.style)")]) { word in
            word.element(.span, [.with(.isHidden, "true")], text: "\(verdict.glyph) ")
            word.text(verdict.rawValue)
        }
        return html
    }

    /// How far whole distributions moved, and how much time each side spends in the calls.
    static func addDistributions(to html: inout HTML, _ words: ComparisonWords) {
        let found = words.shapes
        guard !found.isEmpty else { return }
        let perOperation = words.comparison.workload != nil
        let rows = found.map { change in
            func figure(_ estimate: ShiftEstimate?) -> DataTable.Cell {
                estimate.map { .text(ComparisonWords.change($0.effect).spaced) } ?? .none
            }
            let time = change.newTime.map { HumanFormat.quantity(nanoseconds: $0).spaced }
            return DataTable.Row(cells: [
                .text(words.comparison.label(change.subject)),
                change.shape.map { .text(ComparisonWords.size($0.distance).spaced) } ?? .none,
                change.shape?.p.map { .text(ComparisonWords.probability($0)) } ?? .none,
                time.map { .text($0) } ?? .none, figure(change.time), figure(change.rate),
            ])
        }
        html.element(.section) { section in
            section.element(.h2, text: "Distributions")
            DataTable(
                caption: "How far the distributions of the gated calls moved as a whole, and their time in NEW.", style: "words",
                columns: [
                    .init(title: "DISTRIBUTION", isText: true), .init(title: "MOVED BY"), .init(title: "CHANCE"),
                    .init(title: perOperation ? "NS/OPERATION" : "TIME/S"), .init(title: "CHANGE"), .init(title: "CALLS/S"),
                ], rows: rows, isSortable: false
            ).add(to: &section)
            section.element(.p, [.class("soft")], text: words.legendOfDistributions)
        }
        html.newline()
    }

    /// What differs between the hosts before any figure does.
    static func addDifferences(to html: inout HTML, _ comparison: Comparison) {
        guard !comparison.differences.isEmpty else { return }
        func values(_ values: [String]) -> DataTable.Cell {
            .text(values.isEmpty ? "none" : values.map { $0.isEmpty ? "none" : $0 }.joined(separator: ", "))
        }
        html.element(.section) { section in
            section.element(.h2, text: "Differences")
            DataTable(
                caption: "What differs between the two sides besides their figures.", style: "words",
                columns: [
                    .init(title: "DIFFERS", isText: true), .init(title: "BASE", isText: true), .init(title: "NEW", isText: true),
                ], rows: comparison.differences.map { DataTable.Row(cells: [.text($0.name), values($0.base), values($0.new)]) },
                isSortable: false
            ).add(to: &section)
        }
        html.newline()
    }
}
