import PlainText
import Presentation
import TestSupport
import Testing

@testable import TextReport

@Suite struct DisplayTextTests {
    @Test(arguments: [
        ("", 0), ("abc", 3), ("µs …", 4), ("中文", 4), ("ｆｕｌｌ", 8), ("한글", 4), ("\u{1112}\u{1161}\u{11ab}", 2), ("e\u{301}", 1),
        ("🚀", 2), ("█▒░×", 4), ("⋮–", 2), ("\u{20000}", 2),
    ])
    func `the width of a text is that of its columns`(text: String, expected: Int) {
        #expect(DisplayText.width(text) == expected)
    }

    @Test(arguments: [
        ("abcdef", 6, "abcdef"), ("abcdef", 5, "abcd…"), ("中文字", 5, "中文…"), ("中文字", 4, "中…"), ("abc", 1, "…"), ("abc", 0, ""),
        ("e\u{301}e\u{301}e\u{301}", 2, "e\u{301}…"),
    ])
    func `a text is truncated with an ellipsis`(text: String, limit: Int, expected: String) {
        #expect(DisplayText.truncated(text, to: limit) == expected)
    }

    @Test(arguments: [(19, "nginx-worker (1234)"), (13, "nginx… (1234)"), (8, "… (1234)"), (7, " (1234)"), (4, " (1…")])
    func `truncation keeps a suffix as long as it fits`(limit: Int, expected: String) {
        #expect(DisplayText.truncated("nginx-worker", keeping: " (1234)", to: limit) == expected)
    }

    @Test func `text is wrapped at words with a hanging indent`() {
        #expect(DisplayText.wrapped("one two three", to: 8, hanging: 2) == ["one two", "  three"])
        #expect(DisplayText.wrapped("abcdefghij k", to: 4) == ["abcd", "efgh", "ij k"])
        #expect(DisplayText.wrapped("a abcdefghij", to: 6, hanging: 2) == ["a", "  abcd", "  efgh", "  ij"])
        #expect(DisplayText.wrapped("", to: 6).isEmpty)
        #expect(DisplayText.wrapped("   ", to: 6).isEmpty)
    }

    @Test func `text is aligned to a width and trimmed`() {
        #expect(DisplayText.leftAligned("中", in: 4) == "中  ")
        #expect(DisplayText.rightAligned("abc", in: 5) == "  abc")
        #expect(DisplayText.rightAligned("abc", in: 2) == "abc")
        #expect(DisplayText.withoutTrailingSpaces("a b  ") == "a b")
        #expect(DisplayText.withoutTrailingSpaces("  ") == "")
    }

    /// A process can have any bytes in its name.
    @Test func `random text is truncated and wrapped to its width`() {
        var generator = SeededGenerator.fromEnvironment()
        for _ in 0..<rounds(2_000) {
            let scalars = (0..<Int.random(in: 0...40, using: &generator)).compactMap { _ in
                Unicode.Scalar(UInt32(truncatingIfNeeded: generator.next()) >> UInt32.random(in: 11...28, using: &generator))
            }
            let text = PlainText.line(String(String.UnicodeScalarView(scalars)))
            let limit = Int.random(in: 4...30, using: &generator)
            #expect(DisplayText.width(DisplayText.truncated(text, to: limit)) <= limit)
            let lines = DisplayText.wrapped(text, to: limit, hanging: 2)
            #expect(lines.allSatisfy { DisplayText.width($0) <= limit }, "\(lines)")
            let kept = lines.joined().unicodeScalars.filter { $0 != " " }
            #expect(kept.elementsEqual(text.unicodeScalars.filter { $0 != " " }))
        }
    }
}
