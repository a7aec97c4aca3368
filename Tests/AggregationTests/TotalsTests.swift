import LatencyHistogram
import Profile
import SyscallTable
import TestSupport
import Testing

/// Compares series, errors and processes with dictionaries that keep every event.
@Suite struct TotalsTests {
    private struct SeriesKey: Hashable {
        var id: SyscallID
        var outcome: UInt8
        var failed: Bool
    }

    private func id(_ event: Event) -> SyscallID { SyscallID(abi: ABI(rawValue: event.abi)!, number: event.number) }

    private func expect(_ feed: Feed, toHold events: [Event]) {
        let byCall = Dictionary(grouping: events, by: id)
        let calls = feed.calls()
        #expect(calls.map(\.id) == byCall.keys.sorted())
        for call in calls {
            let mine = byCall[call.id] ?? []
            #expect(call.distribution == LatencyHistogram(recording: mine.map(\.duration)))
            #expect(call.calls == UInt64(mine.count))
            #expect(call.errors == UInt64(mine.count { $0.error != 0 }))
            var errnos: [Int32: UInt64] = [:]
            for event in mine where event.error != 0 { errnos[Int32(event.error), default: 0] += 1 }
            #expect(Dictionary(uniqueKeysWithValues: call.errnos.map { ($0.errno, $0.count) }) == errnos)
            let bySeries = Dictionary(grouping: mine) { SeriesKey(id: call.id, outcome: $0.outcome, failed: $0.error != 0) }
            #expect(call.series.count == bySeries.count)
            for series in call.series {
                let key = SeriesKey(id: call.id, outcome: series.outcome.rawValue, failed: series.failed)
                #expect(series.distribution == LatencyHistogram(recording: bySeries[key, default: []].map(\.duration)))
            }
        }
    }

    @Test func `the totals of series, errors and processes are exact`() {
        var random = SeededGenerator.fromEnvironment()
        let feed = Feed(keepsProcessDistributions: true)
        let events = (0..<20_000).map { _ in Event.random(pids: 1...600, using: &random) }
        feed.send(events)
        #expect(feed.completed == 20_000)
        #expect(feed.malformed == 0 && feed.overflowed == 0)
        expect(feed, toHold: events)

        let byProcess = Dictionary(grouping: events) { Int32($0.tgid) }
        let processes = feed.processes()
        #expect(Set(processes.map(\.pid)) == Set(byProcess.keys) && processes.count == byProcess.count)
        for process in processes {
            let mine = byProcess[process.pid ?? 0] ?? []
            #expect(process.calls == UInt64(mine.count))
            #expect(process.errors == UInt64(mine.count { $0.error != 0 }))
            #expect(process.blocked == UInt64(mine.count { $0.outcome == 1 }))
            #expect(process.totalNanoseconds == mine.reduce(0) { $0 + $1.duration })
            #expect(process.distribution == LatencyHistogram(recording: mine.map(\.duration)))
        }
    }

    @Test func `processes have no distribution unless it is asked for`() {
        let feed = Feed()
        feed.send([Event(), Event()])
        #expect(feed.processes().map(\.calls) == [2])
        #expect(feed.processes().map(\.distribution) == [nil])
    }

    @Test func `every indexed number has a row of its own`() {
        let feed = Feed()
        let numbers = Array(stride(from: Int32(0), to: 1024, by: 33)) + [255, 256, 511, 512, 1022]
        let events = (0..<4).flatMap { abi in numbers.map { Event(duration: UInt64($0), number: $0, abi: abi) } }
        feed.send(events)
        expect(feed, toHold: events)
        #expect(feed.calls().count == 4 * numbers.count)
    }

    @Test func `numbers beyond the tables have rows of their own`() {
        var random = SeededGenerator.fromEnvironment()
        let numbers: [Int32] = [9999, -1, 1024, 1 << 30, .max, -4096]
        let events = (0..<3000).map { _ in
            var event = Event.random(pids: 1...9, using: &random)
            event.number = numbers.randomElement(using: &random)!
            return event
        }
        let feed = Feed()
        feed.send(events)
        expect(feed, toHold: events)
        #expect(feed.call(.x86_64, 9999)?.id.name == "syscall_9999")
        #expect(feed.call(.ia32, -1)?.id.name == "syscall_-1")
    }

    @Test func `the smallest and the largest number have rows too`() {
        let feed = Feed()
        let events = [Event(number: .min), Event(number: .min, error: 38), Event(number: .max)]
        feed.send(events)
        expect(feed, toHold: events)
    }

    @Test func `too many numbers beyond the tables share one row without loss`() throws {
        let feed = Feed()
        let first = (0..<256).map { Event(duration: 5, number: 2000 + $0) }
        let more = (0..<1000).map { Event(duration: 7, number: -10 - $0, error: $0 % 2 == 0 ? 38 : 0) }
        feed.send(first + more + first)
        let calls = Dictionary(uniqueKeysWithValues: feed.calls().map { ($0.id.number, $0) })
        #expect(calls.count == 257)
        #expect(first.allSatisfy { calls[$0.number]?.calls == 2 })
        let shared = try #require(calls[.min])
        #expect(shared.calls == 1000)
        #expect(shared.errnos == [ErrnoCount(errno: 38, count: 500)])
        #expect(shared.distribution.sum == 7000)
        #expect(feed.completed == 1512)
    }

    @Test func `each ABI has its own shared row for surplus numbers`() {
        let feed = Feed()
        feed.send((0..<300).map { Event(number: 5000 + $0) })
        feed.send([Event(number: 9999, abi: 1), Event(number: 9998, abi: 1), Event(number: 9999, abi: 2)])
        #expect(feed.call(.x86_64, .min)?.calls == 44)
        #expect(feed.call(.ia32, .min)?.calls == 2)
        #expect(feed.call(.x32, .min)?.calls == 1)
    }

    @Test func `total times saturate at the largest number`() {
        let feed = Feed()
        feed.send([Event(duration: .max), Event(duration: .max - 7)])
        #expect(feed.processes().map(\.totalNanoseconds) == [.max])
        #expect(feed.calls().map(\.distribution.sum) == [.max])
    }
}
