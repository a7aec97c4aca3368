/// The one filter for text of others (names, paths, files, guests) on its way to a terminal or a line-based format.
package enum PlainText {
    /// The text with everything replaced that could move the cursor, change colours, reverse the direction or hide:
    /// control characters become `\x1b`, bytes that are no UTF-8 `\xff`, other invisible characters `?`.
    package static func line(_ text: String) -> String { filtered(text) { _ in false } }

    /// The same for a message of several lines: line breaks and tabs stay.
    package static func lines(_ text: String) -> String { filtered(text) { $0 == "\n" || $0 == "\t" } }

    private static func filtered(_ text: String, keeping isKept: (Unicode.Scalar) -> Bool) -> String {
        guard !text.utf8.allSatisfy({ (0x20...0x7e).contains($0) }) else { return text }
        var result = ""
        for scalar in text.unicodeScalars {
            if isKept(scalar) {
                result.unicodeScalars.append(scalar)
                continue
            }
            if let byte = ExactText.byte(behind: scalar) {
                result += escaped(UInt32(byte))
                continue
            }
            if scalar.properties.generalCategory == .control {
                result += escaped(scalar.value)
            } else if isHidden(scalar) {
                result += "?"
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// Whether a terminal would do something else with it than show it: two names that look alike must be the same.
    static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        // Fillers, joiners and variation selectors; and the empty pattern of Braille.
        if scalar.properties.isDefaultIgnorableCodePoint || scalar == "\u{2800}" { return true }
        return switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: true
        default: false
        }
    }

    private static func escaped(_ value: UInt32) -> String {
        let digits = String(value, radix: 16)
        return "\\x" + (digits.count < 2 ? "0" : "") + digits
    }
}
