import CallSelection

/// Which rows are shown: those whose names match a glob, or have a text without wildcards in them.
package struct LiveFilter: Sendable, Hashable {
    package let text: String
    /// What is matched; nil where a `[` has no `]`.
    private let pattern: String?
    /// A pattern in lower case finds upper case as well.
    private let ignoresCase: Bool

    /// Longer ones are cut off. Names are looked at no further than ``longestName``.
    static let longest = 64
    private static let longestName = 256

    package init(_ text: String) {
        self.text = String(text.prefix(Self.longest))
        ignoresCase = !self.text.contains(where: \.isUppercase)
        let pattern = GlobPattern.isGlob(self.text) ? self.text : "*\(self.text)*"
        self.pattern = GlobPattern(pattern) == nil ? nil : pattern
    }

    /// Whether it can be matched.
    package var isComplete: Bool { pattern != nil }

    /// The rows that match by name, or by name and what stands behind it. All of them if the pattern isn't complete.
    func matching(_ rows: [LiveRow]) -> [LiveRow] {
        guard !text.isEmpty, let glob = pattern.flatMap({ GlobPattern($0) }) else { return rows }
        func matches(_ name: String) -> Bool {
            let name = String(name.prefix(Self.longestName))
            return glob.matches(ignoresCase ? name.lowercased() : name)
        }
        return rows.filter { matches($0.name) || !$0.suffix.isEmpty && matches($0.name + $0.suffix) }
    }
}
