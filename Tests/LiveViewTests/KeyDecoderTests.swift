import LiveView
import TestSupport
import Testing

@Suite struct KeyDecoderTests {
    static let sequences: [(String, [Key])] = [
        ("q", [.character("q")]), ("\u{1b}[A\u{1b}[B\u{1b}[C\u{1b}[D", [.up, .down, .right, .left]),
        ("\u{1b}OA\u{1b}OB", [.up, .down]), ("\u{1b}[5~\u{1b}[6~", [.pageUp, .pageDown]),
        (
            "\u{1b}[H\u{1b}[F\u{1b}[1~\u{1b}[4~\u{1b}[7~\u{1b}[8~\u{1b}OH\u{1b}OF",
            [.home, .end, .home, .end, .home, .end, .home, .end]
        ),
        ("\u{1b}[2~\u{1b}[3~", [.insert, .delete]), ("\r\n", [.enter, .enter]), ("\u{1b}OM", [.enter]),
        ("\t\u{1b}[Z", [.tab, .backTab]), ("\u{7f}\u{8}", [.backspace, .backspace]),
        ("\u{3}\u{c}\u{1a}", [.control("c"), .control("l"), .control("z")]),
        ("\u{1b}OP\u{1b}[[A\u{1b}[11~\u{1b}[15~", [.function(1), .function(1), .function(1), .function(5)]),
        // With modifiers, the key is the same.
        ("\u{1b}[1;5A\u{1b}[5;2~", [.up, .pageUp]),
        ("é数👩", [.character("é"), .character("数"), .character("👩")]),
        // Alt and a letter, and Esc and a letter quickly.
        ("\u{1b}q", [.escape, .character("q")]), ("\u{1b}\u{1b}[A", [.escape, .up]),
        // Answers, reports and sequences that nobody knows.
        ("\u{1b}[?62;22c\u{1b}[<0;10;5Mx", [.character("x")]), ("\u{1b}]11;rgb:00/00/00\u{7}x", [.character("x")]),
        ("\u{1b}P1$r0m\u{1b}\\x", [.character("x")]), ("\u{1b}[M !!x", [.character("x")]),
        ("\u{1b}[200~a\u{1b}[201~", [.character("a")]), ("\u{1b}[12;4\u{7f}x", [.backspace, .character("x")]),
    ]

    @Test(arguments: sequences) func `a terminal's bytes are keys`(bytes: String, keys: [Key]) {
        var decoder = KeyDecoder()
        #expect(decoder.take(Array(bytes.utf8)) == keys)
        #expect(!decoder.isWaiting)
    }

    @Test func `Esc alone is a key once nothing follows`() {
        var decoder = KeyDecoder()
        #expect(decoder.take([0x1b]) == [])
        #expect(decoder.isWaiting)
        #expect(decoder.timeOut() == [.escape])
        #expect(decoder.timeOut() == [] && !decoder.isWaiting)
        #expect(decoder.take([0x1b, 0x5b]) == [] && decoder.isWaiting)
        #expect(decoder.timeOut() == [])
        #expect(decoder.take([UInt8(ascii: "A")]) == [.character("A")])
    }

    @Test func `bytes that are no UTF-8 are left out`() {
        var decoder = KeyDecoder()
        #expect(
            decoder.take([0xff, 0x80, 0xc3, 0x28, 0xe2, 0x82, 0x71, 0xf4, 0x90, 0x80, 0x80, 0xc2, 0x9b]) == [
                .character("("), .character("q"),
            ])
    }

    @Test func `reads may be split anywhere, and no bytes trap`() {
        var random = SeededGenerator.fromEnvironment()
        let pieces = Self.sequences.map { Array($0.0.utf8) }
        for _ in 0..<rounds(2000) {
            var bytes: [UInt8] = []
            for _ in 0..<Int.random(in: 1...12, using: &random) {
                if Bool.random(using: &random) {
                    bytes += pieces.randomElement(using: &random) ?? []
                } else {
                    bytes += (0..<Int.random(in: 0...6, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
                }
            }
            var (whole, split) = (KeyDecoder(), KeyDecoder())
            let expected = whole.take(bytes) + whole.timeOut()
            var keys: [Key] = []
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Int.random(in: 1...rest.count, using: &random)
                keys += split.take(rest.prefix(count))
                rest = rest.dropFirst(count)
            }
            keys += split.timeOut()
            #expect(keys == expected)
        }
    }

    @Test func `an endless sequence takes no memory`() {
        var decoder = KeyDecoder()
        #expect(decoder.take([0x1b, 0x5b] + [UInt8](repeating: 0x31, count: 1_000_000)) == [])
        #expect(decoder.take([0x7e, 0x71]) == [.character("q")])
    }
}
