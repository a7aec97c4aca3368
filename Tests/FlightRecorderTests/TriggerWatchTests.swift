import CallSelection
import LatencyHistogram
import Profile
import SyscallTable
import TestSupport
import Testing

@testable import FlightRecorder

/// When a trigger holds, and when it fires.
@Suite struct TriggerWatchTests {
    static let (read, write, fsync, epoll) = (0, 1, 74, 232) as (Int32, Int32, Int32, Int32)

    static func call(_ number: Int32, _ latencies: [UInt64], outcome: Outcome = .ran, failed: Bool = false) -> CallProfile {
        var recorder = HistogramRecorder()
        for latency in latencies { recorder.record(latency) }
        return CallProfile(
            id: SyscallID(abi: .x86_64, number: number),
            series: [Series(outcome: outcome, failed: failed, distribution: recorder.snapshot())], errnos: [])
    }

    static func interval(
        _ calls: [CallProfile], start: UInt64 = 0, duration: UInt64 = 1_000_000_000, inFlight: [(Int32, UInt64)] = [],
        omitted: UInt64 = 0
    ) -> Interval {
        let waiting = inFlight.enumerated().map { place, call in
            InFlightCall(
                pid: 1, tid: Int32(place), comm: "c", id: SyscallID(abi: .x86_64, number: call.0), ageNanoseconds: call.1)
        }
        return Interval(
            startNanoseconds: start, durationNanoseconds: duration, calls: [].merged(with: calls),
            inFlight: CallsInFlight(calls: waiting, omitted: omitted))
    }

    private func amount(_ text: String, _ interval: Interval, lost: UInt64 = 0) throws -> Trigger.Amount? {
        try TriggerGrammarTests.parse(text).amount(in: TriggerInput(interval, lost: lost))
    }

    // MARK: Figures

    @Test func `percentiles and extremes are those of the selected calls together`() throws {
        let interval = Self.interval([Self.call(Self.read, Array(1...100)), Self.call(Self.write, [1000])])
        let cases: [(String, UInt64)] = [
            ("p50(read) > 0s", 50), ("p90(read) > 0s", 90), ("p99(read) > 0s", 99), ("p999(read) > 0s", 100),
            ("max(read) > 0s", 100),
            ("max(read,write) > 0s", 1000), ("max(*) > 0s", 1000), ("max(!write) > 0s", 100),
        ]
        for (text, nanoseconds) in cases {
            let amount = try amount(text, interval)
            #expect(amount == .nanoseconds(nanoseconds), "\(text)")
        }
    }

    @Test func `rates are of a second, whatever the interval`() throws {
        let interval = Self.interval(
            [Self.call(Self.read, [1, 2, 3]), Self.call(Self.read, [1], failed: true)], duration: 500_000_000)
        let (rate, errors, share) = (
            try amount("rate(read) > 0", interval), try amount("errors(read) > 0", interval),
            try amount("errors(read) > 0%", interval)
        )
        #expect(rate == .perSecond(8))
        #expect(errors == .perSecond(2))
        #expect(share == .share(0.25))
    }

    @Test func `blocked is a share of the time`() throws {
        let interval = Self.interval([Self.call(Self.read, [30], outcome: .blocked), Self.call(Self.read, [10])])
        let blocked = try amount("blocked(read) > 0%", interval)
        #expect(blocked == .share(0.75))
    }

    @Test func `calls in flight are counted, and idle waits have no age unless they are named`() throws {
        let interval = Self.interval([], inFlight: [(Self.epoll, 9000), (Self.fsync, 70), (Self.read, 50)], omitted: 10)
        let cases: [(String, Trigger.Amount)] = [
            ("in_flight > 0", .count(13)), ("in_flight(fsync) > 0", .count(1)), ("oldest > 0s", .nanoseconds(70)),
            ("oldest(read) > 0s", .nanoseconds(50)), ("oldest(epoll_wait) > 0s", .nanoseconds(9000)),
        ]
        for (text, expected) in cases {
            let amount = try amount(text, interval)
            #expect(amount == expected, "\(text)")
        }
    }

