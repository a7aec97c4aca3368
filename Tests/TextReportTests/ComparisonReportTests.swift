import Comparison
import ComparisonSupport
import Profile
import ReportFixtures
import TestSupport
import Testing

@testable import TextReport

/// Comparisons as text and Markdown: whole outputs, compared with files that a person has read.
@Suite struct ComparisonReportTests {
    @Test(arguments: Comparisons.names)
    func `comparisons as text fit their width and match their snapshots`(name: String) throws {
        for width in [100, 72] {
            let text = TextReport.render(try Comparisons.comparison(name), width: width)
            #expect(text.split(separator: "\n").allSatisfy { DisplayText.width($0) <= width }, "\(text)")
            if width == 100 || name == "regressed" { try Snapshot().verify(text, is: "compare-\(name)-width-\(width).txt") }
        }
    }

    @Test(arguments: Comparisons.names) func `comparisons as Markdown match their snapshots`(name: String) throws {
        try Snapshot().verify(MarkdownReport.render(try Comparisons.comparison(name)), is: "compare-\(name).md")
    }

    @Test(arguments: Diffs.names) func `diffs as text and Markdown match their snapshots`(name: String) throws {
        let diff = try Diffs.diff(name)
        for width in [100, 72] {
            let text = TextReport.render(diff, arch: "x86_64", width: width)
            #expect(text.split(separator: "\n").allSatisfy { DisplayText.width($0) <= width }, "\(text)")
            if width == 100 || name == "typical" { try Snapshot().verify(text, is: "diff-\(name)-width-\(width).txt") }
        }
        try Snapshot().verify(MarkdownReport.render(diff, arch: "x86_64", top: 4), is: "diff-\(name).md")
    }

    @Test func `the verdict of a comparison comes first`() throws {
        let lines = TextReport.render(try Comparisons.comparison("regressed"), color: true).split(separator: "\n")
        #expect(
            lines[1].hasPrefix(
                "\u{1b}[31mREGRESSED\u{1b}[0m: 2 of 12 gated cells are slower by more than the margin, most of all openat"))
    }

    /// 3,000 calls have no p99. Nine sentences would say no more than one.
    @Test func `figures that are not gated share one sentence`() throws {
        var (base, new) = (SyntheticBoots(seed: 1), SyntheticBoots(seed: 2))
        base.calls = SyntheticBoots.calls.map { .init($0.number, $0.nanoseconds, count: 3_000, failed: $0.failed) }
        (new.calls, new.start) = (base.calls, 100)
        let text = TextReport.render(try Comparer.compare(base: base.files("a"), new: new.files("b"))).replacing("\n  ", with: " ")
        #expect(
            text.contains(
                "Not gated, though they take more time: p99 of epoll_wait, futex, mmap, openat, openat (errors), write and 3 more "
                    + "(fewer than 5,000 calls in a boot of BASE)."), "\(text)")
    }

    /// Boots don't differ in it at all: it is the cost of tracing that does.
    @Test func `what tracing may cost more on one side is not said to be a matter of boots`() throws {
        var sides = Comparisons.sides(deviation: 0, factors: [0: 1.1])
        for index in sides.new.indices { sides.new[index].profile.capture.probeFloorNanoseconds = 210 }
        let comparison = try Comparer.compare(base: sides.base, new: sides.new, options: ComparisonOptions(top: 9))
        let text = TextReport.render(comparison, width: 200)
        #expect(
            text.contains("More boots won't decide these, because tracing itself may cost that much more on one side: read p50 (+"),
            "\(text)")
        #expect(!text.contains("boots differ by much more"))
    }

    @Test func `the order of files changes no byte`() throws {
        var random = SeededGenerator.fromEnvironment()
        let sides = Comparisons.sides(factors: [257: 1.23])
        func outputs(_ base: [ComparedFile], _ new: [ComparedFile]) throws -> [String] {
            let comparison = try Comparer.compare(base: base, new: new)
            return [
                TextReport.render(comparison), MarkdownReport.render(comparison),
            ]
        }
        let first = try outputs(sides.base, sides.new)
        #expect(try outputs(sides.base.shuffled(using: &random), sides.new.shuffled(using: &random)) == first)
    }

    @Test func `names from profiles are escaped in Markdown`() throws {
        let nasty = "a|b `c` *d* _e_ <script> [x](http://y.z) @team #1 \\ ~~s~~ \u{1b}[31m\n$x$ ![i]"
        let escaped = MarkdownReport.escaped(nasty)
        #expect(
            escaped == "a\\|b \\`c\\` \\*d\\* \\_e\\_ &lt;script&gt; \\[x\\](http&#58;//y.z) &#64;team &#35;1 \\\\ \\~\\~s\\~\\~ "
                + "\\\\x1b\\[31m\\\\x0a\\$x\\$ \\!\\[i\\]")
        var (base, new) = Comparisons.sides()
        for index in base.indices { base[index].profile.host.cpuModel = nasty }
        for index in new.indices { new[index].profile.host.kernelRelease = nasty }
        let text = MarkdownReport.render(try Comparer.compare(base: base, new: new))
        #expect(!text.contains("<script>") && !text.contains("@team") && !text.contains("\u{1b}"))
        let tables = text.split(separator: "\n").filter { $0.hasPrefix("| CPU model") || $0.hasPrefix("| kernel ") }
        #expect(tables.count == 2)
        for line in tables { #expect(line.replacing("\\|", with: "").count { $0 == "|" } == 4, "\(line)") }
    }
}
