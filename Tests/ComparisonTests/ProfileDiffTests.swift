import ComparisonSupport
import Foundation
import Profile
import SyscallTable
import Testing

@testable import Comparison

/// What changed between two profiles: the ranks, the parts, the scatter beside them, and what is refused.
@Suite struct ProfileDiffTests {
    private static let calm = SyntheticService([
        .init(0, 1_000, calls: 10_000, errors: 100), .init(1, 2_000, calls: 5_000), .init(202, 50_000, calls: 1_000, blocked: 900),
        .init(3, 300, calls: 2_000),
    ])

    private static var busy: SyntheticService {
        var service = calm
        service.start = 3_600
        // Twice the writes, slower futexes, no close, and fsync.
        service.calls = [
            .init(0, 1_000, calls: 10_000, errors: 300), .init(1, 2_000, calls: 10_000),
            .init(202, 90_000, calls: 1_000, blocked: 950),
            .init(74, 1_000_000, calls: 20, blocked: 20),
        ]
        return service
    }

    private func diff(
        _ before: SyntheticService = calm, _ after: SyntheticService = busy, key: DiffKey = .time
    ) throws -> ProfileDiff {
        try ProfileDiff(before: before.file("before"), after: after.file("after"), key: key)
    }

    @Test func `calls are ranked by their part in the whole change`() throws {
        let diff = try diff()
        #expect(diff.rows.map(\.id.name) == ["futex", "fsync", "write", "close", "read"])
        #expect(abs(diff.rows.reduce(0) { $0 + abs($1.part ?? 0) } - 1) < 1e-9)
        let futex = try #require(diff.rows.first)
        // 40 ms, 20 ms, 10 ms more and 0.6 ms less in each second.
        #expect(abs((futex.part ?? 0) - 40 / 70.6) < 0.03)
        #expect(diff.rows[3].after == nil && (diff.rows[3].part ?? 0) < 0 && diff.rows[1].before == nil)
        #expect(abs(diff.rows[4].part ?? 1) < 1e-3)
        #expect(diff.warnings == [])
    }

    @Test func `the figures are those of each second`() throws {
        let write = try #require(try diff().rows.first { $0.id.name == "write" })
        #expect(write.before?.callsPerSecond == 5_000 && write.after?.callsPerSecond == 10_000)
        let read = try #require(try diff().rows.first { $0.id.name == "read" })
        #expect(read.before?.errorsPerSecond == 100 && read.after?.errorsPerSecond == 300)
        let futex = try #require(try diff().rows.first { $0.id.name == "futex" })
        #expect(abs((futex.before?.blockedShare ?? 0) - 0.9) < 1e-3 && abs((futex.after?.blockedShare ?? 0) - 0.95) < 1e-3)
        #expect((futex.after?.p50 ?? 0) > (futex.before?.p50 ?? .max) && futex.before?.p99 != nil)
    }

    @Test(arguments: [(DiffKey.calls, "write"), (.errors, "read"), (.oncpu, "write"), (.time, "futex")])
    func `another key ranks another call first`(key: DiffKey, name: String) throws {
        #expect(try diff(key: key).rows.first?.id.name == name)
    }

    // MARK: Scatter

    /// Ten intervals, from 10 % less to 10 % more: the lowest and the highest are left out.
    @Test func `the scatter is what eight of ten intervals lie within`() throws {
        let scatter = try #require(try diff().rows.first { $0.id.name == "write" }?.before?.scatter)
        #expect(scatter.calls == 4_500...5_250)
        let rare = try #require(try diff().rows.first { $0.id.name == "futex" }?.before)
        #expect(rare.scatter?.p50 != nil && rare.scatter?.p99 == nil && rare.p99 != nil, "an interval has too few calls for a p99")
    }

