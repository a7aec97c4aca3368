import Comparison
import ComparisonSupport
import Glibc
import LatencyHistogram
import Profile
import SyscallTable
import TestSupport
import Testing

@testable import Rendering

/// Comparisons as text, JSON and Markdown: the whole outputs, as they were read by a person.
@Suite struct ComparisonReportTests {
    private static func sides(
        boots: Int = 7, deviation: Double = 0.01, factors: [Int32: Double] = [:], edit: (inout Profile) -> Void = { _ in }
    ) -> (base: [ComparedFile], new: [ComparedFile]) {
        var (base, new) = (SyntheticBoots(seed: 1), SyntheticBoots(seed: 2))
        (base.count, base.deviation, new.count, new.deviation) = (boots, deviation, boots, deviation)
        (new.kernel, new.start, new.factors) = ("6.12.117+deb12-cloud-amd64", 100, factors)
        var files = new.files("b")
        for index in files.indices { edit(&files[index].profile) }
        return (base.files("a"), files)
    }

    private static func upgraded(_ profile: inout Profile) {
        profile.host.mitigations = ["meltdown": "Not affected", "srso": "Mitigation: Safe RET"]
        profile.host.vdsoSymbols.append("getrandom")
        profile.capture.probeFloorNanoseconds = 182
        profile.vdso = vdso(isServed: true, syscall: 352)
        profile.calls =
            (profile.calls.filter { $0.id.number != 39 } + [
                CallProfile(
                    id: SyscallID(abi: .x86_64, number: 318),
                    series: [
                        Series(outcome: .ran, failed: false, distribution: SyntheticBoots.distribution(around: 700, count: 900))
                    ],
                    errnos: [])
            ]).byFallingTotal
    }

    private static func vdso(isServed: Bool, syscall: Double) -> VDSOProfile {
        VDSOProfile(
            functions: [
                VDSOFunction(
                    name: "getrandom", isServed: isServed,
                    syscall: CallCost(median: syscall, lowerQuartile: syscall, upperQuartile: syscall), kernelP50Nanoseconds: 250)
            ], entered: [], served: [], vsyscalls: [], sampling: .on(hertz: 97))
    }

    private static func comparison(_ name: String) throws -> Comparison {
        switch name {
        case "regressed":
            var sides = sides(factors: [257: 1.23, 0: 0.8], edit: upgraded)
            for index in sides.base.indices { sides.base[index].profile.vdso = vdso(isServed: false, syscall: 310) }
            return try Comparer.compare(base: sides.base, new: sides.new)
        case "three-boots":
            let sides = sides(boots: 3, factors: [257: 1.23])
            return try Comparer.compare(base: sides.base, new: sides.new)
        case "one-boot":
            let sides = sides(boots: 1, factors: [257: 1.23])
            return try Comparer.compare(base: sides.base, new: sides.new)
        case "noisy":
            let sides = sides(deviation: 0.05, factors: [232: 1.09, 202: 1.06])
            return try Comparer.compare(base: sides.base, new: sides.new)
        case "nothing":
            var (base, new) = sides()
            for index in base.indices { base[index].profile.calls = [] }
            for index in new.indices { new[index].profile.calls = [] }
            return try Comparer.compare(base: base, new: new)
        case "emulated":
            var second = SyntheticBoots(seed: 2)
            (second.kernel, second.start) = ("6.12.117", 100)
            return try Comparer.compare(
                base: SyntheticBoots(seed: 1).workloadFiles("a", machine: .countedEmulation),
                new: second.workloadFiles("b", machine: .countedEmulation), options: ComparisonOptions(gate: [.p50, .untraced]))
        default:
            let sides = sides()
            return try Comparer.compare(base: sides.base, new: sides.new)
        }
    }

    private static let names = ["regressed", "three-boots", "one-boot", "noisy", "nothing", "emulated", "passed"]

    @Test(arguments: names) func text(name: String) throws {
        for width in [100, 72] {
            let text = TextReport.render(try Self.comparison(name), width: width)
            #expect(text.split(separator: "\n").allSatisfy { DisplayText.width($0) <= width }, "\(text)")
            if width == 100 || name == "regressed" { try Snapshot().verify(text, is: "compare-\(name)-width-\(width).txt") }
        }
    }

    @Test(arguments: names) func markdown(name: String) throws {
        try Snapshot().verify(MarkdownReport.render(try Self.comparison(name)), is: "compare-\(name).md")
    }

