import Foundation
import PlainText
import TestSupport
import Testing

@Suite struct PlainTextTests {
    @Test(arguments: [
        ("plain text", "plain text"), ("a\tb", "a\\x09b"), ("\u{1b}[31m", "\\x1b[31m"), ("\u{7f}\u{9b}", "\\x7f\\x9b"),
        ("a\u{202e}b\u{200d}c\u{feff}", "a?b?c?"), ("❤\u{fe0f}", "❤?"), ("sshd\u{3164}\u{115f}\u{2800}\u{34f}", "sshd????"),
        ("naïve 中", "naïve 中"), ("\r\n", "\\x0d\\x0a"),
        ("\u{2028}\u{e000}", "??"), ("a\u{10ffff}\u{10ff80}", "a\\xff\\x80"),
    ])
    func `control and invisible characters are escaped, replaced or dropped`(text: String, expected: String) {
        #expect(PlainText.line(text) == expected)
    }

    @Test func `a message keeps its lines and nothing else`() {
        #expect(PlainText.lines("one\n\ttwo\r\n\u{1b}]0;x\u{7}three") == "one\n\ttwo\\x0d\n\\x1b]0;x\\x07three")
    }
}

@Suite struct ExactTextTests {
    @Test(
        arguments: [
            [], Array("caf\u{e9} 中 😀".utf8), [0x61, 0xff, 0xfe, 0x62], [0xc3], [0xe4, 0xb8], [0xc3, 0x28], [0xed, 0xa0, 0x80],
            [0xf0, 0x9f, 0x98], [0xf4, 0x90, 0x80, 0x80], Array("\u{10ff80}\u{10ffff}\u{10ff7f}".utf8), Array("e\u{301}\r\n".utf8),
            Array(0x80...0xff), Array(1...0xff),
        ] as [[UInt8]])
    func `every byte comes back`(_ bytes: [UInt8]) {
        let text = ExactText.string(bytes)
        #expect(ExactText.bytes(text) == bytes)
        let seen = text.withExactBytes { Array(String(cString: $0).utf8).isEmpty }
        #expect(seen == bytes.isEmpty)
    }

    @Test func `valid text is itself, and nothing else becomes the same`() {
        #expect(ExactText.string(Array("naïve".utf8)) == "naïve")
        #expect(ExactText.string([0xff]) != ExactText.string(Array("\u{10ffff}".utf8)))
        #expect(Array(ExactText.string([0x61, 0xe9]).unicodeScalars.map(\.value)) == [0x61, 0x10ffe9])
    }

    @Test func `random bytes come back`() {
        var generator = SeededGenerator.fromEnvironment()
        for _ in 0..<rounds(2000) {
            let bytes = (0..<Int.random(in: 0...12, using: &generator)).map { _ in
                // Mostly what UTF-8 is made of.
                UInt8.random(in: Bool.random(using: &generator) ? 0x80...0xff : 1...0xff, using: &generator)
            }
            #expect(ExactText.bytes(ExactText.string(bytes)) == bytes)
        }
    }
}

@Suite struct JSONTextTests {
    @Test func `hidden characters are escaped and mean the same`() throws {
        let value = "plain é 中 😀 \u{7f}\u{9b}\u{202e}\u{2028}\u{feff}\u{e000}\u{10ffff}"
        let encoder = JSONEncoder()
        let raw = Array(try encoder.encode([value]))
        let safe = PlainText.json(raw)
        #expect(
            String(decoding: safe, as: UTF8.self)
                == "[\"plain é 中 😀 \\u007f\\u009b\\u202e\\u2028\\ufeff\\ue000\\udbff\\udfff\"]")
        #expect(try JSONDecoder().decode([String].self, from: Data(safe)) == [value])
    }
}
