import CallSelection
import LatencyHistogram
import Profile
import SyscallTable
import TestSupport
import Testing

@testable import FlightRecorder

/// The parts of a capture add up to the whole, however it is cut.
@Suite struct PartBooksTests {
    private static let host = Host(
        kernelRelease: "6.1", kernelVersion: "v", arch: "x86_64", bootID: "b", cpuModel: "c", microcode: "m", onlineCPUs: 2,
        clocksource: "tsc", mitigations: [:])

    /// A capture as the session shows it: figures since its beginning, and intervals as they end.
    private struct MadeUpCapture {
        private(set) var balance = Balance(entered: 0, completed: 0, inFlight: 0, neverReturned: 0, lostByCause: [:])
        private(set) var requests = Balance(entered: 0, completed: 0, inFlight: 0, neverReturned: 0, lostByCause: [:])
        private(set) var processes: [Int32: [Int32: (calls: UInt64, time: UInt64)]] = [:]
        private var names: [Int32: String] = [:]
        /// Of processes that have no row any more.
        private var others: [Int32: (calls: UInt64, time: UInt64)] = [:]
        private var refused: UInt64 = 0
        /// Calls that have been taken in and are in no interval yet.
        private var waiting: [CallProfile] = []
        private(set) var time: UInt64 = 0

        /// One more interval of calls. Some are taken in only after it has ended.
        mutating func interval(_ random: inout SeededGenerator) -> Interval {
            let duration = UInt64.random(in: 1...2_000_000_000, using: &random)
            let begun = time
            time += duration
            let late = makeCalls(&random)
            defer { waiting = late }
            return Interval(
                startNanoseconds: begun, durationNanoseconds: duration,
                calls: [].merged(with: waiting).merged(with: makeCalls(&random)))
        }

        /// Puts a process that has ended into the row of the others. Its id may come back.
        mutating func giveUpRow(of pid: Int32) {
            for (number, sum) in processes.removeValue(forKey: pid) ?? [:] {
                let known = others[number] ?? (0, 0)
                others[number] = (known.calls + sum.calls, known.time + sum.time)
            }
            names[pid] = nil
        }

        private mutating func makeCalls(_ random: inout SeededGenerator) -> [CallProfile] {
            func few(_ random: inout SeededGenerator) -> UInt64 { UInt64.random(in: 0...3, using: &random) }
            let calls = (0..<Int.random(in: 0...4, using: &random)).map { _ in
                (
                    Int32.random(in: 0...2, using: &random),
                    (0..<Int.random(in: 1...5, using: &random)).map { _ in UInt64.random(in: 1...1000, using: &random) }
                )
            }
            let (ring, completed) = (calls.filter { $0.0 == 2 }, calls.filter { $0.0 < 2 })
            func count(_ calls: [(Int32, [UInt64])]) -> UInt64 { UInt64(calls.reduce(0) { $0 + $1.1.count }) }
            let (never, lost, inFlight) = (few(&random), few(&random), few(&random))
            balance = Self.next(balance, completed: count(completed), never: never, lost: lost, inFlight: inFlight)
            requests = Self.next(requests, completed: count(ring), never: 0, lost: 0, inFlight: few(&random))
            for (number, latencies) in calls {
                let pid = Int32.random(in: 1...3, using: &random)
                var known = processes[pid]?[number] ?? (0, 0)
                known.calls += UInt64(latencies.count)
                known.time += latencies.reduce(0, +)
                processes[pid, default: [:]][number] = known
                // A process may run another program.
                if names[pid] == nil || few(&random) == 0 { names[pid] = "name\(few(&random))" }
            }
            refused += few(&random)
            return calls.map { number, latencies in
                var call = TriggerWatchTests.call(number, latencies)
                if number == 2 { call.id.abi = .ioUring }
                return call
            }
        }

        private static func next(
            _ balance: Balance, completed: UInt64, never: UInt64, lost: UInt64, inFlight: UInt64
        ) -> Balance {
            let (completed, never) = (balance.completed + completed, balance.neverReturned + never)
            let lost = (balance.lostByCause[.noSlot] ?? 0) + lost
            // What has entered stays so.
            let inFlight = max(inFlight, balance.entered - min(balance.entered, completed + never + lost))
            return Balance(
                entered: completed + never + lost + inFlight, completed: completed, inFlight: inFlight, neverReturned: never,
                lostByCause: [.noSlot: lost])
        }

        private func row(_ pid: Int32?, _ name: String, _ sums: [Int32: (calls: UInt64, time: UInt64)]) -> ProcessProfile {
            ProcessProfile(
                pid: pid, comm: name,
                series: sums.map { number, sum in
                    ProcessSeries(
                        id: SyscallID(abi: .x86_64, number: number), outcome: .ran, failed: false, calls: sum.calls,
                        totalNanoseconds: sum.time)
                })
        }

        var profile: Profile {
            Profile(
                tool: "t", host: PartBooksTests.host,
                capture: CaptureSummary(
                    startedAtNanoseconds: 1000, durationNanoseconds: time, scope: "s", consumerCPUNanoseconds: time / 100),
                balance: balance, calls: [],
                processes: processes.map { row($0, names[$0] ?? "?", $1) }
                    + (others.isEmpty ? [] : [row(nil, "other processes", others)]),
                inFlight: [],
                refused: refused == 0
                    ? [] : [RefusedCalls(id: SyscallID(abi: .x86_64, number: 9), by: .filter, errno: 1, calls: refused)],
                requests: requests)
        }
    }