    @Test func `a change within the scatter is told from one beyond it`() throws {
        var slightly = Self.calm
        (slightly.start, slightly.calls[1].calls) = (3_600, 5_100)
        let rows = try diff(Self.calm, slightly).rows
        #expect(rows.first { $0.id.name == "write" }?.isWithinScatter == true)
        #expect(try diff().rows.first { $0.id.name == "write" }?.isWithinScatter == false)
    }

    @Test func `a profile without a time series has no scatter`() throws {
        var (plain, short) = (Self.calm, Self.busy)
        plain.hasIntervals = false
        short.intervals = [0, 0, 0, 0]
        #expect(try diff(plain, short).rows.allSatisfy { $0.before?.scatter == nil && $0.after?.scatter == nil })
        #expect(try diff(plain).rows.allSatisfy { $0.isWithinScatter == nil })
    }

    // MARK: Doubts

    @Test func `what else differs is said first`() throws {
        var after = Self.busy
        (after.kernel, after.boot) = ("6.18.0", "two")
        #expect(try diff(Self.calm, after).warnings.first?.hasPrefix("The kernels differ (6.12.1, 6.18.0).") == true)
        after.kernel = Self.calm.kernel
        #expect(try diff(Self.calm, after).warnings.first?.hasPrefix("The profiles are of different boots") == true)
        #expect(try diff(Self.busy, Self.calm).warnings.first?.hasPrefix("AFTER began before BEFORE did") == true)
        after = Self.calm
        after.start = 5
        #expect(try diff(Self.calm, after).warnings == ["The captures overlap: some calls may be in both."])
        var (first, second) = (Self.calm.file("a"), Self.busy.file("b"))
        second.profile.capture.selection = "read"
        second.profile.balance = Balance(
            entered: 100, completed: 50, inFlight: 0, neverReturned: 0, lostByCause: [.noSlot: 50])
        first.profile.host.clocksource = "hpet"
        let warnings = try ProfileDiff(before: first, after: second).warnings
        #expect(warnings.count == 3)
        #expect(
            warnings[0] == "The clocksource differs: hpet before, tsc after." && warnings[2].hasPrefix("b lost 50 of 100 calls"))
    }

    @Test(arguments: [(1_000_000_000, 0), (1_004_123_456, 0), (5_000_000_000, 1), (0, 0)] as [(UInt64, Int)])
    func `intervals of different lengths scatter differently, which is said`(length: UInt64, warnings: Int) throws {
        var after = Self.busy.file("b")
        for index in after.profile.intervals.indices { after.profile.intervals[index].durationNanoseconds = length }
        let found = try ProfileDiff(before: Self.calm.file("a"), after: after).warnings
        #expect(
            found == Array(repeating: "The intervals of the profiles differ in length: shorter ones scatter more.", count: warnings)
        )
    }

    @Test func `the order of sides decides the sign and nothing else`() throws {
        let (forward, backward) = (try diff(), try diff(Self.busy, Self.calm))
        #expect(forward.rows.map(\.id) == backward.rows.map(\.id))
        #expect(forward.rows.map { $0.part ?? 0 } == backward.rows.map { -($0.part ?? 0) })
    }

    @Test func `two profiles without calls differ in nothing`() throws {
        let none = SyntheticService([])
        let diff = try diff(none, none)
        #expect(diff.rows.isEmpty && diff.before.callsPerSecond == 0)
        let same = try ProfileDiff(before: Self.calm.file("a"), after: Self.calm.file("a"))
        #expect(same.rows.allSatisfy { $0.part == nil })
    }

    @Test func `a bench or a profile of no time is refused`() throws {
        let bench = SyntheticBoots(seed: 1).workloadFiles("bench")[0]
        let refusal = #expect(throws: ComparisonError.self) { try ProfileDiff(before: bench, after: Self.calm.file("b")) }
        #expect(refusal?.description.hasPrefix("bench-0.syslat is of the workload standard") == true)
        var instant = Self.calm.file("a")
        instant.profile.capture.durationNanoseconds = 0
        #expect(throws: ComparisonError.self) { try ProfileDiff(before: Self.calm.file("a"), after: instant) }
    }
}
