import CallSelection
import SyscallTable
import TestSupport
import Testing

@testable import FlightRecorder

/// What is written after `--when`, and every sentence about what is not understood.
@Suite struct TriggerGrammarTests {
    struct Refusal: Error, CustomStringConvertible {
        let description: String
    }

    /// As the program has them, of which the module knows nothing.
    static let units = TriggerUnits(
        duration: { text in
            for (suffix, factor) in [("ms", 1_000_000.0), ("us", 1000), ("s", 1e9)] where text.hasSuffix(suffix) {
                if let value = Double(text.dropLast(suffix.count)), (0...1e6).contains(value) { return UInt64(value * factor) }
            }
            throw Refusal(description: "The duration '\(text)' needs a unit")
        },
        number: { $0.allSatisfy { $0.isNumber || $0 == "." } ? Double($0) : nil },
        share: { $0.last == "%" ? Double($0.dropLast()).map { $0 / 100 } : nil })

    static func parse(_ text: String) throws(TriggerError) -> Trigger {
        try Trigger(parsing: text, architecture: .x86_64, units: units)
    }

    @Test func `every part of a trigger is read`() throws {
        let trigger = try Self.parse("  p99( fsync,fdatasync )>50ms for 10s ")
        #expect(trigger.text == "p99( fsync,fdatasync )>50ms for 10s")
        #expect(trigger.figure == .p99)
        #expect(trigger.calls?.numbers(abi: .x86_64) == [74, 75])
        #expect(trigger.comparison == .above)
        #expect(trigger.limit == .nanoseconds(50_000_000))
        #expect(trigger.nanoseconds == 10_000_000_000)
        #expect(trigger.subject == "p99(fsync,fdatasync)")
    }

    @Test(
        arguments: [
            ("lost > 0", .lost, .above, .count(0)), ("in_flight >= 500", .inFlight, .atLeast, .count(500)),
            ("oldest>5s", .oldest, .above, .nanoseconds(5_000_000_000)),
            ("oldest(fsync) > 1.5s", .oldest, .above, .nanoseconds(1_500_000_000)),
            ("rate(write) < 10", .rate, .below, .perSecond(10)), ("rate(write) <= 10/s", .rate, .atMost, .perSecond(10)),
            ("errors(openat) > 2.5", .errors, .above, .perSecond(2.5)), ("errors(openat)>5%", .errors, .above, .share(0.05)),
            ("blocked(%file) > 90%", .blocked, .above, .share(0.9)), ("p999(*)>1us", .p999, .above, .nanoseconds(1000)),
            ("max(!futex) > 1s", .max, .above, .nanoseconds(1_000_000_000)),
        ] as [(String, Trigger.Figure, Trigger.Comparison, Trigger.Amount)])
    func `each figure has its own values`(
        _ text: String, _ figure: Trigger.Figure, _ comparison: Trigger.Comparison, _ limit: Trigger.Amount
    ) throws {
        let trigger = try Self.parse(text)
        #expect((trigger.figure, trigger.comparison, trigger.limit) == (figure, comparison, limit))
        #expect(trigger.nanoseconds == 0)
        #expect((trigger.calls == nil) == !text.contains("("))
    }

