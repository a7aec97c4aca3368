import CSyslatABI
import LatencyHistogram
import Profile
import SyscallTable
import Testing

@testable import Aggregation

/// Calls that the vDSO could have served: one row in the table of calls, and one for each origin in the vDSO's table.
@Suite struct OriginTests {
    private static let clockGettime: Int32 = 228
    private static let getrandom: Int32 = 318

    private func event(
        _ evidence: EntryEvidence, clock: UInt8 = 1, pid: UInt32 = 42, duration: UInt64 = 100, error: UInt16 = 0
    ) -> Event {
        Event(
            duration: duration, tgid: pid, number: Self.clockGettime, error: error, evidence: evidence.rawValue, clock: clock)
    }

    @Test func `one call has a separate origin for each evidence and clock`() throws {
        let feed = Feed()
        feed.send([event(.outside), event(.outside), event(.inside, clock: 3, duration: 300), event(.inside, clock: 3, error: 22)])
        feed.send([Event(number: Self.clockGettime)])
        let call = try #require(feed.call(.x86_64, Self.clockGettime))
        #expect(call.calls == 5)
        #expect(call.errors == 1)
        #expect(call.series.count == 2)

        let origins = feed.origins()
        #expect(origins.count == 2)
        let bypass = try #require(origins.first { $0.origin.evidence == .outside })
        #expect(bypass.origin.clock == .monotonic)
        #expect(bypass.distribution.count == 2)
        #expect(bypass.distribution.sum == 200)
        let inside = try #require(origins.first { $0.origin.evidence == .inside })
        #expect(inside.origin.clock == .threadCPUTime)
        #expect(inside.distribution.count == 2)
    }

    @Test func `an origin counts the calls and time of each process`() throws {
        let feed = Feed()
        feed.send([event(.outside, pid: 1), event(.outside, pid: 2), event(.outside, pid: 2, duration: 50), event(.inside, pid: 2)])
        let bypass = try #require(feed.origins().first { $0.origin.evidence == .outside })
        let shares = bypass.processes.sorted { $0.calls < $1.calls }
        #expect(shares.map(\.pid) == [1, 2])
        #expect(shares.map(\.calls) == [1, 2])
        #expect(shares.map(\.totalNanoseconds) == [100, 150])
        // The process's own totals add up calls that differ only in their origin.
        let process = try #require(feed.processes().first { $0.pid == 2 })
        #expect(process.series.map(\.calls) == [3])
        #expect(process.totalNanoseconds == 250)
    }

    @Test func `CPU clocks, dynamic clocks and unknown clock ids have names`() throws {
        let feed = Feed()
        feed.send([254, 255, 253].map { event(.inside, clock: $0) })
        #expect(Set(feed.origins().map { $0.origin.clock?.name }) == ["CPUCLOCK", "DYNAMIC", "CLOCK_253"])
    }

    @Test func `the origin of a call that takes no clock has none`() throws {
        let feed = Feed()
        feed.send([Event(number: Self.getrandom, evidence: EntryEvidence.insideReseed.rawValue)])
        let origin = try #require(feed.origins().first?.origin)
        #expect(origin.clock == nil)
        #expect(origin.evidence == .insideReseed)
    }

    @Test func `calls under different clock sources have separate origins`() {
        let feed = Feed()
        feed.send([event(.inside)])
        feed.clocksource = 1
        feed.send([event(.inside), event(.inside)])
        let counts = feed.origins().map { ($0.origin.clocksource, $0.distribution.count) }.sorted { $0 < $1 }
        #expect(counts.map(\.0) == [0, 1])
        #expect(counts.map(\.1) == [1, 2])
    }

    @Test func `a new interval clears the calls and keeps the origins`() throws {
        let feed = Feed()
        feed.send([event(.outside, duration: 7)])
        feed.startInterval()
        #expect(feed.calls().isEmpty)
        feed.send([event(.outside, duration: 9)])
        feed.startInterval()
        let bypass = try #require(feed.origins().first)
        #expect(bypass.distribution == LatencyHistogram(recording: [7, 9]))
        #expect(bypass.processes.map(\.calls) == [2])
    }

    @Test(arguments: [(UInt8(6), UInt8(0), UInt8(0)), (0, 1, 0), (2, 1, 13), (2, 1, 255)])
    func `impossible evidence, clock or sampling makes an event malformed`(evidence: UInt8, clock: UInt8, sampling: UInt8) {
        let feed = Feed()
        feed.send([Event(number: Self.clockGettime, evidence: evidence, clock: clock, sampling: sampling)])
        #expect(feed.malformedEvents == 1)
        #expect(feed.completed == 0)
    }

    @Test func `overflowed calls keep their origin but belong to no process`() throws {
        let feed = Feed()
        let key = event(.outside).word.bytes
        var buckets = [UInt64](repeating: 0, count: 320)
        buckets[5] = 3
        let series = ([3, 15, 0] + buckets).flatMap(\.bytes)
        feed.sendOverflow(key: key, series: series, extremes: [UInt64(6).bytes + UInt64(6).bytes])
        let bypass = try #require(feed.origins().first)
        #expect(bypass.origin.evidence == .outside && bypass.origin.clock == .monotonic)
        #expect(bypass.distribution.count == 3)
        #expect(bypass.processes.isEmpty)
    }
}
