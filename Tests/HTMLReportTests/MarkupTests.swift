import Graphics
import Testing

/// Text of others stays text.
@Suite struct MarkupTests {
    private func markup(_ build: (inout HTML) -> Void) -> String {
        var html = HTML()
        build(&html)
        return String(decoding: html.bytes, as: UTF8.self)
    }

    @Test func `text and attributes are escaped`() {
        #expect(markup { $0.text("<b> & \"x\" 'y'") } == "&lt;b&gt; &amp; &quot;x&quot; &#39;y&#39;")
        #expect(
            markup { $0.element(.p, [.class("\"><script>")], text: "</p>") }
                == "<p class=\"&quot;&gt;&lt;script&gt;\">&lt;/p&gt;</p>")
    }

    @Test func `characters that hide, reorder or control are shown as text`() {
        #expect(markup { $0.text("a\u{202e}b\u{0}c\u{1b}[2Jd\u{2066}e") } == "a?b\\x00c\\x1b[2Jd?e")
        // Not allowed in XML, even as a reference.
        #expect(markup { $0.text("\u{fffe}\u{b}") }.utf8.allSatisfy { $0 >= 0x20 })
    }

    @Test func `a link leads to a place in the page, and to nothing else`() {
        #expect(markup { $0.element(.a, [.link(to: HTML.Anchor("call", 3))], text: "x") } == "<a href=\"#call-3\">x</a>")
        #expect(
            markup { $0.element(.a, [.with(.href, "javascript:alert(1)")], text: "x") } == "<a title=\"javascript:alert(1)\">x</a>")
    }

    @Test
    func `a link to another page is a path of the source and a query in which nothing but letters and digits stands for itself`() {
        let address = HTML.Address(path: "/p", query: [("a b", "1&2=é"), ("x", "\"><script>javascript:")])
        #expect(
            markup { $0.element(.a, [.link(to: address)], text: "x") }
                == "<a href=\"/p?a%20b=1%262%3D%C3%A9&amp;x=%22%3E%3Cscript%3Ejavascript%3A\">x</a>")
    }

    @Test(arguments: [(0, "0"), (-0.04, "0"), (12.34, "12.3"), (-1.26, "-1.3"), (.nan, "0"), (.infinity, "0"), (1e300, "1000000")])
    func `coordinates are short`(_ value: Double, _ text: String) { #expect(Coordinate.text(value) == text) }

    @Test func `paths say where they go in the shortest way`() {
        var path = PathData()
        path.move(10, 20)
        path.line(16, 20)
        path.line(16, 8.5)
        path.line(15.7, 9)
        path.move(116, 9)
        #expect(path.text == "M10 20h6v-11.5l-.3 .5M116 9")
    }
}

@Suite struct ScaleTests {
    private func labels(_ low: Double, _ high: Double, room: Double = 40) -> [String] {
        LogScale(from: low, to: high, start: 0, end: 380).timeTicks(room: room).map(\.label)
    }

    @Test func `time has round marks with units, and no more than fit`() {
        #expect(labels(100, 1e7) == ["100 ns", "1 µs", "10 µs", "100 µs", "1 ms", "10 ms"])
        #expect(labels(250, 4000) == ["500 ns", "1 µs", "2 µs"])
        #expect(labels(1, 4.4e12) == ["1 ns", "1 µs", "1 ms", "1 s", "1 min", "1 h"])
        #expect(labels(5e8, 2e12).contains("10 min"))
    }

    @Test(arguments: [(0.0, 0.0), (5, 5), (1e300, 1e301), (-.infinity, .nan), (.greatestFiniteMagnitude, .infinity), (0.5, 1.9e19)])
    func `no values make a scale trap, or put a mark outside`(_ low: Double, _ high: Double) {
        let log = LogScale(from: low, to: high, start: 10, end: 400)
        let linear = LinearScale(from: low, to: high, start: 10, end: 400)
        for tick in log.timeTicks(room: 40) + log.countTicks(room: 20) + linear.timeTicks(most: 6) {
            #expect((10...400.001).contains(tick.position))
        }
        #expect((10...400).contains(log.position(7)))
        #expect((10...400).contains(linear.position(.nan)))
    }

    @Test func `a scale of one value has it in the middle`() {
        #expect(abs(LogScale(from: 300, to: 300, start: 0, end: 100).position(300) - 50) < 1e-9)
    }

    @Test func `time since the start has marks at round seconds, minutes and hours`() {
        func labels(_ seconds: Double) -> [String] {
            LinearScale(from: 0, to: seconds * 1e9, start: 0, end: 380).timeTicks(most: 7).map(\.label)
        }
        #expect(labels(10) == ["0", "2 s", "4 s", "6 s", "8 s", "10 s"].map { $0 })
        #expect(labels(600) == ["0", "2 min", "4 min", "6 min", "8 min", "10 min"] || labels(600).contains("5 min"))
        #expect(labels(86_400).contains("12 h"))
    }

    /// The contrast of a graphic to its paper that people with low vision need.
    ///
    /// Source: WCAG 2.2, 1.4.3 and 1.4.11.
    @Test(
        arguments: Palette.colors.filter {
            ["ran", "blocked", "preempted", "failed", "c0", "c1", "c2", "c3", "c4", "c5", "line"].contains($0.name)
        })
    func `every part stands out from the paper, in light and in dark`(_ color: Palette.Color) throws {
        let paper = try #require(Palette.colors.first { $0.name == "paper" })
        #expect(Self.contrast(color.light, paper.light) >= 3)
        #expect(Self.contrast(color.dark, paper.dark) >= 3)
    }

    private static func contrast(_ one: String, _ other: String) -> Double {
        func luminance(_ hex: String) -> Double {
            let value = Int(hex.dropFirst(), radix: 16) ?? 0
            let parts = [value >> 16 & 255, value >> 8 & 255, value & 255].map { part -> Double in
                let share = Double(part) / 255
                return share <= 0.03928 ? share / 12.92 : Scale.exp2(2.4 * Scale.log2((share + 0.055) / 1.055))
            }
            return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]
        }
        let (first, second) = (luminance(one), luminance(other))
        return (max(first, second) + 0.05) / (min(first, second) + 0.05)
    }
}
