import TextReport

/// What terminal a screen is drawn for.
package struct Appearance: Sendable, Hashable {
    package var colors: ColorDepth
    package var glyphs: GlyphSet

    package init(colors: ColorDepth, glyphs: GlyphSet = .unicode) { (self.colors, self.glyphs) = (colors, glyphs) }
}

/// Where things stand: the header, a title, what scrolls, and the last line.
enum LiveLayout {
    static let headerLines = 3
    /// Lines that don't scroll: the header, the title below it, and the last line.
    static let fixedLines = headerLines + 2
    static let least = ScreenSize(columns: 60, rows: 15)
}

extension LiveModel {
    /// The screen as it should be now.
    package func screen(_ appearance: Appearance) -> Screen {
        var screen = Screen(size)
        guard size.columns >= LiveLayout.least.columns, size.rows >= LiveLayout.least.rows else {
            drawTooSmall(&screen)
            return screen
        }
        for (row, line) in header.enumerated() { screen.draw(line, row: row) }
        switch page {
        case .table: drawTable(&screen)
        case .row, .help: drawLines(page == .help ? LiveHelp.lines(isReplay: isReplay) : openedLines(appearance), &screen)
        }
        screen.draw(lastLine, row: size.rows - 1)
        return screen
    }

    /// The header and the table.
    func tableOnly() -> Screen {
        var screen = Screen(size)
        for (row, line) in header.enumerated() { screen.draw(line, row: row) }
        drawTable(&screen)
        return screen
    }

    private func drawTooSmall(_ screen: inout Screen) {
        let (least, now) = (LiveLayout.least, size)
        let sentence =
            "syslat top needs \(least.columns) × \(least.rows) characters; this terminal has \(now.columns) × \(now.rows)."
        for (row, line) in DisplayText.wrapped(sentence, to: max(1, size.columns)).enumerated() {
            screen.draw(StyledLine(line), row: row)
        }
    }

    private func drawTable(_ screen: inout Screen) {
        let table = LiveTable(self)
        let top = LiveLayout.headerLines
        screen.draw(table.titles, row: top)
        if bareRows.isEmpty { screen.draw(StyledLine(emptySentence, .dim), row: top + 1) }
        for (offset, row) in rowsInView.enumerated() {
            screen.draw(table.line(row), row: top + 1 + offset)
            if row.item == selected {
                screen.restyle(row: top + 1 + offset, columns: 0..<size.columns) { $0 = CellStyle(reversed: true) }
            }
        }
    }

    private var emptySentence: String {
        if !filter.text.isEmpty { return "Nothing here matches the filter. Esc clears it." }
        return history.profile == nil ? "Waiting for the first figures." : "No system call completed in this window."
    }

    /// A title, and lines that scroll.
    private func drawLines(_ lines: [StyledLine], _ screen: inout Screen) {
        let top = LiveLayout.headerLines
        if let title = lines.first { screen.draw(title, row: top) }
        let body = lines.dropFirst()
        let first = min(firstLine, max(0, body.count - linesInView))
        for (offset, line) in body.dropFirst(first).prefix(linesInView).enumerated() {
            screen.draw(line, row: top + 1 + offset)
        }
        if body.count > linesInView {
            let place = " \(first + 1)–\(min(first + linesInView, body.count)) of \(body.count) "
            screen.draw(StyledLine(place, .dim), row: top, column: size.columns - DisplayText.width(place))
        }
    }

    /// The furthest that a page of lines can be scrolled.
    var lastFirstLine: Int {
        let lines = showsHelp ? LiveHelp.lines(isReplay: isReplay) : openedLines(Appearance(colors: .none))
        return max(0, lines.count - 1 - linesInView)
    }
}