    @Test func `a figure that isn't there satisfies no condition, and no calls are a rate of 0`() throws {
        let interval = Self.interval([])
        for text in ["p99(read) < 1s", "max(read) < 1s", "errors(read) < 50%", "blocked(read) < 50%", "oldest < 1s"] {
            let holds = try TriggerGrammarTests.parse(text).holds(in: TriggerInput(interval, lost: 0))
            #expect(!holds, "\(text)")
        }
        let isSilent = try TriggerGrammarTests.parse("rate(read) < 1").holds(in: TriggerInput(interval, lost: 0))
        #expect(isSilent)
        var empty = interval
        (empty.durationNanoseconds, empty.inFlight) = (0, nil)
        for text in ["rate(read) >= 0", "in_flight >= 0", "oldest >= 0s"] {
            let holds = try TriggerGrammarTests.parse(text).holds(in: TriggerInput(empty, lost: 0))
            #expect(!holds, "\(text)")
        }
    }

    @Test(arguments: [
        (">", [false, false, true]), (">=", [false, true, true]), ("<", [true, false, false]), ("<=", [true, true, false]),
    ])
    func `comparisons are exact at their limit`(_ sign: String, _ expected: [Bool]) throws {
        let trigger = try TriggerGrammarTests.parse("lost \(sign) 7")
        let holds = [6, 7, 8].map { trigger.holds(in: TriggerInput(Self.interval([]), lost: $0)) }
        #expect(holds == expected)
    }

    // MARK: Time

    /// The intervals, counted from 1, in which a trigger on lost calls fires.
    private func firings(_ text: String, pause: UInt64 = 10, lost: [UInt64], duration: UInt64 = 1_000_000_000) throws -> [Int] {
        var watch = TriggerWatch(try TriggerGrammarTests.parse(text), pauseNanoseconds: pause * 1_000_000_000)
        return lost.enumerated().compactMap { place, lost in
            watch.take(TriggerInput(Self.interval([], duration: duration), lost: lost)) == nil ? nil : place + 1
        }
    }

    @Test func `a trigger without a duration fires at once, and once`() throws {
        let fired = try firings("lost > 0", lost: [0, 0, 1, 1, 1, 0, 1, 1])
        #expect(fired == [3])
    }

    @Test func `a trigger with a duration fires when its condition has held so long without a break`() throws {
        let fired = try firings("lost > 0 for 3s", lost: [1, 1, 0, 1, 1, 1, 1])
        #expect(fired == [6])
        let late = try firings("lost > 0 for 3s", lost: [1, 1, 1], duration: 990_000_000)
        #expect(late == [3])
        let short = try firings("lost > 0 for 3s", lost: [1, 1, 1, 1], duration: 900_000_000)
        #expect(short == [4])
    }

    @Test func `it fires again after the condition has not held for the pause`() throws {
        let fired = try firings("lost > 0", pause: 3, lost: [1, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0, 0, 1])
        #expect(fired == [1, 8, 13])
    }

    /// Against a count that looks at all the past each time.
    @Test func `it fires as a slow oracle does`() throws {
        var random = SeededGenerator.fromEnvironment()
        for _ in 0..<300 {
            let (needed, pause) = (Int.random(in: 0...4, using: &random), Int.random(in: 1...4, using: &random))
            let lost = (0..<40).map { _ in UInt64.random(in: 0...2, using: &random) / 2 + (Bool.random(using: &random) ? 1 : 0) }
            let text = needed == 0 ? "lost > 0" : "lost > 0 for \(needed)s"
            var (expected, isArmed) = ([Int](), true)
            for end in 1...lost.count {
                let held = lost[..<end].reversed().prefix { $0 > 0 }.count
                let quiet = lost[..<end].reversed().prefix { $0 == 0 }.count
                if quiet >= pause { isArmed = true }
                if isArmed, held >= max(1, needed) {
                    expected.append(end)
                    isArmed = false
                }
            }
            let fired = try firings(text, pause: UInt64(pause), lost: lost)
            #expect(fired == expected, "\(text), pause \(pause): \(lost)")
        }
    }
}