    @Test(arguments: [
        (
            "", "",
            "a figure must come first, as in p99(fsync) > 50ms; the figures are p50, p90, p99, p999, max, rate, errors, blocked, lost, "
                + "in_flight and oldest"
        ),
        (
            "(fsync) > 50ms", "",
            "a figure must come first, as in p99(fsync) > 50ms; the figures are p50, p90, p99, p999, max, rate, errors, "
                + "blocked, lost, in_flight and oldest"
        ),
        ("p9(fsync) > 50ms", "p9", "there is no figure 'p9'; did you mean p90 or p99?"),
        ("inflight > 5", "inflight", "there is no figure 'inflight'; did you mean in_flight?"),
        ("mean(fsync) > 5ms", "mean", "there is no figure 'mean'; did you mean max?"),
        ("p99(fsync > 50ms", "(fsync > 50ms", "'(fsync > 50ms' has a '(' without a ')'; close it behind the calls"),
        ("p99 > 50ms", "p99", "p99 needs a call; write p99(fsync), or p99(*) for all"),
        ("lost(read) > 0", "read", "lost is of all calls together; write it without '(read)'"),
        ("p99(fsnyc) > 50ms", "fsnyc", "no system call is named 'fsnyc'; did you mean fsync, msync or sync?"),
        ("p99() > 50ms", "", "the list of system calls is empty; name at least one, as in 'read,write'"),
        ("p99(fsync) 50ms", "50ms", "a comparison must stand before '50ms'; write '>', '>=', '<' or '<='"),
        ("p99(fsync) == 50ms", "==", "'==' is not a comparison; write '>', '>=', '<' or '<='"),
        ("p99(fsync)", "", "nothing is said of p99; compare it, as in p99(fsync) > 50ms"),
        ("p99(fsync) >", "", "there is no value of p99, which is a duration; write p99(fsync) > 50ms"),
        ("p99(fsync) > 50", "50", "The duration '50' needs a unit"),
        (
            "rate(read) > many", "many",
            "'many' is not a value of rate, which is a number of calls in each second; write rate(openat) > 1000"
        ),
        (
            "errors(read) > 5ms", "5ms",
            "'5ms' is not a value of errors, which is a number of calls in each second, or a percentage of all; "
                + "write errors(openat) > 100, or errors(openat) > 5%"
        ),
        ("errors(openat) > 500%", "500%", "'500%' is more than all there is; write errors(openat) > 100, or errors(openat) > 5%"),
        ("blocked(read) > 101%", "101%", "'101%' is more than all there is; write blocked(read) > 90%"),
        ("blocked(read) > 5", "5", "'5' is not a value of blocked, which is a percentage of the time; write blocked(read) > 90%"),
        ("lost > -1", "-1", "'-1' is not a value of lost, which is a whole number of calls; write lost > 0"),
        ("lost > 1.5", "1.5", "'1.5' is not a value of lost, which is a whole number of calls; write lost > 0"),
        ("lost > 0 10s", "10s", "'10s' can't stand behind the value; write 'for 10s', or nothing"),
        ("lost > 0 for", "for", "'for' can't stand behind the value; write 'for 10s', or nothing"),
        ("lost > 0 for ever", "ever", "The duration 'ever' needs a unit"),
        (
            "lost > 0 && p99(read) > 1ms", "&& p99(read) > 1ms",
            "'&& p99(read) > 1ms' can't stand behind the value; write 'for 10s', or nothing"
        ),
    ])
    func `what is not understood is named with the remedy`(_ text: String, _ part: String, _ sentence: String) {
        do throws(TriggerError) {
            _ = try Self.parse(text)
            Issue.record("\(text) was accepted")
        } catch {
            #expect(error.description == sentence)
            #expect(error.part == part)
        }
    }

    /// Triggers with noise in them: each text is a trigger or a sentence, and what is read reads the same again.
    @Test func `no text traps, and a trigger reads the same again`() throws {
        var random = SeededGenerator.fromEnvironment()
        let parts = [
            "p99", "lost", "oldest", "max", "(", ")", "fsync", "*", "%file", "!read", ",", ">", ">=", "<", "=", " ", "  ", "50ms",
            "5%", "0",
            "for", " for 10s", "\u{0}", "\u{1b}[31m", "é", "99999999999999999999999", "\u{202e}", "%", "-1", "a:b", "[",
        ]
        var accepted = 0
        for _ in 0..<4_000 {
            var words = ["p99", "(", "fsync", ")", ">", "50ms", " for 10s"]
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                let place = Int.random(in: 0..<words.count, using: &random)
                let part = parts.randomElement(using: &random) ?? ""
                if Bool.random(using: &random) { words[place] = part } else { words.insert(part, at: place) }
            }
            let text = words.joined()
            do throws(TriggerError) {
                let trigger = try Self.parse(text)
                accepted += 1
                let again = try Self.parse(trigger.text)
                #expect(again == trigger)
            } catch {
                #expect(!error.description.isEmpty)
            }
        }
        #expect(accepted > 200 && accepted < 3_800)
        #expect(throws: TriggerError.self) { try Self.parse(String(repeating: "p99(", count: 1 << 20)) }
    }
}
