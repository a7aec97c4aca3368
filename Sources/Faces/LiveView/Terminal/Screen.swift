import TextReport

/// One place of a screen.
package struct Cell: Sendable, Hashable {
    /// A character with the marks that belong to it; empty for the right half of a wide character.
    package var text = " "
    package var style = CellStyle.plain

    package static let blank = Cell()
    /// Whether it is the right half of the wide character before it.
    package var isContinuation: Bool { text.isEmpty }
}

/// How large a screen is, in cells.
package struct ScreenSize: Sendable, Hashable {
    package var columns: Int
    package var rows: Int

    /// The largest size that is drawn: what lies outside stays blank. A terminal can claim any size.
    package static let largest = ScreenSize(columns: 1000, rows: 500)

    package init(columns: Int, rows: Int) { (self.columns, self.rows) = (columns, rows) }

    /// Between nothing and ``largest``.
    package var clamped: ScreenSize {
        ScreenSize(columns: min(max(0, columns), Self.largest.columns), rows: min(max(0, rows), Self.largest.rows))
    }
}

/// A grid of cells. What doesn't fit is cut off; a wide character is never cut in two.
package struct Screen: Sendable, Hashable {
    package let size: ScreenSize
    private var cells: [Cell]

    /// More marks than that on one character are left out: a name could have thousands.
    private static let mostMarks = 2

    package init(_ size: ScreenSize) {
        self.size = size.clamped
        cells = [Cell](repeating: .blank, count: self.size.columns * self.size.rows)
    }

    /// The cells of a row. Traps outside of the screen.
    package subscript(row: Int) -> ArraySlice<Cell> { cells[row * size.columns..<(row + 1) * size.columns] }

    /// The text of a row without the blanks at its end.
    package func text(ofRow row: Int) -> String {
        let text = self[row].map(\.text).joined()
        return String(text[..<(text.lastIndex { $0 != " " }.map(text.index(after:)) ?? text.startIndex)])
    }

    /// Draws a line from `column` on, at most `limit` columns of it. Expects texts that `PlainText.line` has passed, or our own.
    /// - Returns: the column behind it.
    @discardableResult
    mutating func draw(_ line: StyledLine, row: Int, column: Int = 0, limit: Int = .max) -> Int {
        guard row >= 0, row < size.rows, column >= 0 else { return column }
        let end = limit < size.columns - column ? column + limit : size.columns
        var place = column
        for span in line.spans {
            for scalar in span.text.unicodeScalars {
                let width = DisplayText.width(of: scalar)
                if width == 0 {
                    addMark(scalar, before: place, row: row, from: column)
                } else if place + width <= end {
                    put(Cell(text: String(scalar), style: span.style), width: width, row: row, column: place)
                    place += width
                } else {
                    return place
                }
            }
        }
        return place
    }

    /// Gives a part of a row another look.
    mutating func restyle(row: Int, columns: Range<Int>, _ change: (inout CellStyle) -> Void) {
        guard row >= 0, row < size.rows else { return }
        for column in columns.clamped(to: 0..<size.columns) { change(&cells[row * size.columns + column].style) }
    }

    /// Blanks a part of a row.
    mutating func clear(row: Int, columns: Range<Int>) {
        guard row >= 0, row < size.rows else { return }
        for column in columns.clamped(to: 0..<size.columns) { put(.blank, width: 1, row: row, column: column) }
    }

    private mutating func put(_ cell: Cell, width: Int, row: Int, column: Int) {
        let place = row * size.columns + column
        // What is half covered goes away.
        if cells[place].isContinuation, column > 0 { cells[place - 1].text = " " }
        let next = column + width
        if next < size.columns, cells[place + width].isContinuation { cells[place + width].text = " " }
        cells[place] = cell
        if width == 2 { cells[place + 1] = Cell(text: "", style: cell.style) }
    }

    private mutating func addMark(_ scalar: Unicode.Scalar, before column: Int, row: Int, from start: Int) {
        guard column > start else { return }
        var place = row * size.columns + column - 1
        if cells[place].isContinuation { place -= 1 }
        if cells[place].text.unicodeScalars.count <= Self.mostMarks { cells[place].text.unicodeScalars.append(scalar) }
    }
}
