import CSyslatABI
import LatencyHistogram
import Profile
import SyscallTable
import Testing

@testable import Aggregation

/// What the kernel side says of the work that calls left to their threads.
@Suite struct AfterExitTests {
    private static let left: UInt8 = 3

    private func work(of feed: Feed, _ number: Int32) -> AfterExit? {
        feed.calls().first { $0.id == SyscallID(abi: .x86_64, number: number) }?.afterExit
    }

    @Test func `measured work has a distribution and the rest is counted`() {
        let feed = Feed()
        feed.send([Event(number: 3)])
        for duration in [2_000, 0, 7_000, 0] as [UInt64] {
            feed.send(Event(duration: duration, tgid: 0, number: 3, outcome: Self.left).single())
        }
        let work = work(of: feed, 3)
        #expect(work?.unmeasured == 2)
        #expect(work?.distribution.count == 2 && work?.distribution.sum == 9_000 && work?.distribution.max == 7_000)
        // The call itself is counted once.
        #expect(feed.completed == 1 && feed.malformed == 0)
        #expect(feed.calls().map(\.calls) == [1])
    }

    @Test func `a measured call stands for the work of others too`() {
        let feed = Feed()
        feed.send(Event(duration: 5_000, tgid: 0, number: 3, outcome: Self.left, sampling: 4).single())
        feed.send(Event(duration: 0, tgid: 0, number: 3, outcome: Self.left, sampling: 2).single())
        #expect(work(of: feed, 3)?.distribution.count == 16)
        #expect(work(of: feed, 3)?.distribution.sum == 80_000)
        #expect(work(of: feed, 3)?.unmeasured == 4)
    }

    /// As many as there are calls, whatever the sampling: the first call stands for itself alone.
    @Test func `sampled work is scaled to the number of calls`() {
        let feed = Feed()
        feed.send([Event(number: 3), Event(number: 3, sampling: 4), Event(number: 3, sampling: 4)])
        for sampling in [0, 4, 4] as [UInt8] {
            feed.send(Event(duration: 5_000, tgid: 0, number: 3, outcome: Self.left, sampling: sampling).single())
        }
        feed.sendUnmeasured(number: 3, [97] + Array(repeating: 0, count: 7))
        #expect(feed.calls().map(\.calls) == [100])
        let found = work(of: feed, 3)
        #expect(found?.calls == 100 && found?.measured == 3 && found?.unmeasured == 0)
        #expect(found?.distribution.sum == 500_000)
    }

    @Test func `work that was seen once does not vanish`() {
        let feed = Feed()
        feed.send([Event(number: 3), Event(number: 3, sampling: 4)])
        feed.send(Event(duration: 5_000, tgid: 0, number: 3, outcome: Self.left).single())
        feed.sendUnmeasured(number: 3, [1] + Array(repeating: 0, count: 7))
        // 3 calls; the measured ones stand for 17.
        #expect(feed.calls().map(\.calls) == [3])
        #expect(work(of: feed, 3)?.calls == 1 && work(of: feed, 3)?.measured == 1)
    }

    /// Only records of their own are about work, and they name no process.
    @Test(arguments: [
        Event(tgid: 42, outcome: 3), Event(tgid: 0, outcome: 3, request: 1), Event(tgid: 0, outcome: 3, sampling: 13),
        Event(tgid: 0, outcome: 3, evidence: 6),
    ])
    func `impossible work is malformed`(event: Event) {
        let feed = Feed()
        feed.send(event.single())
        #expect(feed.malformedEvents == 1 && feed.calls().isEmpty)
    }
}
