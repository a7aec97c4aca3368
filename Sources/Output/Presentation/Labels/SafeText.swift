/// Names out of profiles, made harmless for terminals and line-based formats.
package enum SafeText {
    /// The text with everything replaced that could move the cursor, change colours, reverse the direction or hide:
    /// control characters become `\x1b`, other invisible characters `?`.
    package static func sanitized(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar.properties.generalCategory {
            case .control:
                let digits = String(scalar.value, radix: 16)
                result += "\\x" + (digits.count < 2 ? "0" : "") + digits
            case .nonspacingMark where scalar.properties.isVariationSelector:
                // Whether it widens the character before it depends on the terminal.
                continue
            case .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned:
                result += "?"
            default:
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