    @Test func `every part closes and has the calls of its intervals, and all together are the whole`() throws {
        var random = SeededGenerator.fromEnvironment()
        for _ in 0..<200 {
            var (capture, books, parts) = (MadeUpCapture(), PartBooks(), [Profile]())
            var sum: (calls: UInt64, requests: UInt64) = (0, 0)
            for place in 0..<Int.random(in: 1...6, using: &random) {
                let begun = capture.time
                var completed: (calls: UInt64, requests: UInt64) = (0, 0)
                for _ in 0..<Int.random(in: 1...4, using: &random) {
                    let interval = capture.interval(&random)
                    books.count(interval)
                    for call in interval.calls {
                        if call.id.abi == .ioUring { completed.requests += call.calls } else { completed.calls += call.calls }
                    }
                }
                sum = (sum.calls + completed.calls, sum.requests + completed.requests)
                let part = books.close(
                    capture.profile, startedAt: UInt64(place), durationNanoseconds: capture.time - begun)
                #expect(part.balance.closes)
                #expect(part.balance.completed == completed.calls)
                #expect(part.requests?.closes == true)
                #expect(part.requests?.completed == completed.requests)
                #expect(part.capture.startedAtNanoseconds == UInt64(place))
                parts.append(part)
            }
            let whole = capture.profile
            let joined = parts.dropFirst().reduce(parts[0]) { $0.continued(by: $1) }
            #expect(joined.balance.closes)
            // What the session has taken in, and no interval has yet, is the next part's.
            #expect(joined.balance.entered == whole.balance.entered - (whole.balance.completed - sum.calls))
            #expect(joined.balance.completed == sum.calls)
            #expect(joined.balance.inFlight == whole.balance.inFlight)
            #expect(joined.balance.neverReturned == whole.balance.neverReturned)
            #expect(joined.balance.lostByCause == whole.balance.lostByCause)
            #expect(joined.balance.inBatches == 0 && joined.balance.lost == whole.balance.lost)
            let lateRequests = (whole.requests?.completed ?? 0) - sum.requests
            #expect(joined.requests?.entered == (whole.requests?.entered ?? 0) - lateRequests)
            #expect(joined.refused == whole.refused)
            #expect(joined.capture.durationNanoseconds == whole.capture.durationNanoseconds)
            #expect(joined.capture.startedAtNanoseconds == 0)
            #expect(Self.totals(joined) == Self.totals(whole))
        }
    }

    /// Otherwise the others of a part would have what those processes did in earlier parts.
    @Test func `a process whose row was given up is counted once, in the part in which it made its calls`() {
        var random = SeededGenerator.fromEnvironment()
        for _ in 0..<200 {
            var (capture, books, before) = (MadeUpCapture(), PartBooks(), [UInt64(0), 0])
            for place in 0..<6 {
                books.count(capture.interval(&random))
                for pid in Int32(1)...3 where Int.random(in: 0...2, using: &random) == 0 { capture.giveUpRow(of: pid) }
                if Bool.random(using: &random) { books.count(capture.interval(&random)) }
                let part = books.close(capture.profile, startedAt: UInt64(place), durationNanoseconds: 1)
                let now = Self.sum(capture.profile)
                #expect(Self.sum(part) == [now[0] - before[0], now[1] - before[1]])
                before = now
            }
        }
    }

    /// Calls and time of all processes.
    private static func sum(_ profile: Profile) -> [UInt64] {
        totals(profile).values.reduce([0, 0]) { [$0[0] + $1[0], $0[1] + $1[1]] }
    }

    /// Calls and time of each process, whatever names it has had.
    private static func totals(_ profile: Profile) -> [Int32: [UInt64]] {
        var totals: [Int32: [UInt64]] = [:]
        for process in profile.processes {
            let old = totals[process.pid ?? 0] ?? [0, 0]
            totals[process.pid ?? 0] = [old[0] + process.calls, old[1] + process.totalNanoseconds]
        }
        return totals
    }

    @Test func `what nothing explains at the end is lost`() {
        var (books, capture) = (PartBooks(), CaptureSummary(startedAtNanoseconds: 0, durationNanoseconds: 1, scope: "s"))
        capture.notes = ["n"]
        let now = Profile(
            tool: "t", host: PartBooksTests.host, capture: capture,
            balance: Balance(entered: 10, completed: 7, inFlight: 1, neverReturned: 0, lostByCause: [:], inBatches: 2), calls: [],
            processes: [], inFlight: [])
        var running = books
        let part = running.close(now, startedAt: 0, durationNanoseconds: 1)
        #expect(part.balance.entered == 1 && part.balance.inFlight == 1 && part.balance.lost == 0)
        let last = books.close(now, startedAt: 0, durationNanoseconds: 1, isLast: true)
        #expect(last.balance.entered == 10 && last.balance.lostByCause == [Balance.LossCause.unaccounted: 9])
    }

    @Test func `an interval of a segment begins with it, and keeps the calls in flight that do something`() {
        let ages = (0..<50).map { UInt64(1000 - $0) }
        let waiting: [(Int32, UInt64)] = ages.map { (TriggerWatchTests.fsync, $0) } + [(TriggerWatchTests.epoll, 5000)]
        let interval = TriggerWatchTests.interval(
            [TriggerWatchTests.call(0, [1])], start: 700, inFlight: waiting, omitted: 5)
        let kept = interval.inSegment(startingAt: 500)
        #expect(kept.startNanoseconds == 200)
        #expect(kept.calls == interval.calls)
        let keptAges: [UInt64] = kept.inFlight?.calls.map(\.ageNanoseconds) ?? []
        #expect(keptAges == Array(ages.prefix(32)))
        #expect(kept.inFlight?.omitted == 5 + 1 + 18)
        #expect(interval.inSegment(startingAt: 900).startNanoseconds == 0)
    }
}
