import SaturatingMath
import LatencyHistogram
import Profile
import SyscallTable
import TestSupport
import Testing

/// Adding profiles up, in any order, gives what one capture of everything would have given.
@Suite struct MergeTests {
    /// The figures of a sum. Its words (scope, command, warnings) depend on the order.
    private struct Sums: Equatable {
        var calls: [CallProfile]
        var balance: Balance
        var processes: [Totals: [UInt64]]
        var inFlight: Set<InFlightCall>

        struct Totals: Hashable {
            var pid: Int32?
            var comm: String
            var id: SyscallID
            var outcome: Outcome
            var failed: Bool
        }

        init(_ profile: Profile) {
            calls = profile.calls.sorted { $0.id < $1.id }
            balance = profile.balance
            inFlight = Set(profile.inFlight)
            processes = [:]
            for process in profile.processes {
                for series in process.series {
                    let key = Totals(
                        pid: process.pid, comm: process.comm, id: series.id, outcome: series.outcome, failed: series.failed)
                    let known = processes[key] ?? [0, 0]
                    processes[key] = [
                        known[0].addingSaturating(series.calls), known[1].addingSaturating(series.totalNanoseconds),
                    ]
                }
            }
        }
    }

    /// The profiles' calls in flight are of different threads. The first two profiles have the same processes.
    private func profiles(_ count: Int, _ random: inout SeededGenerator) -> [Profile] {
        (0..<count).map { number in
            var profile = Profile.random(using: &random)
            for index in profile.inFlight.indices { profile.inFlight[index].tid += Int32(number * 1000) }
            for index in profile.processes.indices { profile.processes[index].comm = number < 2 ? "worker" : "other" }
            return profile
        }
    }

    /// A distribution of some of its calls would be taken for one of all.
    @Test func `a process has a distribution in a sum only if it has one in each part`() {
        var random = SeededGenerator.fromEnvironment()
        var recorder = HistogramRecorder()
        recorder.record(100)
        let totals = ProcessSeries(
            id: SyscallID(abi: .x86_64, number: 0), outcome: .ran, failed: false, calls: 1, totalNanoseconds: 100)
        var (with, without) = (Profile.random(using: &random), Profile.random(using: &random))
        with.processes = [ProcessProfile(pid: 1, comm: "a", series: [totals], distribution: recorder.snapshot())]
        without.processes = [ProcessProfile(pid: 1, comm: "a", series: [totals])]
        #expect(with.merged(with: with).processes[0].distribution?.count == 2)
        for sum in [with.merged(with: without), without.merged(with: with)] {
            #expect(sum.processes[0].distribution == nil && sum.processes[0].calls == 2)
        }
    }

    @Test func `the order of two profiles does not matter`() {
        var random = SeededGenerator.fromEnvironment()
        for _ in 0..<100 {
            let all = profiles(2, &random)
            let (one, other) = (all[0].merged(with: all[1]), all[1].merged(with: all[0]))
            #expect(Sums(one) == Sums(other))
            #expect(one.capture.durationNanoseconds == other.capture.durationNanoseconds)
            #expect(one.capture.startedAtNanoseconds == other.capture.startedAtNanoseconds)
            #expect(Set(one.capture.notes) == Set(other.capture.notes))
        }
    }

    @Test func `the order of three profiles does not matter`() {
        var random = SeededGenerator.fromEnvironment()
        for _ in 0..<100 {
            let all = profiles(3, &random)
            let left = all[0].merged(with: all[1]).merged(with: all[2])
            let right = all[0].merged(with: all[1].merged(with: all[2]))
            #expect(Sums(left) == Sums(right))
        }
    }

    @Test func `merging equals having recorded both`() {
        var random = SeededGenerator.fromEnvironment()
        var left = HistogramRecorder()
        var right = HistogramRecorder()
        var both = HistogramRecorder()
        for _ in 0..<rounds(20_000) {
            let value = UInt64.random(in: 0 ... .max, using: &random) >> UInt64.random(in: 0...63, using: &random)
            both.record(value)
            if Bool.random(using: &random) { left.record(value) } else { right.record(value) }
        }
        func profile(_ recorder: borrowing HistogramRecorder, failures: UInt64) -> Profile {
            let id = SyscallID(abi: .x86_64, number: 0)
            let series = Series(outcome: .blocked, failed: true, distribution: recorder.snapshot())
            return small(calls: [CallProfile(id: id, series: [series], errnos: [ErrnoCount(errno: 11, count: failures)])])
        }
        let merged = profile(left, failures: 30).merged(with: profile(right, failures: 12))
        #expect(merged.calls == profile(both, failures: 42).calls)
    }

