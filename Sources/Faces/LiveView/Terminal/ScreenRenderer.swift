/// Writes screens to a terminal: only what differs from what is there.
package struct ScreenRenderer: Sendable {
    package var colors: ColorDepth
    package var glyphs: GlyphSet
    /// Asks the terminal to show all of an update at once.
    package var isSynchronized: Bool
    /// What the terminal shows; nil where that isn't known.
    private var shown: Screen?
    /// Where the terminal's cursor is, and its style; nil where that isn't known.
    private var cursor: (row: Int, column: Int)?
    private var style: CellStyle?

    /// Equal cells up to this number are written again where moving the cursor would take more bytes.
    private static let shortGap = 4

    package init(colors: ColorDepth, glyphs: GlyphSet, isSynchronized: Bool = true) {
        (self.colors, self.glyphs, self.isSynchronized) = (colors, glyphs, isSynchronized)
    }

    /// Forgets what the terminal shows: the next update draws everything. For a terminal that somebody else has written to.
    package mutating func invalidate() { (shown, cursor, style) = (nil, nil, nil) }

    /// The bytes that make the terminal show `screen`; none if it does already.
    package mutating func update(to screen: Screen) -> [UInt8] {
        var output = ""
        if shown?.size != screen.size {
            output += EscapeSequences.clear
            (shown, cursor, style) = (Screen(screen.size), nil, .plain)
        }
        let old = shown ?? Screen(screen.size)
        for row in 0..<screen.size.rows where old[row] != screen[row] {
            updateRow(row, from: Array(old[row]), to: Array(screen[row]), &output)
        }
        shown = screen
        guard !output.isEmpty else { return [] }
        if isSynchronized { output = EscapeSequences.beginUpdate + output + EscapeSequences.endUpdate }
        return Array(output.utf8)
    }

    private mutating func updateRow(_ row: Int, from old: [Cell], to new: [Cell], _ output: inout String) {
        // Blanks at the end are cleared at once.
        let end = (new.lastIndex { $0 != .blank } ?? -1) + 1
        var column = 0
        while column < end {
            guard old[column] != new[column] else {
                column += 1
                continue
            }
            // The left half goes with the right one.
            if new[column].isContinuation, column > 0 { column -= 1 }
            move(row, column, new, &output)
            column = write(row, column, new, &output)
        }
        if old[end...].contains(where: { $0 != .blank }) {
            move(row, end, new, &output)
            select(.plain, &output)
            output += EscapeSequences.clearToEndOfLine
        }
    }

    /// Moves the cursor to a cell, by writing what is between where that is shorter.
    private mutating func move(_ row: Int, _ column: Int, _ cells: [Cell], _ output: inout String) {
        if let cursor, cursor.row == row, cursor.column == column { return }
        if let cursor, cursor.row == row, cursor.column < column, column - cursor.column <= Self.shortGap,
            cells[cursor.column..<column].allSatisfy({ $0.style == style && $0.text.utf8.count == 1 })
        {
            output += cells[cursor.column..<column].map(\.text).joined()
        } else {
            output += EscapeSequences.move(row: row, column: column)
        }
        cursor = (row, column)
    }

    /// Writes one cell, or two that a wide character takes.
    /// - Returns: the column behind it.
    private mutating func write(_ row: Int, _ column: Int, _ cells: [Cell], _ output: inout String) -> Int {
        let cell = cells[column]
        let isWide = column + 1 < cells.count && cells[column + 1].isContinuation
        let next = column + (isWide ? 2 : 1)
        select(cell.style, &output)
        let text = glyphs.text(of: cell, columns: next - column)
        if isWide, text.utf8.count > 2 {
            // Terminals disagree about widths: nothing old stays under a character that turns out narrow.
            output += "  " + EscapeSequences.move(row: row, column: column)
        }
        output += text
        // Behind anything but plain characters, and at the right edge, only a move says where the cursor is.
        let isCertain = text.unicodeScalars.count == next - column && text.unicodeScalars.allSatisfy(Self.isSurelySingle)
        cursor = isCertain && next < cells.count ? (row, next) : nil
        return next
    }

    /// Latin letters, punctuation, arrows, lines and blocks.
    private static func isSurelySingle(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value < 0x300 || (0x2010...0x2026).contains(scalar.value) || (0x2190...0x2193).contains(scalar.value)
            || (0x2500...0x259f).contains(scalar.value)
    }

    private mutating func select(_ wanted: CellStyle, _ output: inout String) {
        guard style != wanted else { return }
        output += EscapeSequences.select(wanted, colors)
        style = wanted
    }
}

extension ScreenRenderer {
    /// A screen as lines for where nothing moves the cursor: a terminal's ordinary screen, a pipe. Rows at the end without a text are
    /// left out.
    /// - Parameter styled: whether the lines may have escape sequences in them.
    package func lines(of screen: Screen, styled: Bool = true) -> String {
        func isBlank(_ cell: Cell) -> Bool { styled ? cell == .blank : cell.text == " " }
        let used = (0..<screen.size.rows).last { row in !screen[row].allSatisfy(isBlank) } ?? -1
        return (0..<used + 1).map { row in
            var line = ""
            var style = CellStyle.plain
            let cells = screen[row]
            let end = (cells.lastIndex { !isBlank($0) } ?? cells.startIndex - 1) + 1
            for place in cells.startIndex..<end where !cells[place].isContinuation {
                let isWide = place + 1 < cells.endIndex && cells[place + 1].isContinuation
                if styled, cells[place].style != style {
                    style = cells[place].style
                    line += EscapeSequences.select(style, colors)
                }
                line += glyphs.text(of: cells[place], columns: isWide ? 2 : 1)
            }
            return line + (style == .plain ? "" : EscapeSequences.plain) + "\n"
        }.joined()
    }
}
