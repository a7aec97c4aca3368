import TextReport

/// What characters a terminal can show. Views draw with Unicode; a set of ASCII stands in for it cell by cell.
package enum GlyphSet: String, Sendable, Hashable, CaseIterable {
    case unicode, ascii

    /// What to send for the text of a cell, as many columns as the cell takes.
    func text(of cell: Cell, columns: Int) -> String {
        guard self == .ascii, !cell.text.utf8.allSatisfy({ $0 < 0x80 }) else { return cell.text }
        if let scalar = cell.text.unicodeScalars.first, let substitute = Self.substitutes[scalar] { return substitute }
        return String(repeating: "?", count: columns)
    }

    /// A text of which each column is a character, as in ``text(of:columns:)``.
    package func text(_ text: String) -> String {
        guard self == .ascii else { return text }
        return text.unicodeScalars.reduce(into: "") { result, scalar in
            let columns = DisplayText.width(of: scalar)
            if columns > 0 { result += self.text(of: Cell(text: String(scalar)), columns: columns) }
        }
    }

    private static let substitutes: [Unicode.Scalar: String] = {
        var substitutes: [Unicode.Scalar: String] = [
            "…": "~", "·": "-", "–": "-", "—": "-", "×": "x", "µ": "u", "⋮": ":", "≥": ">", "≤": "<", "≈": "~", "±": "+", "↑": "^",
            "↓": "v", "←": "<", "→": ">", "▲": "^", "▼": "v", "─": "-", "━": "=", "│": "|", "┤": "|", "└": "+", "▒": "=", "░": ".",
            "▓": "%", "█": "#",
        ]
        for (bar, mark) in zip("▁▂▃▄▅▆▇".unicodeScalars, "_.:-=+*") { substitutes[bar] = String(mark) }
        return substitutes
    }()
}
