import Testing

@testable import CallArguments

@Suite struct EscapedTests {
    @Test(
        arguments: [
            (Array("/etc/passwd".utf8), #""/etc/passwd""#), ([], #""""#), (Array("a\"b\\c".utf8), #""a\"b\\c""#),
            (Array("\n\t\r\u{b}\u{c}".utf8), #""\n\t\r\v\f""#), ([0x1b, 0x5b, 0x33], #""\33[3""#), ([0x1b, 0x33], #""\0333""#),
            ([0x1b, 0x38], #""\338""#), ([0, 0x30], #""\0000""#), ([0], #""\0""#), ([0xff, 0x61], #""\377a""#),
            ([0xc3], #""\303""#),
            ([0xc3, 0x28], #""\303(""#), (Array("naïve 中".utf8), #""naïve 中""#), (Array("\u{202e}x".utf8), #""\342\200\256x""#),
            (Array("\u{9b}".utf8), #""\302\233""#), (Array("\u{10ffff}".utf8), #""\364\217\277\277""#), ([0x7f], #""\177""#),
            (Array("<a>".utf8), #""<a>""#),
        ] as [([UInt8], String)])
    func `strings are escaped as in C`(bytes: [UInt8], text: String) {
        #expect(Escaped.string(CapturedString(bytes: bytes, isCut: false)) == text)
    }

    @Test func `a cut string says so`() {
        #expect(Escaped.string(CapturedString(bytes: Array("/var".utf8), isCut: true)) == #""/var"..."#)
        let long = Escaped.string(CapturedString(bytes: Array(repeating: 0x61, count: 300), isCut: false))
        #expect(long == "\"" + String(repeating: "a", count: Escaped.longest) + "\"...")
    }

    @Test(arguments: [
        ("/var/lib/x.wal", "</var/lib/x.wal>"), ("…/x.wal", "<…/x.wal>"), ("/a>\" = 3", #"</a\76\" = 3>"#),
        ("/a<b\\", #"</a\74b\\>"#),
        ("/a>7", #"</a\0767>"#), ("pipe:[123]", "<pipe:[123]>"),
        ("TCP 10.0.0.1:5432->10.0.0.2:77", "<TCP 10.0.0.1:5432->10.0.0.2:77>"),
        ("UNIX \"/run/x\"", "<UNIX \"/run/x\">"), ("/\u{1b}\u{10ffff}", #"</\33\377>"#),
    ])
    func `names can't pretend to end`(name: String, text: String) {
        #expect(Escaped.name(name) == text)
    }

    @Test func `a path that is too long loses its front`() {
        let path = "/" + String(repeating: "d/", count: 200) + "end"
        #expect(Escaped.name(path).hasPrefix("<…") && Escaped.name(path).hasSuffix("d/end>"))
        #expect(Escaped.name(path).unicodeScalars.count == Escaped.longest + 2)
        #expect(Escaped.name("TCP" + String(repeating: "x", count: 300)).hasSuffix("x…>"))
    }

    /// The bytes come back from the text by the rules of C.
    @Test func `every byte alone is escaped so that C reads it back`() {
        for byte in UInt8.min ... .max {
            for next in [UInt8(ascii: "0"), UInt8(ascii: "9"), UInt8(ascii: "x")] {
                let text = Escaped.string(CapturedString(bytes: [byte, next], isCut: false)).dropFirst().dropLast()
                #expect(Self.unescaped(String(text)) == [byte, next], "\(text)")
            }
        }
    }

    private static func unescaped(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = Array(text.utf8)[...]
        let letters: [UInt8: UInt8] = [
            UInt8(ascii: "n"): 10, UInt8(ascii: "t"): 9, UInt8(ascii: "r"): 13, UInt8(ascii: "v"): 11, UInt8(ascii: "f"): 12,
            UInt8(ascii: "\\"): 92, UInt8(ascii: "\""): 34,
        ]
        while let first = rest.popFirst() {
            guard first == UInt8(ascii: "\\") else {
                bytes.append(first)
                continue
            }
            let digits = rest.prefix(3).prefix { (0x30...0x37).contains($0) }
            if digits.isEmpty, let letter = rest.popFirst() {
                bytes.append(letters[letter] ?? 0)
            } else {
                rest = rest.dropFirst(digits.count)
                bytes.append(UInt8(truncatingIfNeeded: digits.reduce(0) { $0 * 8 + Int($1 - 0x30) }))
            }
        }
        return bytes
    }
}
