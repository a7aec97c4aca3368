/// What is sent to a terminal: sequences that xterm and everything made since understand, without terminfo.
///
/// Source: ECMA-48 (5th edition), and "XTerm Control Sequences" (invisible-island.net/xterm/ctlseqs/ctlseqs.html); synchronized updates
/// from the DEC private mode 2026 that terminals agreed upon. A terminal that doesn't know a private mode ignores it.
package enum EscapeSequences {
    private static let introducer = "\u{1b}["

    /// Enters the alternate screen, hides the cursor, and lets nothing wrap at the right edge.
    package static let enter = "\(introducer)?1049h\(introducer)?25l\(introducer)?7l"
    /// Undoes ``enter`` and every style, from whatever state: safe to send twice, and from a handler of a crash.
    package static let leave = "\(introducer)?2026l\(introducer)0m\(introducer)?7h\(introducer)?25h\(introducer)?1049l"
    /// Clears the screen, in no style.
    static let clear = "\(introducer)0m\(introducer)2J"
    /// Clears from the cursor to the end of its line.
    static let clearToEndOfLine = "\(introducer)K"
    static let beginUpdate = "\(introducer)?2026h"
    static let endUpdate = "\(introducer)?2026l"
    static let plain = "\(introducer)0m"

    /// Moves the cursor. Rows and columns are counted from 0.
    static func move(row: Int, column: Int) -> String { "\(introducer)\(row + 1);\(column + 1)H" }

    /// Selects a style, whatever was selected before.
    static func select(_ style: CellStyle, _ palette: ColorDepth) -> String {
        var parameters = ["0"]
        if style.isBold { parameters.append("1") }
        if style.isDim { parameters.append("2") }
        if style.isReversed { parameters.append("7") }
        parameters += palette.foreground(style.ink)
        parameters += palette.background(heat: style.heat)
        return introducer + parameters.joined(separator: ";") + "m"
    }
}
