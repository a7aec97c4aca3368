import PlainText

/// Names out of profiles, made harmless for terminals and line-based formats.
package enum SafeText {
    package static func sanitized(_ text: String) -> String { PlainText.line(text) }
}
