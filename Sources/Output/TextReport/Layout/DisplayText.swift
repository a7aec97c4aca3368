import PlainText

/// Text measured in the columns of a terminal.
package enum DisplayText {
    /// How many columns a text takes. Expects a text that `PlainText.line` has passed, or one of our own.
    package static func width(_ text: some StringProtocol) -> Int {
        text.unicodeScalars.reduce(0) { $0 + width(of: $1) }
    }

    /// At most `limit` columns of a text and what must stay readable behind it, with an ellipsis where something was cut off.
    package static func truncated(_ text: String, keeping suffix: String = "", to limit: Int) -> String {
        guard width(text) + width(suffix) > limit else { return text + suffix }
        let room = limit - width(suffix)
        // Where there is no room for both, what must stay readable goes like any other text.
        if room < 1 { return suffix.isEmpty ? "" : truncated(suffix, to: limit) }
        return prefix(text[...], columns: room - 1) + "…" + suffix
    }

    /// At most `limit` columns of a text whose both ends matter, with an ellipsis for what is between them.
    package static func shortened(_ text: String, to limit: Int) -> String {
        guard width(text) > limit else { return text }
        let end = max(0, (limit - 1) * 2 / 3)
        return prefix(text[...], columns: max(0, limit - 1 - end)) + (limit > 0 ? "…" : "") + suffix(text, columns: end)
    }

    package static func leftAligned(_ text: String, in columns: Int) -> String {
        text + spaces(columns - width(text))
    }

    package static func rightAligned(_ text: String, in columns: Int) -> String {
        spaces(columns - width(text)) + text
    }

    package static func spaces(_ count: Int) -> String { String(repeating: " ", count: max(0, count)) }

    static func withoutTrailingSpaces(_ text: String) -> String {
        String(text[..<(text.lastIndex { $0 != " " }.map(text.index(after:)) ?? text.startIndex)])
    }

    /// A text in lines of at most `limit` columns, broken at spaces where there are any; lines after the first are
    /// indented by `hanging` columns.
    package static func wrapped(_ text: String, to limit: Int, hanging: Int = 0) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            var rest = word
            let joint = line.isEmpty || line.allSatisfy { $0 == " " } ? "" : " "
            if fits(rest, in: limit - width(line) - joint.count) {
                line += joint + rest
                continue
            }
            if !joint.isEmpty {
                lines.append(line)
                line = spaces(hanging)
            }
            while !fits(rest, in: limit - hanging) {
                let part = prefix(rest, columns: max(2, limit - width(line)))
                lines.append(line + part)
                rest = rest[part.endIndex...]
                line = spaces(hanging)
            }
            line += rest
        }
        return line.allSatisfy { $0 == " " } ? lines : lines + [line]
    }

    /// Whether a text takes no more than some columns. Looks at no more of it than that takes.
    private static func fits(_ text: Substring, in columns: Int) -> Bool {
        columns >= 0 && prefix(text, columns: columns).endIndex == text.endIndex
    }

    /// Cut between scalars, not characters: one character may be any number of columns wide.
    private static func prefix(_ text: Substring, columns: Int) -> Substring {
        var used = 0
        for index in text.unicodeScalars.indices {
            used += width(of: text.unicodeScalars[index])
            if used > columns { return text[..<index] }
        }
        return text
    }

    private static func suffix(_ text: String, columns: Int) -> Substring {
        var used = 0
        for index in text.unicodeScalars.indices.reversed() {
            used += width(of: text.unicodeScalars[index])
            if used > columns { return text[text.unicodeScalars.index(after: index)...] }
        }
        return text[...]
    }

    /// How many columns a scalar takes: 0, 1 or 2.
    package static func width(of scalar: Unicode.Scalar) -> Int {
        if scalar.value < 0x300 { return 1 }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .enclosingMark: return 0
        default: break
        }
        // Vowels and finals of conjoining Hangul are drawn inside the syllable before them.
        if (0x1160...0x11ff).contains(scalar.value) { return 0 }
        return wideRanges.contains { $0.contains(scalar.value) } ? 2 : 1
    }

    /// East Asian wide and fullwidth characters and emoji (UAX #11, W and F), by block: where a block is mixed all of it
    /// counts as wide, because a line that is too short does no harm.
    private static let wideRanges: [ClosedRange<UInt32>] = [
        0x1100...0x115f, 0x231a...0x231b, 0x2329...0x232a, 0x23e9...0x23ec, 0x23f0...0x23f3, 0x25fd...0x25fe,
        0x2614...0x2615, 0x2648...0x2653, 0x267f...0x267f, 0x2693...0x2693, 0x26a1...0x26a1, 0x26aa...0x26ab,
        0x26bd...0x26be, 0x26c4...0x26c5, 0x26ce...0x26ce, 0x26d4...0x26d4, 0x26ea...0x26ea, 0x26f2...0x26f3,
        0x26f5...0x26f5, 0x26fa...0x26fa, 0x26fd...0x26fd, 0x2705...0x2705, 0x270a...0x270b, 0x2728...0x2728,
        0x274c...0x274c, 0x274e...0x274e, 0x2753...0x2755, 0x2757...0x2757, 0x2795...0x2797, 0x27b0...0x27b0,
        0x27bf...0x27bf, 0x2b1b...0x2b1c, 0x2b50...0x2b50, 0x2b55...0x2b55, 0x2e80...0x303e, 0x3041...0x33ff,
        0x3400...0x4dbf, 0x4e00...0xa4cf, 0xa960...0xa97f, 0xac00...0xd7a3, 0xf900...0xfaff, 0xfe10...0xfe19,
        0xfe30...0xfe6f, 0xff01...0xff60, 0xffe0...0xffe6, 0x16fe0...0x18dff, 0x1aff0...0x1b2ff, 0x1f000...0x1f0ff,
        0x1f18e...0x1f18e, 0x1f191...0x1f19a, 0x1f200...0x1faff, 0x20000...0x3fffd,
    ]
}
