import Presentation
import Profile
import ReportFixtures
import SyscallTable
import TestSupport
import Testing

@testable import TextReport

/// Single slow calls in reports for people.
@Suite struct SlowCallsTests {
    private static let disk = [StackFrame(function: "flush", offset: 0x10), StackFrame(function: "main", offset: 0x20)]

    private func call(
        _ number: Int32, _ milliseconds: UInt64, tid: Int32 = 7, stack: [StackFrame] = [], kernel: [StackFrame] = []
    ) -> SlowCall {
        SlowCall(
            id: .native(number), startedAtNanoseconds: Fixtures.start, durationNanoseconds: milliseconds * 1_000_000,
            outcome: .blocked, result: 0, pid: 7, tid: tid, comm: "db",
            details: CallDetails(userStack: stack, kernelStack: kernel))
    }

    private func section(_ calls: [SlowCall], rule: SlowCalls.Rule = .slowest(100), unkept: UInt64 = 0, top: Int? = nil) -> [String]
    {
        var profile = Fixtures.profile([])
        profile.slowCalls = SlowCalls(rule: rule, calls: calls, unkept: unkept)
        return SlowCallsSection.lines(ReportContext(profile: profile, options: TextReport.Options(top: top)))
    }

    /// The thread id of each line with one.
    private func threads(_ lines: [String]) -> [String] {
        lines.compactMap { $0.firstMatch(of: /db\[(\d+)\]/).map { String($0.1) } }
    }

    @Test func `a stack that several calls share stands once, below the last of them`() {
        let other = [StackFrame(function: "read_page", offset: 0x30)]
        let lines = section([
            call(74, 9, tid: 1, stack: Self.disk), call(74, 8, tid: 2, stack: other), call(74, 7, tid: 3, stack: Self.disk),
            call(74, 6, tid: 4, stack: Self.disk), call(74, 5, tid: 5, stack: other), call(74, 4, tid: 6, stack: other + other),
        ])
        // The thread of each call, and what stands below.
        let order = lines.dropFirst().map { line in threads([line]).first ?? line }
        #expect(
            order.dropFirst(9).first == "  The stacks of 3 of 6 calls end early: code without frame pointers hides what called it")
        #expect(
            order.prefix(9) == [
                "1", "3", "4", "      all 3 from flush < main", "2", "5", "      both from read_page", "6",
                "      from read_page < read_page",
            ])
    }

    @Test func `calls from one place that slept in two are two groups`() {
        let (page, lock) = ([StackFrame(function: "folio_wait", offset: 1)], [StackFrame(function: "mutex_lock", offset: 2)])
        let lines = section([
            call(74, 9, stack: Self.disk, kernel: page), call(74, 8, stack: Self.disk, kernel: lock),
        ])
        #expect(lines.filter { $0.contains("from flush < main") }.count == 2)
        #expect(lines.contains("      slept in folio_wait") && lines.contains("      slept in mutex_lock"))
    }

    @Test func `kinds stand by their time, and waits of threads without work behind the others`() {
        let lines = section([
            call(232, 9_000, tid: 4), call(0, 50, tid: 2), call(0, 40, tid: 3), call(74, 60, tid: 1), call(1, 85, tid: 9),
        ])
        #expect(threads(lines) == ["2", "3", "9", "1", "4"])
    }

    @Test func `what has no row is counted`() {
        let calls = (0..<7).flatMap { number in (0..<12).map { call(number, UInt64(100 - number), tid: Int32($0)) } }
        let lines = section(calls, rule: .slower([SlowThreshold(nanoseconds: 1_000_000)]))
        #expect(threads(lines).count == 5 * 10)
        #expect(
            lines.filter { $0.hasPrefix("  … 2 more of ") }.map { $0.split(separator: " ").last } == [
                "read", "write", "open", "close", "stat",
            ])
        #expect(lines.last == "  … 24 more calls of 2 other kinds (report -e NAME lists them)")
        #expect(section(calls, top: 2).last == "  … 60 more calls of 5 other kinds (report -e NAME lists them)")
        #expect(threads(section(calls, top: 2)).count == 20)
    }

    @Test func `a threshold that no call reached is an answer, and calls without room are counted`() {
        let rule = SlowCalls.Rule.slower([SlowThreshold(nanoseconds: 10_000_000)])
        #expect(section([], rule: rule) == ["Calls of 10.0 ms or more: none"])
        #expect(section([]) == [])
        let unkept = section([], unkept: 1_234)
        let sentence = "1,234 slow calls are not listed: there was no room for their details. They are in all other figures."
        #expect(unkept.dropFirst().joined().split(separator: " ").joined(separator: " ") == sentence)
    }

    @Test func `a long stack is cut off at its outer end`() throws {
        let stack = (0..<30).map { StackFrame(function: "f\($0)", offset: 1) }
        let from = { (stack: [StackFrame]) in section([call(74, 9, stack: stack)]).last { $0.hasPrefix("      from ") } }
        #expect(from(stack) == "      from f0 < f1 < f2 < f3 < f4 < f5 < f6 < f7 < …")
        let templates = [StackFrame(function: String(repeating: "std::vector<", count: 200), offset: 1)]
        let line = try #require(from(templates))
        #expect(DisplayText.width(line) == 100 && line.hasSuffix("…"))
    }

    @Test func `reports of hostile slow calls fit their width and control nothing`() {
        var generator = SeededGenerator.fromEnvironment()
        for _ in 0..<rounds(12) {
            let profile = Fixtures.hostileProfile(using: &generator)
            for width in [60, 100, 177] {
                let text = TextReport.render(profile, options: TextReport.Options(width: width))
                for line in text.split(separator: "\n") {
                    #expect(DisplayText.width(line) <= width, "\(line)")
                    #expect(
                        !line.unicodeScalars.contains { [.control, .format].contains($0.properties.generalCategory) }, "\(line)")
                }
            }
        }
    }

    @Test(arguments: [
        ("abcdefghij", 10, "abcdefghij"), ("abcdefghij", 7, "ab…ghij"), ("abcdefghij", 1, "…"), ("abc", 0, ""),
        ("界界界界界", 7, "界…界界"),
    ])
    func `both ends of a text stay`(text: String, limit: Int, shortened: String) {
        #expect(DisplayText.shortened(text, to: limit) == shortened)
    }
}
