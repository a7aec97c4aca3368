import LatencyHistogram
package import Profile
import SyscallTable

/// Profiles with a vDSO part.
extension Fixtures {
    private static func cost(_ median: Double, _ spread: Double) -> CallCost {
        CallCost(median: median, lowerQuartile: median - spread, upperQuartile: median + 2 * spread)
    }

    private static func clock(
        _ clock: ClockID, isServed: Bool? = true, _ vdso: Double, _ syscall: Double, _ kernel: UInt64?
    ) -> VDSOFunction {
        VDSOFunction(
            name: "clock_gettime", clock: clock, isServed: isServed, vdso: cost(vdso, vdso / 100),
            syscall: cost(syscall, syscall / 60), kernelP50Nanoseconds: kernel)
    }

    private static func function(_ name: String, _ vdso: Double, _ syscall: Double, _ kernel: UInt64?) -> VDSOFunction {
        VDSOFunction(
            name: name, isServed: true, vdso: cost(vdso, vdso / 80), syscall: cost(syscall, syscall / 60),
            kernelP50Nanoseconds: kernel)
    }

    /// The figures of a host with the clock source hpet, where nothing that needs the counter is served.
    package static let hpetFunctions: [VDSOFunction] = [
        clock(.realtime, isServed: false, 1_385, 1_372, 1_408), clock(.monotonic, isServed: false, 1_391, 1_378, 1_415),
        clock(.threadCPUTime, isServed: false, 437.5, 426, 466), clock(.realtimeCoarse, 5.47, 196, 233),
        clock(.monotonicCoarse, 5.52, 198, 236), function("gettimeofday", 24.1, 205, 241), function("time", 2.4, 148.6, 187),
        function("getcpu", 9.8, 144.2, 181), function("getrandom", 41.3, 655, 691),
    ]

    private static func entry(
        _ name: String, _ clock: ClockID? = nil, _ reason: EntryReason, count: Int, from base: UInt64, seed: UInt64,
        abi: ABI = .x86_64, shares: [(pid: Int32?, comm: String, calls: UInt64, callers: [CallerFile])]
    ) -> VDSOEntry {
        let distribution = latencies(count, from: base, tail: 3, seed: seed)
        return VDSOEntry(
            id: SyscallID(abi: abi, number: SyscallTable.number(named: name, abi: abi) ?? -1), clock: clock, reason: reason,
            distribution: distribution,
            processes: shares.map {
                VDSOEntryProcess(
                    pid: $0.pid, comm: $0.comm, calls: $0.calls,
                    totalNanoseconds: distribution.sum / distribution.count * $0.calls, callers: $0.callers)
            })
    }

    package static var vdso: VDSOProfile {
        let files = [
            CallerFile(file: "/opt/collector/lib/libmetrics-client.so.2", calls: 11_800), CallerFile(file: "", calls: 150),
        ]
        return VDSOProfile(
            functions: hpetFunctions,
            entered: [
                entry(
                    "clock_gettime", .monotonic, .clocksource("hpet"), count: 90_000, from: 1_300, seed: 31,
                    shares: [(4711, "java", 81_000, []), (1234, "nginx", 8_800, [])]),
                entry(
                    "clock_gettime", .threadCPUTime, .clockNotServed(.threadCPUTime), count: 20_000, from: 440, seed: 32,
                    shares: [(4711, "java", 20_000, [])]),
                entry(
                    "gettimeofday", nil, .bypass, count: 12_000, from: 230, seed: 33,
                    shares: [(812, "collector", 12_000, files)]),
                entry("time", nil, .noVDSO, count: 300, from: 180, seed: 34, shares: [(900, "sandbox", 300, [])]),
                entry("getrandom", nil, .reseed, count: 42, from: 700, seed: 35, shares: [(4711, "java", 42, [])]),
                entry(
                    "getrandom", nil, .bypass, count: 60, from: 680, seed: 36,
                    shares: [(4711, "java", 60, [CallerFile(file: "/usr/lib/x86_64-linux-gnu/libc.so.6", calls: 60)])]),
                entry(
                    "clock_gettime", .realtime, .compat, count: 700, from: 1_420, seed: 37, abi: .ia32,
                    shares: [(77, "wine", 650, []), (nil, "", 50, [])]),
            ],
            served: [
                ServedEstimate(
                    pid: 4711, comm: "java", function: "clock_gettime", samples: 1_480, calls: 26_812_345,
                    callsLow: 25_446_000, callsHigh: 28_178_000),
                ServedEstimate(
                    pid: 4711, comm: "java", function: "getrandom", samples: 37, calls: 89_600, callsLow: 60_700,
                    callsHigh: 118_500),
                ServedEstimate(
                    pid: 5, comm: "prometheus-node", function: "getcpu", samples: 2, calls: 20_500, callsLow: 0,
                    callsHigh: 48_900),
            ],
            vsyscalls: [
                VsyscallCount(pid: 66, comm: "centos6-app", name: "gettimeofday", calls: 1_204),
                VsyscallCount(pid: 66, comm: "centos6-app", name: "time", calls: 3),
            ], ticks: .on(hertz: 997))
    }

    package static let vdsoSymbols = ["clock_getres", "clock_gettime", "getcpu", "getrandom", "gettimeofday", "time"]

    /// A host whose clock source can't be read, with programs of every kind.
    package static var timekeeping: Profile {
        var profile = typical
        profile.host.clocksource = "hpet"
        profile.host.vdsoSymbols = vdsoSymbols
        profile.calls = Array(profile.calls.prefix(3))
        profile.balance = balance(of: profile.calls)
        profile.vdso = vdso
        return profile
    }

    /// A profile without estimates and costs.
    package static var unmeasured: Profile {
        var profile = timekeeping
        profile.vdso?.functions = []
        profile.vdso?.served = []
        profile.vdso?.ticks = .unavailable("perf_event_open: permission denied; set kernel.perf_event_paranoid to 1.")
        return profile
    }

    /// Names and figures as large and as nasty as they come.
    package static var vastVDSO: Profile {
        var profile = wide
        let names = profile.processes.map(\.comm)
        let enormous = LatencyHistogram(
            buckets: [.init(index: 0, count: .max)], aboveRange: 0, sum: .max, min: 0, max: .max)
        profile.vdso = VDSOProfile(
            functions: hpetFunctions,
            entered: [EntryReason.clocksource("\u{1b}[2J界" + String(repeating: "x", count: 90)), .bypass].map { reason in
                VDSOEntry(
                    id: .native(228), clock: .processCPUTime, reason: reason, distribution: enormous,
                    processes: names.map { name in
                        VDSOEntryProcess(
                            pid: .max, comm: name, calls: .max, totalNanoseconds: .max,
                            callers: names.map { CallerFile(file: "/\($0)/\($0)", calls: .max / 2) })
                    })
            },
            served: names.map {
                ServedEstimate(
                    pid: .max, comm: $0, function: "\u{1b}[1m" + $0, samples: .max, calls: .max, callsLow: 0, callsHigh: .max)
            },
            vsyscalls: names.map { VsyscallCount(pid: .min, comm: $0, name: $0, calls: .max) }, ticks: .on(hertz: .max))
        return profile
    }
}
