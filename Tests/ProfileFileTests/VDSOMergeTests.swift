import SaturatingMath
import LatencyHistogram
import Profile
import SyscallTable
import TestSupport
import Testing

/// Adding up the vDSO parts of several profiles, in any order.
@Suite struct VDSOMergeTests {
    /// The values without the order of equal rows, and without the intervals, which are rounded.
    private struct Sums: Equatable {
        var functions: Set<VDSOFunction>
        var entered: Set<VDSOEntry>
        var processes: [Set<VDSOEntryProcess>]
        var served: Set<ServedEstimate>
        var vsyscalls: Set<VsyscallCount>
        var ticks: VDSOTicks

        init(_ profile: VDSOProfile) {
            functions = Set(profile.functions)
            processes = profile.entered.map { entry in
                Set(
                    entry.processes.map { process in
                        var process = process
                        process.callers.sort { $0.file < $1.file }
                        return process
                    })
            }
            entered = Set(
                profile.entered.map { entry in
                    var entry = entry
                    entry.processes = []
                    return entry
                })
            served = Set(
                profile.served.map { estimate in
                    var estimate = estimate
                    (estimate.callsLow, estimate.callsHigh) = (0, 0)
                    return estimate
                })
            vsyscalls = Set(profile.vsyscalls)
            ticks = profile.ticks
        }
    }

    private func profiles(_ count: Int, _ random: inout SeededGenerator) -> [VDSOProfile] {
        (0..<count).map { _ in VDSOProfile.random(using: &random) }
    }

    @Test func `the order of profiles does not matter`() {
        var random = SeededGenerator.fromEnvironment()
        for _ in 0..<200 {
            let all = profiles(3, &random)
            #expect(Sums(all[0].merged(with: all[1])) == Sums(all[1].merged(with: all[0])))
            let left = all[0].merged(with: all[1]).merged(with: all[2])
            let right = all[0].merged(with: all[1].merged(with: all[2]))
            #expect(Sums(left) == Sums(right))
            for estimate in left.served {
                let same = right.served.first {
                    $0.pid == estimate.pid && $0.comm == estimate.comm && $0.function == estimate.function
                }
                // Each step rounds to whole calls.
                #expect(distance(same?.callsLow, estimate.callsLow) <= 2 && distance(same?.callsHigh, estimate.callsHigh) <= 2)
            }
        }
    }

    private func distance(_ one: UInt64?, _ other: UInt64) -> UInt64 {
        one.map { max($0, other) - min($0, other) } ?? .max
    }

    @Test func `merging with an empty vDSO part changes nothing`() {
        var random = SeededGenerator.fromEnvironment()
        let nothing = VDSOProfile(functions: [], entered: [], served: [], vsyscalls: [], ticks: .off)
        for _ in 0..<50 {
            let profile = VDSOProfile.random(using: &random)
            #expect(Sums(profile.merged(with: nothing)) == Sums(profile))
            #expect(Sums(nothing.merged(with: profile)) == Sums(profile))
        }
    }

    @Test func `calls add up by entry, process and caller`() throws {
        var random = SeededGenerator.fromEnvironment()
        var profile = VDSOProfile.random(using: &random)
        while profile.vsyscalls.isEmpty || !profile.entered.contains(where: { !$0.processes.isEmpty }) {
            profile = VDSOProfile.random(using: &random)
        }
        let twice = profile.merged(with: profile)
        #expect(twice.entered.count == profile.entered.count && twice.functions == profile.functions)
        #expect(twice.vsyscalls.count == profile.vsyscalls.count)
        for (sum, one) in zip(twice.vsyscalls, profile.vsyscalls) { #expect(sum.calls == 2 * one.calls) }
        for entry in profile.entered {
            let sum = try #require(
                twice.entered.first { $0.id == entry.id && $0.clock == entry.clock && $0.reason == entry.reason })
            #expect(sum.distribution.count == entry.distribution.count.addingSaturating(entry.distribution.count))
            #expect(sum.processes.count == entry.processes.count)
            for (sum, one) in zip(sum.processes, entry.processes) {
                #expect(sum.calls == 2 * one.calls && sum.totalNanoseconds == 2 * one.totalNanoseconds)
                #expect(sum.callers.map(\.calls) == one.callers.map { 2 * $0.calls })
            }
        }
    }

