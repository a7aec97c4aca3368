import Aggregation
import LatencyHistogram
import Profile
import TestSupport
import Testing

@Suite struct ProcessRowsTests {
    /// The rows by name. The tests give every process a name of its own.
    private func rows(_ feed: Feed) -> [String: ProcessProfile] {
        Dictionary(uniqueKeysWithValues: feed.processes().map { ($0.comm, $0) })
    }

    private func events(_ count: Int, of tgid: UInt32, duration: UInt64 = 10) -> [Event] {
        Array(repeating: Event(duration: duration, tgid: tgid), count: count)
    }

    @Test func `only processes that still live are looked up by name`() {
        let feed = Feed()
        feed.send(events(1, of: 7) + events(2, of: 8) + events(3, of: 9))
        feed.sendExit(8, "ended")
        var asked: [Int32] = []
        let names = feed.processes { pid in
            asked.append(pid)
            return pid == 9 ? nil : "seven"
        }
        #expect(asked.sorted() == [7, 9])
        #expect(names.map(\.comm).sorted() == ["", "ended", "seven"])
    }

    @Test func `of ended processes no more rows are kept than wanted, those with the most time`() throws {
        let feed = Feed(endedProcessLimit: 8)
        feed.send(events(1, of: 1000))
        for pid in 1...100 as ClosedRange<UInt32> {
            feed.send(events(1, of: pid, duration: UInt64(pid) * 100))
            feed.sendExit(pid, "p\(pid)")
            feed.retire(times: 2)
        }
        let processes = feed.processes()
        let ended = processes.filter { $0.comm.hasPrefix("p") }
        #expect((4...8).contains(ended.count) && ended.contains { $0.comm == "p100" })
        #expect(processes.contains { $0.pid == 1000 })
        // None of their calls is lost.
        #expect(processes.reduce(0) { $0 + $1.calls } == 101)
        #expect(processes.reduce(0) { $0 + $1.totalNanoseconds } == 100 * 5050 + 10)
    }

    @Test func `titles are looked up while processes live, less and less often`() {
        let feed = Feed()
        feed.send(events(1, of: 7) + events(1, of: 8))
        var looks: [Int] = []
        for second in 0..<20 {
            feed.lookUpTitles { pid in
                if pid == 7 { looks.append(second) }
                return pid == 7 ? "title \(second)" : nil
            }
        }
        #expect(looks == [0, 1, 3, 7, 15])
        feed.lookUpTitles(ofAll: true) { "last title \($0)" }
        feed.lookUpTitles(ofAll: true) { _ in nil }
        feed.sendExit(7, "ended")
        feed.lookUpTitles(ofAll: true) { "title of another \($0)" }
        let titles = feed.processes().map { "\($0.pid ?? 0) \($0.title ?? "")" }.sorted()
        #expect(titles == ["7 last title 7", "8 title of another 8"])
    }

    /// To ask for the names of thousands of processes at each refresh would take longer than the rest of it.
    @Test func `a snapshot takes the names of the last look, and the end of a capture those of now`() {
        let feed = Feed()
        feed.send(events(1, of: 7) + events(1, of: 8))
        var asked: [Int32] = []
        func names(_ now: String, areRecent: Bool) -> LivingNames {
            LivingNames(
                name: {
                    asked.append($0)
                    return "\(now) \($0)"
                }, areRecent: areRecent)
        }
        feed.lookUpTitles(names: names("first", areRecent: true)) { _ in nil }
        feed.send(events(1, of: 9))
        asked = []
        let recent = feed.processes(names("second", areRecent: true)).map(\.comm).sorted()
        // The one that came since has never been looked at.
        #expect(recent == ["first 7", "first 8", "second 9"] && asked == [9])
        let last = feed.processes(names("third", areRecent: false)).map(\.comm).sorted()
        #expect(last == ["third 7", "third 8", "third 9"])
    }

    @Test func `not all processes are looked at again at the same time`() {
        let feed = Feed()
        feed.send((1...64).flatMap { events(1, of: $0) })
        var looks: [Int32: [Int]] = [:]
        for second in 0..<1000 {
            feed.lookUpTitles { pid in
                looks[pid, default: []].append(second)
                return nil
            }
        }
        let pauses = looks.values.flatMap { zip($0.dropFirst(), $0).map { $0 - $1 } }
        #expect(looks.count == 64 && pauses.max() == 64)
        let busiest = (500..<1000).map { second in looks.values.count { $0.contains(second) } }.max() ?? 0
        #expect(busiest < 16, "\(busiest) of 64 at once")
    }

    @Test func `a reused pid has a row for each process`() {
        let feed = Feed()
        feed.send(events(3, of: 7))
        feed.sendExit(7, "first")
        feed.retire(times: 2)
        feed.send(events(4, of: 7))
        let rows = rows(feed)
        #expect(rows.count == 2)
        #expect(rows["first"]?.pid == 7 && rows["first"]?.calls == 3)
        #expect(rows["living 7"]?.pid == 7 && rows["living 7"]?.calls == 4)
    }

    @Test func `events that arrive after the end of a process still belong to it`() {
        let feed = Feed()
        feed.sendExit(7, "early")
        feed.send(events(3, of: 7))
        feed.retire()
        feed.send(events(2, of: 7))
        #expect(feed.processes().map(\.comm) == ["early"])
        #expect(feed.processes().map(\.calls) == [5])
        feed.retire()
        feed.send(events(1, of: 7))
        #expect(rows(feed).mapValues(\.calls) == ["early": 5, "living 7": 1])
    }

