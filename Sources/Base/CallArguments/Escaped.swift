import PlainText

/// What others chose, in a form that can't move the cursor or end the text that it stands in: in C's escapes, as strace writes
/// them.
///
/// `\n` and its like, `\"`, `\\`, and `\33` in octal for each byte of a character that ``PlainText`` would replace; three digits
/// where another digit follows. Characters that can be seen stay as they are, also those that are not ASCII: strace escapes these.
enum Escaped {
    /// The most characters (Unicode scalars) that a name or string has between its brackets or quotes.
    static let longest = 200

    /// In quotes; `"...` at the end if the text goes on.
    static func string(_ string: CapturedString) -> String {
        // Four bytes make one character at most.
        let bytes = string.bytes.prefix(longest * 4)
        let all = pieces(ExactText.string(bytes), also: ["\""])
        let shown = fitting(all, in: longest)
        let isCut = string.isCut || bytes.count < string.bytes.count || shown.count < all.count
        return "\"" + shown.joined() + "\"" + (isCut ? "..." : "")
    }

    /// In angle brackets. A path that is too long loses its front, other names their end.
    static func name(_ name: String) -> String {
        let isPath = name.hasPrefix("/") || name.hasPrefix("…")
        let scalars = name.unicodeScalars
        let part = isPath ? String(scalars.suffix(longest + 1)) : String(scalars.prefix(longest + 1))
        // Sockets have arrows and quotes in their names; in a path they could pretend to end it.
        let all = pieces(part, also: isPath ? ["\"", "<", ">"] : [])
        if fitting(all, in: longest).count == all.count { return "<" + all.joined() + ">" }
        return isPath
            ? "<…" + fitting(all.reversed(), in: longest - 1).reversed().joined() + ">"
            : "<" + fitting(all, in: longest - 1).joined() + "…>"
    }

    /// At most so many characters, the last one `…` if some are missing.
    static func cut(_ text: String, to limit: Int) -> String {
        let scalars = text.unicodeScalars
        guard scalars.count > limit else { return text }
        return String(scalars.prefix(max(0, limit - 1))) + "…"
    }

    /// As many pieces from the front as have this many characters together, so no escape is cut in two.
    private static func fitting(_ pieces: [String], in limit: Int) -> ArraySlice<String> {
        var length = 0
        return pieces.prefix { piece in
            length += piece.unicodeScalars.count
            return length <= limit
        }
    }

    private static let letters: [Unicode.Scalar: String] = [
        "\n": "\\n", "\t": "\\t", "\r": "\\r", "\u{b}": "\\v", "\u{c}": "\\f", "\\": "\\\\",
    ]

    /// The characters of a text, each escaped if it must be.
    private static func pieces(_ text: String, also marks: Set<Unicode.Scalar>) -> [String] {
        let scalars = Array(text.unicodeScalars)
        return scalars.indices.map { index in
            let scalar = scalars[index]
            if let letter = letters[scalar] { return letter }
            if scalar == "\"", marks.contains(scalar) { return "\\\"" }
            let character = String(scalar)
            if scalar.isASCII, scalar.value >= 0x20, scalar.value != 0x7f, !marks.contains(scalar) { return character }
            if !marks.contains(scalar), PlainText.line(character) == character { return character }
            let next = index + 1 < scalars.count ? scalars[index + 1] : nil
            return octal(ExactText.bytes(character), before: next)
        }
    }

    /// As few digits as C allows: three before another octal digit.
    private static func octal(_ bytes: [UInt8], before next: Unicode.Scalar?) -> String {
        bytes.indices.map { index in
            let digits = String(bytes[index], radix: 8)
            let digitFollows = index == bytes.count - 1 && next.map { ("0"..."7").contains($0) } == true
            return "\\" + (digitFollows ? String(repeating: "0", count: 3 - digits.count) : "") + digits
        }.joined()
    }
}
