import Glibc

/// A shell pattern for names, matched by fnmatch(3): `*`, `?`, `[abc]`, `[a-z]`, `[!abc]`. It has to match the whole name.
package struct GlobPattern {
    private let pattern: String

    /// Whether a text has any of the special characters.
    package static func isGlob(_ text: String) -> Bool {
        text.utf8.contains { "*?[".utf8.contains($0) }
    }

    /// Nil if a `[` has no `]`: fnmatch would take it for itself, and nobody would be told of the typing mistake.
    package init?(_ text: String) {
        guard !GlobPattern.hasOpenBracket(text) else { return nil }
        pattern = text
    }

    private static func hasOpenBracket(_ text: String) -> Bool {
        var rest = Array(text.utf8)[...]
        while let opening = rest.firstIndex(of: UInt8(ascii: "[")) {
            rest = rest[(opening + 1)...]
            if let first = rest.first, first == UInt8(ascii: "!") || first == UInt8(ascii: "^") { rest.removeFirst() }
            // As the first character of the set, it stands for itself.
            guard let closing = rest.dropFirst().firstIndex(of: UInt8(ascii: "]")) else { return true }
            rest = rest[(closing + 1)...]
        }
        return false
    }

    package func matches(_ name: String) -> Bool {
        // No name has a backslash to escape.
        unsafe fnmatch(pattern, name, FNM_NOESCAPE) == 0
    }
}