    @Test func `merging with an empty profile changes nothing`() {
        var random = SeededGenerator.fromEnvironment()
        let nothing = small(calls: [])
        for _ in 0..<20 {
            let profile = Profile.random(using: &random)
            #expect(Sums(profile.merged(with: nothing)) == Sums(profile))
            #expect(Sums(nothing.merged(with: profile)) == Sums(profile))
        }
    }

    private func small(
        calls: [CallProfile], entered: UInt64 = 0, processes: [ProcessProfile] = []
    ) -> Profile {
        let host = Host(
            kernelRelease: "6.1", kernelVersion: "#1", arch: "x86_64", bootID: "b", cpuModel: "CPU", microcode: "0x1",
            onlineCPUs: 1, clocksource: "tsc", mitigations: [:])
        return Profile(
            tool: "syslat 1", host: host, capture: CaptureSummary(startedAtNanoseconds: 1, durationNanoseconds: 2, scope: "all"),
            balance: Balance(entered: entered, completed: entered, inFlight: 0, neverReturned: 0, lostByCause: [:]),
            calls: calls, processes: processes, inFlight: [])
    }

    // MARK: Warnings

    private func call(count: UInt64, sum: UInt64, errors: UInt64 = 0) -> CallProfile {
        let distribution = LatencyHistogram(
            buckets: [.init(index: 100, count: count)], aboveRange: 0, sum: sum, min: 100, max: 100)
        return CallProfile(
            id: SyscallID(abi: .x86_64, number: 1), series: [Series(outcome: .ran, failed: errors > 0, distribution: distribution)],
            errnos: errors > 0 ? [ErrnoCount(errno: 2, count: errors)] : [])
    }

    private static let saturation = "Some counts or times exceed 2^64 and stop there: they are too low."

    @Test func `sums that do not fit 64 bits give one warning`() {
        let half = UInt64(1) << 63
        let full = [
            small(calls: [call(count: half, sum: 5)]), small(calls: [call(count: 1, sum: half)]), small(calls: [], entered: half),
            small(
                calls: [],
                processes: [
                    ProcessProfile(
                        pid: 1, comm: "p",
                        series: [
                            ProcessSeries(
                                id: SyscallID(abi: .x86_64, number: 1), outcome: .ran, failed: false, calls: 1,
                                totalNanoseconds: half)
                        ])
                ]),
        ]
        for profile in full {
            let sum = profile.merged(with: profile)
            #expect(sum.capture.warnings == [Self.saturation])
            #expect(sum.merged(with: sum).capture.warnings == [Self.saturation], "one warning is enough")
        }
        let fits = small(calls: [call(count: half - 1, sum: half - 1)], entered: half - 1)
        #expect(fits.merged(with: fits).capture.warnings.isEmpty)
    }

    @Test func `requests add up, and a profile that did not watch them gives a warning`() {
        func watched(_ submitted: UInt64) -> Profile {
            var profile = small(calls: [])
            profile.requests = Balance(
                entered: submitted, completed: submitted - 1, inFlight: 1, neverReturned: 0, lostByCause: [:])
            return profile
        }
        let both = watched(7).merged(with: watched(5))
        #expect(both.requests?.entered == 12 && both.requests?.completed == 10 && both.requests?.inFlight == 2)
        #expect(both.capture.warnings.isEmpty)
        for one in [watched(7).merged(with: small(calls: [])), small(calls: []).merged(with: watched(7))] {
            #expect(one.requests?.entered == 7)
            #expect(
                one.capture.warnings == ["Only some of the profiles watched requests to io_uring: their rows are from those alone."]
            )
        }
    }

    @Test func `profiles of different hosts give a warning`() {
        let one = small(calls: [])
        var other = one
        other.host.kernelRelease = "6.12"
        #expect(one.merged(with: one).capture.warnings.isEmpty)
        #expect(
            one.merged(with: other).capture.warnings
                == ["The profiles are of different hosts: 6.1 on CPU, and 6.12 on CPU. Their sum says little about either."])
        other = one
        other.host.cpuModel = "another CPU"
        #expect(one.merged(with: other).capture.warnings.count == 1)
    }
}
