import ArgumentParser
import Capture
import Profile
import Testing

@testable import syslat

/// What the options about slow calls become, and which of them are refused.
@Suite struct SlowOptionTests {
    private func options(_ arguments: [String], isWholeSystem: Bool = false) throws -> SlowCallOptions? {
        try SlowOptions.parse(arguments).options(isWholeSystem: isWholeSystem)
    }

    @Test func `three of each call are kept, and none of a whole system unless something asks for them`() throws {
        #expect(try options([]) == SlowCallOptions(rule: .slowest(3)))
        #expect(try options([], isWholeSystem: true) == nil)
        #expect(try options(["--slowest", "0"]) == nil)
        #expect(try options(["--slowest", "7"], isWholeSystem: true)?.rule == .slowest(7))
        for filter in [["--comm", "nginx"], ["--tid", "7"], ["--errno", "EAGAIN"], ["--min-duration", "1ms"]] {
            let chosen = try #require(try options(filter, isWholeSystem: true), "\(filter)")
            #expect(chosen.rule == .slowest(3) && !chosen.filter.isEmpty)
        }
    }

    @Test func `each option of the filter is parsed to its value`() throws {
        let filter = try options([
            "--comm", "nginx*", "--tid", "7,8", "--tid", "2147483647", "--errno", "EAGAIN,110", "--errno", "EWOULDBLOCK", "--errno",
            "4095", "--min-duration", "1.5ms",
        ])?.filter
        let expected = SlowCallFilter(
            comm: "nginx*", tids: [7, 8, 2_147_483_647], errnos: [11, 110, 11, 4095], leastNanoseconds: 1_500_000)
        #expect(filter == expected)
        let slower = try options(["--slower", "1ms", "--comm", "?"])
        #expect(slower?.rule == .slower([SlowThreshold(nanoseconds: 1_000_000)]) && slower?.filter.comm == "?")
    }

    @Test func `stacks of sleeping calls are refused where no calls are kept`() throws {
        #expect(try options(["--stacks", "all"])?.stacks == .all)
        #expect(try options(["--stacks", "all", "--slowest", "1"], isWholeSystem: true)?.stacks == .all)
        #expect(try options(["--stacks", "all", "--slower", "1ms"], isWholeSystem: true)?.stacks == .all)
        func refusal(_ arguments: [String], isWholeSystem: Bool) -> String? {
            do {
                _ = try options(arguments, isWholeSystem: isWholeSystem)
                return nil
            } catch { return Syslat.message(for: error) }
        }
        let advice = "Add --slowest 3 or --slower 10ms, or leave it out."
        #expect(
            refusal(["--stacks", "all"], isWholeSystem: true)
                == "--stacks all shows where slow calls sleep, and none are kept unless you ask for them. \(advice)")
        #expect(
            refusal(["--stacks", "all", "--slowest", "0"], isWholeSystem: false)
                == "--stacks all shows where slow calls sleep, and none are kept. \(advice)")
    }

    static let manyIDs = (1...17).map(String.init).joined(separator: ",")

    @Test(arguments: [
        (["--comm", ""], "--comm '' matches no name: a name has 1 to 15 bytes, and a [ needs its ]. Write --comm 'nginx*'."),
        (
            ["--comm", "0123456789abcdef"],
            "--comm '0123456789abcdef' matches no name: a name has 1 to 15 bytes, and a [ needs its ]. Write --comm 'nginx*'."
        ),
        (["--comm", "a[b"], "--comm 'a[b' matches no name: a name has 1 to 15 bytes, and a [ needs its ]. Write --comm 'nginx*'."),
        (
            ["--comm", "\u{1b}[2J"],
            "--comm '\\x1b[2J' matches no name: a name has 1 to 15 bytes, and a [ needs its ]. Write --comm 'nginx*'."
        ),
        (["--tid", "0"], "--tid '0' is not a thread id: write numbers, such as --tid 4711 or --tid 4711,4712."),
        (["--tid", "1,"], "--tid '' is not a thread id: write numbers, such as --tid 4711 or --tid 4711,4712."),
        (["--tid", "-3"], "--tid '-3' is not a thread id: write numbers, such as --tid 4711 or --tid 4711,4712."),
        (["--tid", "2147483648"], "--tid '2147483648' is not a thread id: write numbers, such as --tid 4711 or --tid 4711,4712."),
        (["--tid", manyIDs], "--tid names 17 threads; at most 16 can be told apart. Name fewer."),
        (["--errno", "EAGIAN"], "--errno 'EAGIAN' is not an error: write a name such as EAGAIN, or a number from 1 to 4095."),
        (["--errno", "eagain"], "--errno 'eagain' is not an error: write a name such as EAGAIN, or a number from 1 to 4095."),
        (["--errno", "0"], "--errno '0' is not an error: write a name such as EAGAIN, or a number from 1 to 4095."),
        (["--errno", "4096"], "--errno '4096' is not an error: write a name such as EAGAIN, or a number from 1 to 4095."),
        (["--errno", ""], "--errno '' is not an error: write a name such as EAGAIN, or a number from 1 to 4095."),
        (["--errno", manyIDs], "--errno names 17 errors; at most 16 can be told apart. Name fewer."),
        (
            ["--min-duration", "74m"],
            "--min-duration is more than 73 minutes, the longest latency that can be told apart. Give a shorter time."
        ),
        (
            ["--slower", "1ms", "--min-duration", "2ms"],
            "--slower and --min-duration both say from when on calls are kept: keep one."
        ),
        (["--slowest", "0", "--comm", "a"], "--comm chooses among slow calls, and --slowest 0 keeps none: drop one of them."),
        (["--slowest", "0", "--tid", "1"], "--tid chooses among slow calls, and --slowest 0 keeps none: drop one of them."),
        (["--slowest", "0", "--errno", "1"], "--errno chooses among slow calls, and --slowest 0 keeps none: drop one of them."),
        (
            ["--slowest", "0", "--min-duration", "1s"],
            "--min-duration chooses among slow calls, and --slowest 0 keeps none: drop one of them."
        ),
        (["--slowest", "1001"], "--slowest 1001 is out of range: give a number from 0 (none) to 1000."),
        (["--slowest", "3", "--slower", "1ms"], "--slowest and --slower both choose the calls to show: keep one."),
    ])
    func `what makes no sense is refused with the remedy`(_ arguments: [String], _ sentence: String) {
        for command in [["profile", "-a"], ["top", "-a"], ["record", "-a", "-o", "f"]] {
            do {
                _ = try Syslat.parseAsRoot(Arguments.prepared(command + arguments))
                Issue.record("\(arguments) was accepted by \(command[0])")
            } catch {
                #expect(Syslat.message(for: error) == sentence)
                #expect(Syslat.exitCode(for: error) == .validationFailure)
            }
        }
    }

    @Test(arguments: [
        ("0ms", "is zero"), ("10", "needs a unit: ns, us, ms, s, m or h"), ("-1ms", "is not a positive number with a unit"),
    ])
    func `a least duration that is no time is refused`(_ text: String, _ reason: String) {
        let error = #expect(throws: (any Error).self) { try SlowOptions.parse(["--min-duration", text]) }
        #expect(
            error.map { SlowOptions.message(for: $0) }
                == "The value '\(text)' is invalid for '--min-duration <time>': The duration '\(text)' \(reason). Write it as 10s or 500ms."
        )
    }
}