    @Test(arguments: ["regressed", "nothing"]) func JSON(name: String) throws {
        var comparison = try Self.comparison(name)
        // Two subjects show all that there is.
        comparison.subjects = Array(comparison.subjects.prefix(2))
        comparison.others = Array(comparison.others.prefix(2))
        comparison.gated = Array(comparison.gated.prefix(4))
        let text = try JSONReport.render(comparison, pretty: true)
        #expect(text == (try JSONReport.render(comparison, pretty: true)))
        // The last digits of a logarithm may be others with another libm.
        let rounded = text.replacing(/\d+\.\d+/) { number in
            "\(((Double(number.output) ?? .nan) * 1e6).rounded() / 1e6)"
        }
        try Snapshot().verify(rounded, is: "compare-\(name).json")
    }

    @Test func theVerdictComesFirst() throws {
        let lines = TextReport.render(try Self.comparison("regressed"), color: true).split(separator: "\n")
        #expect(
            lines[1].hasPrefix(
                "\u{1b}[31mREGRESSED\u{1b}[0m: 2 of 12 gated cells are slower by more than the margin, most of all openat"))
    }

    /// 3,000 calls have no p99: nine sentences would say no more than one.
    @Test func whatIsNotGatedIsSaidInOneSentence() throws {
        var (base, new) = (SyntheticBoots(seed: 1), SyntheticBoots(seed: 2))
        base.calls = SyntheticBoots.calls.map { .init($0.number, $0.nanoseconds, count: 3_000, failed: $0.failed) }
        (new.calls, new.start) = (base.calls, 100)
        let text = TextReport.render(try Comparer.compare(base: base.files("a"), new: new.files("b"))).replacing("\n  ", with: " ")
        #expect(
            text.contains(
                "Not gated, though they take more time: p99 of epoll_wait, futex, mmap, openat, openat (errors), write and 3 more "
                    + "(fewer than 5,000 calls in a boot of BASE)."), "\(text)")
    }

    /// The same files in any order are the same bytes.
    @Test func inAnyOrderTheSameBytes() throws {
        var random = SeededGenerator.fromEnvironment()
        let sides = Self.sides(factors: [257: 1.23])
        func outputs(_ base: [ComparedFile], _ new: [ComparedFile]) throws -> [String] {
            let comparison = try Comparer.compare(base: base, new: new)
            return [
                TextReport.render(comparison), try JSONReport.render(comparison), MarkdownReport.render(comparison),
            ]
        }
        let first = try outputs(sides.base, sides.new)
        #expect(try outputs(sides.base.shuffled(using: &random), sides.new.shuffled(using: &random)) == first)
    }

    /// Names out of profiles are text, whatever they look like.
    @Test func markdownIsEscaped() throws {
        let nasty = "a|b `c` *d* _e_ <script> [x](http://y.z) @team #1 \\ ~~s~~ \u{1b}[31m\n$x$ ![i]"
        let escaped = MarkdownReport.escaped(nasty)
        #expect(
            escaped == "a\\|b \\`c\\` \\*d\\* \\_e\\_ &lt;script&gt; \\[x\\](http&#58;//y.z) &#64;team &#35;1 \\\\ \\~\\~s\\~\\~ "
                + "\\\\x1b\\[31m\\\\x0a\\$x\\$ \\!\\[i\\]")
        var (base, new) = Self.sides()
        for index in base.indices { base[index].profile.host.cpuModel = nasty }
        for index in new.indices { new[index].profile.host.kernelRelease = nasty }
        let text = MarkdownReport.render(try Comparer.compare(base: base, new: new))
        #expect(!text.contains("<script>") && !text.contains("@team") && !text.contains("\u{1b}"))
        let tables = text.split(separator: "\n").filter { $0.hasPrefix("| CPU model") || $0.hasPrefix("| kernel ") }
        #expect(tables.count == 2)
        for line in tables { #expect(line.replacing("\\|", with: "").count { $0 == "|" } == 4, "\(line)") }
    }

    @Test func figures() {
        func change(_ value: Double) -> String { ComparisonWords.change(value).spaced }
        #expect(change(0) == "0.0 %" && change(-1e-9) == "0.0 %" && change(log(1.05)) == "+5.0 %")
        #expect(change(log(0.5)) == "-50.0 %" && change(log(12.3)) == "×12" && change(700) == "×1.00E")
        #expect(ComparisonWords.size(log(1.05)).spaced == "5.0 %")
        #expect(ComparisonWords.probability(0) == "<0.001" && ComparisonWords.probability(0.0476) == "0.048")
        let estimate = ShiftEstimate(effect: 0, interval: log(0.98)...log(1.174))
        #expect(ComparisonWords.interval(estimate)?.spaced == "-2.0 … +17.4 %")
    }
}
