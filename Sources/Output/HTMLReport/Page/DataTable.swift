import Graphics
import Presentation

/// A table that scrolls sideways where a screen is too narrow for it, also by the keys. With the script its columns can be sorted.
struct DataTable {
    struct Column {
        var title: String
        /// Words, not figures.
        var isText = false
        /// What the title means, for a pointer over it.
        var meaning: String?
        /// Shown in the head below the title.
        var scale: HTML?
        var isSortable = true
        /// Leads to the table in the order of this column.
        var link: [HTML.Attribute]?
        /// `ascending` or `descending` if the rows are in its order.
        var order: String?
    }

    struct Cell {
        var text = ""
        /// What the cell is sorted by, exactly; nil of text and of cells without a figure.
        var value: UInt64?
        /// The same of a figure that isn't whole.
        var fraction: String?
        var content: HTML?

        static let none = Cell(text: "–")

        static func text(_ text: String) -> Cell { Cell(text: text) }
        static func content(_ content: HTML) -> Cell { Cell(content: content) }

        /// Where the count is written out, the script reads it there.
        static func count(_ count: UInt64) -> Cell {
            let (text, exact) = (HumanFormat.count(count, fitting: 15), HumanFormat.count(count))
            return Cell(text: text, value: text == exact ? nil : count)
        }

        /// - Parameter isWeak: it rests on too few measured calls to be taken at face value.
        static func duration(_ nanoseconds: UInt64?, isWeak: Bool = false) -> Cell {
            guard let nanoseconds else { return .none }
            return Cell(text: (isWeak ? "~" : "") + HumanFormat.duration(nanoseconds: nanoseconds), value: nanoseconds)
        }

        /// So many a second. Rates have thousandths, to order what seldom happens too.
        static func rate(_ count: UInt64, inNanoseconds duration: UInt64) -> Cell {
            guard let text = HumanFormat.rate(count, inNanoseconds: duration) else { return .none }
            let (scaled, length) = (UInt128(count) * 1_000_000_000_000, UInt128(duration))
            return Cell(text: text, fraction: DecimalText.fixedPoint((scaled + length / 2) / length, decimals: 3))
        }

        static func cost(_ nanoseconds: Double?) -> Cell {
            guard let nanoseconds, nanoseconds >= 0, nanoseconds < 1.8e19 else { return .none }
            return Cell(text: HumanFormat.cost(nanoseconds: nanoseconds).spaced, value: UInt64(nanoseconds * 10))
        }
    }

    struct Row {
        var cells: [Cell]
        /// What stands in a row of its own below all others: the sum.
        var isSum = false
        /// The row belongs to one above it.
        var isIndented = false
        var isHeading = false
        /// What stands below the row, as wide as the table.
        var detail: HTML?
    }

    var caption: String
    var style: String
    var columns: [Column]
    var rows: [Row]
    var isSortable = true

    func add(to html: inout HTML) {
        let region: [HTML.Attribute] = [.class("scroll"), .with(.role, "region"), .with(.label, caption), .with(.tabIndex, 0)]
        html.element(.div, region) { html in
            html.element(.table, [.class(isSortable ? "\(style) sortable" : style)]) { table in
                table.element(.caption, text: caption)
                table.element(.thead) { head in
                    head.element(.tr) { row in columns.forEach { add($0, to: &row) } }
                }
                table.newline()
                table.element(.tbody) { body in rows.filter { !$0.isSum }.forEach { add($0, to: &body) } }
                let sums = rows.filter(\.isSum)
                if !sums.isEmpty { table.element(.tfoot) { foot in sums.forEach { add($0, to: &foot) } } }
            }
        }
        html.newline()
    }

    private func add(_ column: Column, to row: inout HTML) {
        var attributes: [HTML.Attribute] = [.with(.scope, "col")]
        if column.isText { attributes.append(.class(column.isSortable ? "t" : "t fix")) }
        if let meaning = column.meaning { attributes.append(.with(.title, meaning)) }
        if let order = column.order { attributes.append(.with(.sort, order)) }
        row.element(.th, attributes) { head in
            if let link = column.link { head.element(.a, link, text: column.title) } else { head.text(column.title) }
            if let scale = column.scale { head.append(scale) }
        }
    }

    private func add(_ row: Row, to body: inout HTML) {
        body.element(.tr, row.isHeading ? [.class("hd")] : row.isIndented ? [.class("in")] : []) { html in
            for (index, (cell, column)) in zip(row.cells, columns).enumerated() {
                var attributes: [HTML.Attribute] = column.isText ? [.class("t")] : []
                if let value = cell.fraction ?? cell.value.map(String.init) { attributes.append(.with(.value, value)) }
                html.element(index == 0 ? .th : .td, index == 0 ? attributes + [.with(.scope, "row")] : attributes) { data in
                    if let content = cell.content { data.append(content) }
                    data.text(cell.text)
                }
            }
        }
        body.newline()
        guard let detail = row.detail else { return }
        body.element(.tr, [.class("more")]) { more in
            more.element(.td, [.with(.colspan, columns.count)]) { $0.append(detail) }
        }
        body.newline()
    }
}
