import Foundation
import Probes
import TestSupport
import Testing

/// The patterns that the programs match, against fnmatch(3).
@Suite struct NamePatternTests {
    /// Few characters, so that names match now and then.
    private static let parts = [
        "a", "b", "c", "-", "*", "?", "[ab]", "[!a]", "[^b]", "[a-c]", "[]a]", "[!]a]", "[b-]", "[c-a]", "**", "é",
    ]

    @Test func `random patterns match what fnmatch matches`() throws {
        var random = SeededGenerator.fromEnvironment()
        var matches = 0
        for _ in 0..<4000 {
            let text = (0..<Int.random(in: 0...7, using: &random)).map { _ in Self.parts.randomElement(using: &random)! }.joined()
            let pattern = try #require(NamePattern(text), "\(text)")
            for _ in 0..<8 {
                let name = (0..<Int.random(in: 0...8, using: &random)).map { _ in "abc-]é".randomElement(using: &random)! }
                let bytes = Array(String(name).utf8.prefix(15))
                let expected = fnmatch(text, bytes.map { CChar(bitPattern: $0) } + [0], FNM_NOESCAPE) == 0
                if expected { matches += 1 }
                #expect(pattern.matches(bytes) == expected, "\(text) \(String(name))")
            }
        }
        #expect(matches > 1000)
    }

    @Test(arguments: [
        ("postgres", "postgres", true), ("postgres", "postgre", false), ("post*", "postgres", true), ("*", "", true),
        ("", "", true),
        ("", "a", false), ("*-worker-?", "web-worker-7", true), ("[a-z]*", "Xorg", false), ("systemd-journald", "", false),
        ("systemd-journal", "systemd-journald", true), ("***************a", "bbbbbbbbbbbbbba", true),
    ])
    func `a pattern matches the whole name, of which there are 15 bytes`(text: String, name: String, expected: Bool) {
        #expect(NamePattern(text)?.matches(Array(name.utf8)) ?? false == expected)
    }

    @Test(arguments: ["[", "[]", "[!]", "a[b", "0123456789abcdef", "????????????????"])
    func `what can match no name is refused`(text: String) {
        #expect(NamePattern(text) == nil)
    }
}
