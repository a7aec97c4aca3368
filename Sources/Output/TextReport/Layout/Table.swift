import Presentation

/// A table of short texts that fits a width. What a row is about stands on the left and is cut off where it must be; figures are
/// right-aligned in columns as wide as what they hold. Columns without a single cell are left out.
struct Table {
    enum Cell {
        case none
        case text(HumanFormat.Quantity)
        /// Rounded where there is little room.
        case count(UInt64)

        var isNone: Bool { if case .none = self { true } else { false } }

        static func text(_ text: String) -> Cell { .text(HumanFormat.Quantity(number: text, unit: "")) }

        static func duration(_ nanoseconds: Double?) -> Cell {
            nanoseconds.map { .text(HumanFormat.quantity(nanoseconds: $0)) } ?? .none
        }

        /// Marked where it rests on few measured calls.
        func marked(_ isWeak: Bool) -> Cell {
            guard isWeak, case .text(var text) = self else { return self }
            text.number = Table.weak + text.number
            return .text(text)
        }

        /// A duration with tenths below 100 ns.
        static func cost(_ nanoseconds: Double?) -> Cell {
            nanoseconds.map { .text(HumanFormat.cost(nanoseconds: $0)) } ?? .none
        }
    }

    struct Column {
        var title: String
        /// Words: at the left end of the column, and cut off where the table is too wide.
        var isWords = false
        /// Whether narrow tables do without: columns with a higher number go first.
        var dispensability = 0
        /// Whether it is the first of columns that belong together.
        var startsGroup = false
        /// Whether it goes before anything is rounded or squeezed for it.
        var isExtra = false
    }

    struct Row {
        var name: String
        /// What stays readable where the name is cut off.
        var suffix = ""
        /// In columns, never cut off.
        var indent = 0
        /// One for each column.
        var cells: [Cell]
        var isStrong = false
    }

    /// How many spaces stand before a column.
    enum Spacing {
        case wide
        /// Two before a group of columns, one inside.
        case grouped
        case narrow

        func gap(before column: Column) -> Int {
            switch self {
            case .wide: 2
            case .grouped: column.startsGroup ? 2 : 1
            case .narrow: 1
            }
        }
    }

    /// A way to save room: the spacing, and how wide a count may be before it is rounded.
    struct Step {
        var spacing: Spacing
        var countWidth: Int

        init(_ spacing: Spacing, countWidth: Int) { (self.spacing, self.countWidth) = (spacing, countWidth) }
    }

    private struct Layout {
        var columns: [Int]
        var step: Step
    }

    var nameTitle: String
    var columns: [Column]
    var rows: [Row]
    var style: TextStyle
    /// So much of a name is worth a column.
    var leastName = 30
    /// From the most pleasant to the narrowest. Columns are dropped only with the last of them.
    var steps = [
        Step(.wide, countWidth: 13), Step(.wide, countWidth: 9), Step(.narrow, countWidth: 9), Step(.narrow, countWidth: 7),
    ]

    /// The mark of a figure that rests on few measured calls.
    static let weak = "~"

    /// What words are cut down to before names are.
    private static let leastWords = 10

    func lines(width: Int) -> [String] {
        let longest = rows.map { $0.indent + DisplayText.width($0.name) + DisplayText.width($0.suffix) }
            .reduce(DisplayText.width(nameTitle), max)
        var texts: [[HumanFormat.Quantity]] = []
        var widths: [Int] = []
        var layout = Layout(columns: [], step: Step(.narrow, countWidth: 5))
        var room = 0
        for candidate in layouts {
            layout = candidate
            texts = rows.map { row in candidate.columns.map { text(row.cells[$0], candidate) } }
            widths = candidate.columns.enumerated().map { place, column in
                texts.map { DisplayText.width($0[place].tight) }.reduce(DisplayText.width(columns[column].title), max)
            }
            room = width - zip(candidate.columns, widths).reduce(0) { $0 + $1.1 + gap(before: $1.0, candidate) }
            // More space than needed is a luxury: only where no name is cut off for it.
            if room >= (candidate.step.spacing == .narrow ? min(longest, leastName) : longest) { break }
        }
        for (place, column) in layout.columns.enumerated() where columns[column].isWords {
            let cut = min(widths[place] - min(widths[place], Self.leastWords), min(longest, leastName) - room)
            if cut > 0 { (widths[place], room) = (widths[place] - cut, room + cut) }
        }
        let nameWidth = min(max(room, 8), longest)
        let titles = layout.columns.map { HumanFormat.Quantity(number: columns[$0].title, unit: "") }
        let header = line(DisplayText.leftAligned(nameTitle, in: nameWidth), titles, widths, layout)
        return [style.bold(header)]
            + zip(rows, texts).map { row, texts in
                let name =
                    DisplayText.spaces(row.indent)
                    + DisplayText.truncated(row.name, keeping: row.suffix, to: nameWidth - row.indent)
                let isBare = texts.allSatisfy { $0.number.isEmpty }
                let aligned = isBare ? name : DisplayText.leftAligned(name, in: nameWidth)
                return line(row.isStrong ? style.bold(aligned) : aligned, texts, widths, layout)
            }
    }

    /// From the most pleasant to the narrowest.
    private var layouts: [Layout] {
        let used = columns.indices.filter { column in rows.contains { !$0.cells[column].isNone } }
        let needed = used.filter { !columns[$0].isExtra }
        let dispensable = needed.filter { columns[$0].dispensability > 0 }
            .sorted { columns[$0].dispensability > columns[$1].dispensability }
        let narrowest = steps[steps.count - 1]
        return steps.prefix { $0.spacing != .narrow }.map { Layout(columns: used, step: $0) }
            + steps.map { Layout(columns: needed, step: $0) }
            + dispensable.indices.map { last in
                Layout(columns: needed.filter { !dispensable[...last].contains($0) }, step: narrowest)
            }
    }

    private func gap(before column: Int, _ layout: Layout) -> Int { layout.step.spacing.gap(before: columns[column]) }

    private func text(_ cell: Cell, _ layout: Layout) -> HumanFormat.Quantity {
        switch cell {
        case .none: HumanFormat.Quantity(number: "", unit: "")
        case .text(let text): text
        case .count(let count):
            HumanFormat.Quantity(number: HumanFormat.count(count, fitting: layout.step.countWidth), unit: "")
        }
    }

    private func line(_ name: String, _ texts: [HumanFormat.Quantity], _ widths: [Int], _ layout: Layout) -> String {
        var text = name
        for (place, cell) in texts.enumerated() {
            let column = layout.columns[place]
            text += DisplayText.spaces(gap(before: column, layout))
            if columns[column].isWords {
                text += DisplayText.leftAligned(DisplayText.truncated(cell.number, to: widths[place]), in: widths[place])
            } else {
                text += DisplayText.spaces(widths[place] - DisplayText.width(cell.tight)) + cell.number + style.dim(cell.unit)
            }
        }
        return DisplayText.withoutTrailingSpaces(text)
    }
}