    @Test func `processes without calls have no row and take no room`() {
        let feed = Feed(processRowLimit: 3)
        for pid in 100..<200 {
            feed.sendExit(UInt32(pid), "idle")
            feed.retire(times: 2)
        }
        #expect(feed.processes().isEmpty)
        feed.send(events(1, of: 1) + events(1, of: 2))
        #expect(Set(feed.processes().map(\.pid)) == [1, 2])
    }

    @Test func `a pid that ends twice doesn't end the next owner of its row`() {
        let feed = Feed()
        // Two processes with the same id that end one after the other, before the first is retired.
        feed.sendExit(7, "first")
        feed.retire()
        feed.sendExit(7, "second")
        feed.retire()
        // The row of 7 had no calls and is free. Process 9 gets it and lives on.
        feed.send(events(3, of: 9))
        feed.retire()
        feed.send(events(4, of: 9))
        #expect(feed.processes().map(\.calls) == [7])
    }

    @Test func `at the limit, the ended processes with the least time are folded first`() {
        let feed = Feed(keepsProcessDistributions: true, processRowLimit: 5)
        for (pid, duration) in zip([1, 2, 3, 4] as [UInt32], [30, 10, 40, 20] as [UInt64]) {
            feed.send([Event(duration: duration, tgid: pid, error: 2), Event(duration: duration, tgid: pid, outcome: 1)])
            feed.sendExit(pid, "p\(pid)")
        }
        feed.retire(times: 2)
        feed.send(events(1, of: 5))
        var now = rows(feed)
        #expect(Set(now.keys) == ["p1", "p3", "living 5", "other processes"])
        #expect(now["other processes"]?.pid == nil)
        #expect(now["other processes"]?.calls == 4)
        #expect(now["other processes"]?.errors == 2)
        #expect(now["other processes"]?.blocked == 2)
        #expect(now["other processes"]?.totalNanoseconds == 60)
        #expect(now["other processes"]?.distribution == LatencyHistogram(recording: [10, 10, 20, 20]))

        feed.send(events(1, of: 6) + events(1, of: 7))
        now = rows(feed)
        #expect(Set(now.keys) == ["p3", "living 5", "living 6", "living 7", "other processes"])
        #expect(now["other processes"]?.totalNanoseconds == 120)
        #expect(now["p3"]?.distribution == LatencyHistogram(recording: [40, 40]))
    }

    @Test func `a living process keeps its row when the limit is reached`() {
        let feed = Feed(processRowLimit: 3)
        for pid in 1...6 as ClosedRange<UInt32> { feed.send(events(Int(pid), of: pid)) }
        feed.send(events(10, of: 1))
        #expect(rows(feed).mapValues(\.calls) == ["living 1": 11, "living 2": 2, "other processes": 18])
    }

    @Test func `an ended process isn't folded while its last events may still come`() {
        let feed = Feed(processRowLimit: 2)
        feed.send(events(1, of: 1))
        feed.sendExit(1, "ended")
        feed.retire()
        feed.send(events(5, of: 2) + events(1, of: 1))
        #expect(rows(feed).mapValues(\.calls) == ["ended": 2, "other processes": 5])
        feed.retire()
        feed.send(events(1, of: 3))
        #expect(rows(feed).mapValues(\.calls) == ["living 3": 1, "other processes": 7])
    }

    @Test func `the time of folded processes saturates at the largest number`() {
        let feed = Feed(processRowLimit: 3)
        for pid in [1, 2] as [UInt32] {
            feed.send([Event(duration: .max - 1, tgid: pid)])
            feed.sendExit(pid, "p\(pid)")
        }
        feed.retire(times: 2)
        feed.send(events(1, of: 3) + events(1, of: 4))
        #expect(rows(feed)["other processes"]?.calls == 2)
        #expect(rows(feed)["other processes"]?.totalNanoseconds == .max)
    }

    @Test func `no call is lost while random processes come and go`() {
        var random = SeededGenerator.fromEnvironment()
        let feed = Feed(keepsProcessDistributions: true, processRowLimit: 300)
        var (sent, errors, blocked, total): (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
        for round in 0..<4000 {
            let events = (0..<Int.random(in: 1...8, using: &random)).map { _ in
                Event.random(pids: 1...2000, using: &random)
            }
            feed.send(Record.batch(events))
            sent += UInt64(events.count)
            errors += UInt64(events.count { $0.error != 0 })
            blocked += UInt64(events.count { $0.outcome == 1 })
            total += events.reduce(0) { $0 + $1.duration }
            feed.sendExit(.random(in: 1...2000, using: &random), "ended")
            if round % 10 == 0 { feed.retire() }
        }
        let processes = feed.processes()
        #expect(processes.count <= 300)
        #expect(feed.completed == sent)
        #expect(processes.reduce(0) { $0 + $1.calls } == sent)
        #expect(processes.reduce(0) { $0 + $1.errors } == errors)
        #expect(processes.reduce(0) { $0 + $1.blocked } == blocked)
        #expect(processes.reduce(0) { $0 + $1.totalNanoseconds } == total)
        #expect(processes.reduce(0) { $0 + ($1.distribution?.count ?? 0) } == sent)
        #expect(processes.filter { $0.pid == nil }.count == 1)
    }

    @Test func `calls of a process without a row count under other processes`() {
        // Living processes fill every row, so process 20000 gets none.
        let feed = Feed(processRowLimit: 16_384)
        feed.send((1...16_383).map { Event(tgid: $0) })
        for _ in 0..<50 { feed.send(Record.batch(events(64, of: 20_000))) }
        #expect(feed.processes().first { $0.pid == nil }?.calls == 3200)
    }
}