    @Test func `the widths of intervals add up as squares`() {
        func estimate(_ calls: UInt64, _ low: UInt64, _ high: UInt64) -> ServedEstimate {
            ServedEstimate(pid: 1, comm: "a", function: "time", samples: 9, calls: calls, callsLow: low, callsHigh: high)
        }
        #expect(estimate(1000, 997, 1030).merged(with: estimate(500, 496, 540)) == twice(estimate(1500, 1495, 1550)))
        #expect(estimate(.max, 0, .max).merged(with: estimate(.max, 0, .max)).callsLow == 0, "no trap")
        #expect(estimate(5, 9, 2).merged(with: estimate(5, 9, 2)) == twice(estimate(10, 10, 10)), "no trap")
    }

    private func twice(_ estimate: ServedEstimate) -> ServedEstimate {
        var estimate = estimate
        estimate.samples *= 2
        return estimate
    }

    @Test func `the measurement that says more is kept`() {
        func measured(_ function: VDSOFunction) -> VDSOProfile {
            VDSOProfile(functions: [function], entered: [], served: [], vsyscalls: [], ticks: .off)
        }
        func cost(_ median: Double) -> CallCost { CallCost(median: median, lowerQuartile: 1, upperQuartile: 900) }
        let slow = VDSOFunction(name: "time", isServed: true, vdso: cost(3), syscall: cost(210), kernelP50Nanoseconds: 250)
        let fast = VDSOFunction(name: "time", isServed: true, vdso: cost(4), syscall: cost(200), kernelP50Nanoseconds: 240)
        let untraced = VDSOFunction(name: "time", vdso: cost(1), syscall: cost(100))
        let entering = VDSOFunction(name: "time", isServed: false, vdso: cost(300), syscall: cost(300))
        #expect(measured(slow).merged(with: measured(fast)).functions == [fast])
        #expect(measured(untraced).merged(with: measured(slow)).functions == [slow])
        #expect(measured(fast).merged(with: measured(entering)).functions == [entering])
    }

    // MARK: In profiles

    private func profile(_ vdso: VDSOProfile?, cpuModel: String = "CPU") -> Profile {
        let host = Host(
            kernelRelease: "6.1", kernelVersion: "#1", arch: "x86_64", bootID: "b", cpuModel: cpuModel, microcode: "0x1",
            onlineCPUs: 1, clocksource: "tsc", mitigations: [:])
        return Profile(
            tool: "syslat 1", host: host, capture: CaptureSummary(startedAtNanoseconds: 1, durationNanoseconds: 2, scope: "all"),
            balance: Balance(entered: 0, completed: 0, inFlight: 0, neverReturned: 0, lostByCause: [:]), calls: [],
            processes: [], inFlight: [], vdso: vdso)
    }

    private func vdso(served: Bool = true, ticks: VDSOTicks = .off, calls: UInt64 = 1) -> VDSOProfile {
        VDSOProfile(
            functions: [VDSOFunction(name: "time", isServed: served)], entered: [], served: [],
            vsyscalls: [VsyscallCount(pid: 1, comm: "a", name: "time", calls: calls)], ticks: ticks)
    }

    @Test func `the only vDSO part is kept, with a warning`() {
        let (one, none) = (profile(vdso()), profile(nil))
        #expect(one.merged(with: none).vdso == vdso() && none.merged(with: one).vdso == vdso())
        #expect(none.merged(with: none).vdso == nil && none.merged(with: none).capture.warnings.isEmpty)
        #expect(
            one.merged(with: none).capture.warnings
                == ["Only some of the profiles say something about the vDSO: what is said about it is from those alone."])
        #expect(one.merged(with: one).capture.warnings.isEmpty)
    }

    @Test func `vDSO parts that differ give a warning`() {
        let one = profile(vdso())
        let warnings = [
            (profile(vdso(served: false)), "The vDSO did not serve the same calls in all of the profiles"),
            (profile(vdso(ticks: .on(hertz: 97))), "Only some of the profiles estimated the calls that the vDSO served"),
            (profile(vdso(calls: .max)), "Some counts or times exceed 2^64"),
        ]
        for (other, warning) in warnings {
            let sum = one.merged(with: other)
            #expect(sum.capture.warnings.count == 1 && sum.capture.warnings[0].hasPrefix(warning))
            #expect(sum.merged(with: other).capture.warnings.count <= 2)
        }
        let rates = profile(vdso(ticks: .on(hertz: 97))).merged(with: profile(vdso(ticks: .on(hertz: 997))))
        #expect(rates.vdso?.ticks == .on(hertz: 97))
        #expect(rates.capture.warnings == ["The profiles took vDSO ticks at different rates."])
    }

    @Test func `costs of different hosts are dropped`() {
        let sum = profile(vdso()).merged(with: profile(vdso(), cpuModel: "another CPU"))
        #expect(sum.vdso?.functions == [] && sum.vdso?.vsyscalls.first?.calls == 2)
    }
}
