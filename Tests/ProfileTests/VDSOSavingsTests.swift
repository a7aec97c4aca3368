import LatencyHistogram
import Profile
import SyscallTable
import Testing

@Suite struct VDSOSavingsTests {
    private static let clockGettime = SyscallID(abi: .x86_64, number: 228)

    private func cost(_ median: Double) -> CallCost { CallCost(median: median, lowerQuartile: median, upperQuartile: median) }

    private func served(_ name: String, _ clock: ClockID?, _ vdso: Double, syscall: Double, kernel: UInt64?) -> VDSOFunction {
        VDSOFunction(
            name: name, clock: clock, isServed: true, vdso: cost(vdso), syscall: cost(syscall), kernelP50Nanoseconds: kernel)
    }

    private func entry(_ reason: EntryReason, clock: ClockID? = .monotonic, calls: UInt64 = 1_000_000, each: UInt64 = 400)
        -> VDSOEntry
    {
        let index = BucketScheme.index(of: each)
        let distribution = LatencyHistogram(
            buckets: [.init(index: index, count: calls)], aboveRange: 0, sum: calls * each, min: each, max: each)
        return VDSOEntry(
            id: Self.clockGettime, clock: clock, reason: reason, distribution: distribution,
            processes: [VDSOEntryProcess(pid: 1, comm: "a", calls: calls / 4, totalNanoseconds: calls / 4 * each)])
    }

    private func capture(seconds: UInt64 = 10, floor: UInt64? = 170) -> CaptureSummary {
        CaptureSummary(
            startedAtNanoseconds: 0, durationNanoseconds: seconds * 1_000_000_000, scope: "", probeFloorNanoseconds: floor)
    }

    private func profile(_ functions: [VDSOFunction], _ entry: VDSOEntry) -> VDSOProfile {
        VDSOProfile(functions: functions, entered: [entry], served: [], vsyscalls: [], ticks: .off)
    }

    // MARK: The boundary

    @Test func `the boundary is what the tracepoints don't see`() {
        let function = served("clock_gettime", .monotonic, 25, syscall: 200, kernel: 240)
        #expect(function.boundaryNanoseconds(probeFloor: 170) == 130)
        #expect(function.ratio == 8)
    }

    @Test func `a call below the probe floor is boundary alone`() {
        #expect(served("time", nil, 2, syscall: 140, kernel: 168).boundaryNanoseconds(probeFloor: 170) == 140)
    }

    @Test func `missing or contradictory parts give no boundary and no ratio`() {
        let whole = served("clock_gettime", .monotonic, 25, syscall: 200, kernel: 240)
        #expect(whole.boundaryNanoseconds(probeFloor: nil) == nil)
        #expect(served("time", nil, 2, syscall: 140, kernel: nil).boundaryNanoseconds(probeFloor: 170) == nil)
        #expect(served("time", nil, 2, syscall: 140, kernel: 900).boundaryNanoseconds(probeFloor: 170) == nil)
        #expect(VDSOFunction(name: "time", vdso: cost(2), kernelP50Nanoseconds: 1).boundaryNanoseconds(probeFloor: 1) == nil)
        #expect(VDSOFunction(name: "time", vdso: cost(2)).ratio == nil)
        #expect(served("time", nil, 0, syscall: 140, kernel: nil).ratio == nil)
    }

    // MARK: Savings

