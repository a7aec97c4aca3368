import Testing

@testable import Presentation

@Suite struct SafeTextTests {
    @Test(arguments: [
        ("plain text", "plain text"), ("a\tb", "a\\x09b"), ("\u{1b}[31m", "\\x1b[31m"), ("\u{7f}\u{9b}", "\\x7f\\x9b"),
        ("a\u{202e}b\u{200d}c\u{feff}", "a?b?c?"), ("❤\u{fe0f}", "❤"), ("naïve 中", "naïve 中"), ("\r\n", "\\x0d\\x0a"),
        ("\u{2028}\u{e000}", "??"),
    ])
    func `control and invisible characters are escaped, replaced or dropped`(text: String, expected: String) {
        #expect(SafeText.sanitized(text) == expected)
    }
}