    @Test func `serving a call saves its kernel time and its boundary`() throws {
        let functions = [
            served("clock_gettime", .realtime, 24, syscall: 205, kernel: 245),
            served("clock_gettime", .monotonic, 25, syscall: 200, kernel: 240),
        ]
        let entry = entry(.bypass)
        let profile = profile(functions, entry)
        let savings = try #require(profile.savings(of: entry, in: capture()))
        // In a million calls: 400 between the tracepoints, less 170 of tracing, and 130 outside, less 25; in ten seconds.
        #expect(
            savings == VDSOSavings(nanosecondsPerSecond: (400 - 170 + 130 - 25) * 1e6 / 10, isUpperBound: false, calls: 1_000_000))
        let share = try #require(profile.savings(of: entry.processes[0], in: entry, capture()))
        #expect(share.nanosecondsPerSecond == savings.nanosecondsPerSecond / 4)
    }

    @Test func `a clock that can't be served here costs at least a coarse one`() throws {
        var monotonic = served("clock_gettime", .monotonic, 900, syscall: 900, kernel: 940)
        monotonic.isServed = false
        let coarse = served("clock_gettime", .monotonicCoarse, 5, syscall: 200, kernel: 240)
        let entry = entry(.clocksource("hpet"), each: 940)
        let expected = VDSOSavings(nanosecondsPerSecond: (940 - 170 + 130 - 5) * 1e5, isUpperBound: true, calls: 1_000_000)
        #expect(profile([monotonic, coarse], entry).savings(of: entry, in: capture()) == expected)
        let unknown = profile([monotonic], entry).savings(of: entry, in: capture())
        #expect(unknown == VDSOSavings(nanosecondsPerSecond: (940 - 170 + 130) * 1e5, isUpperBound: true, calls: 1_000_000))
    }

    @Test func `the boundary of another function gives an upper bound`() throws {
        let entry = entry(.bypass)
        let other = served("time", nil, 2, syscall: 150, kernel: 180)
        let savings = try #require(profile([other], entry).savings(of: entry, in: capture()))
        #expect(savings == VDSOSavings(nanosecondsPerSecond: (400 - 170 + 140) * 1e5, isUpperBound: true, calls: 1_000_000))
    }

    @Test func `savings are never less than nothing`() throws {
        let entry = entry(.bypass, each: 30)
        let function = served("clock_gettime", .monotonic, 25, syscall: 100, kernel: 200)
        #expect(profile([function], entry).savings(of: entry, in: capture())?.nanosecondsPerSecond == 0)
    }

    @Test func `there are no savings without figures or a cure`() {
        let function = served("clock_gettime", .monotonic, 25, syscall: 200, kernel: 240)
        let curable = entry(.bypass)
        #expect(profile([function], curable).savings(of: curable, in: capture(floor: nil)) == nil)
        #expect(profile([function], curable).savings(of: curable, in: capture(seconds: 0)) == nil)
        #expect(profile([], curable).savings(of: curable, in: capture()) == nil)
        for reason in [EntryReason.noVDSO, .counterInvalid, .reseed, .rngFallback, .compat, .unexplained] {
            let entry = entry(reason)
            #expect(profile([function], entry).savings(of: entry, in: capture()) == nil, "\(reason.name)")
        }
    }

    @Test func `a bypass that the vDSO would not serve is not curable`() {
        let clock = VDSOFunction(
            name: "clock_gettime", clock: .threadCPUTime, isServed: false, vdso: cost(430), syscall: cost(426),
            kernelP50Nanoseconds: 466)
        let entry = entry(.bypass, clock: .threadCPUTime)
        let profile = profile([clock], entry)
        #expect(!profile.isCurable(entry) && profile.savings(of: entry, in: capture()) == nil)
    }

    @Test func `clock_gettime64 of ia32 is served by clock_gettime`() throws {
        let number = try #require(SyscallTable.number(named: "clock_gettime64", abi: .ia32))
        let entry = VDSOEntry(
            id: SyscallID(abi: .ia32, number: number), clock: .realtime, reason: .compat, distribution: LatencyHistogram(),
            processes: [])
        #expect(entry.function == "clock_gettime")
    }

    /// The time of such calls is subtracted from that of served calls, so others must not be among them.
    @Test func `only calls that ran in the 64-bit vDSO are fallbacks`() {
        let fallbacks: [EntryReason] = [
            .clockNotServed(ClockID(rawValue: 2)), .clocksource("hpet"), .counterInvalid, .reseed, .rngFallback, .unexplained,
        ]
        for reason in fallbacks { #expect(reason.isFallback, "\(reason)") }
        for reason in [EntryReason.noVDSO, .bypass, .compat] { #expect(!reason.isFallback, "\(reason)") }
    }
}
