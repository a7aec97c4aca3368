import LatencyHistogram
import Profile
import SyscallTable

/// The vDSO part of a profile, in every shape. As in a capture, no two entries are of the same calls.
extension VDSOProfile {
    static func random(using random: inout some RandomNumberGenerator) -> VDSOProfile {
        var functions: [VDSOFunction] = []
        for name in ["clock_gettime", "time", "getrandom"] where Bool.random(using: &random) {
            functions.append(.random(name: name, clock: name == "clock_gettime" ? .monotonic : nil, using: &random))
        }
        var entered: [VDSOEntry] = []
        for reason in EntryReason.all where Int.random(in: 0...2, using: &random) == 0 {
            let clock = [nil, ClockID.monotonic, .cpuClock, ClockID(rawValue: 42)].randomElement(using: &random)!
            entered.append(.random(clock: clock, reason: reason, using: &random))
        }
        let names = ["gettimeofday", "time", "getcpu"]
        let ticks: [VDSOTicks] = [
            .on(hertz: 97), .on(hertz: 997), .off, .unavailable("no counter \"1\""), .unavailable(""),
        ]
        return VDSOProfile(
            functions: functions, entered: entered,
            served: (0..<Int32.random(in: 0...4, using: &random)).map { .random(number: $0, using: &random) },
            vsyscalls: (0..<Int32.random(in: 0...3, using: &random)).map {
                VsyscallCount(
                    pid: $0 == 0 ? nil : $0, comm: "old", name: names[Int($0)], calls: .random(in: 1...1 << 50, using: &random))
            }, ticks: ticks.randomElement(using: &random)!)
    }
}

extension EntryReason {
    static let all: [EntryReason] = [
        .noVDSO, .bypass, .clockNotServed(.threadCPUTime), .clockNotServed(ClockID(rawValue: 42)), .clocksource("hpet"),
        .clocksource("a:b \"\u{1}"), .counterInvalid, .reseed, .rngFallback, .compat, .unexplained,
    ]
}

extension CallCost {
    static func random(using random: inout some RandomNumberGenerator) -> CallCost {
        let median = Double.random(in: 0...2000, using: &random)
        return CallCost(
            median: median, lowerQuartile: median * .random(in: 0...1, using: &random),
            upperQuartile: median + .random(in: 0...100, using: &random))
    }
}

extension VDSOFunction {
    static func random(name: String, clock: ClockID?, using random: inout some RandomNumberGenerator) -> VDSOFunction {
        VDSOFunction(
            name: name, clock: clock, isServed: [nil, true, false].randomElement(using: &random)!,
            vdso: Bool.random(using: &random) ? .random(using: &random) : nil,
            syscall: Bool.random(using: &random) ? .random(using: &random) : nil,
            kernelP50Nanoseconds: Bool.random(using: &random) ? .random(in: 0...900, using: &random) : nil)
    }
}

extension VDSOEntry {
    static func random(
        clock: ClockID?, reason: EntryReason, using random: inout some RandomNumberGenerator
    ) -> VDSOEntry {
        VDSOEntry(
            id: [SyscallID(abi: .x86_64, number: 228), SyscallID(abi: .ia32, number: 265)].randomElement(using: &random)!,
            clock: clock, reason: reason, distribution: .random(using: &random),
            processes: (0..<Int32.random(in: 0...4, using: &random)).map { pid in
                VDSOEntryProcess(
                    pid: pid == 0 ? nil : pid, comm: pid == 0 ? "" : "worker\u{1}\n",
                    calls: .random(in: 0...1 << 50, using: &random),
                    totalNanoseconds: .random(in: 0...1 << 60, using: &random),
                    callers: ["/usr/lib/libc.so.6", "", "\"\u{7f}🙂"].filter { _ in Bool.random(using: &random) }.map {
                        CallerFile(file: $0, calls: .random(in: 0...1 << 50, using: &random))
                    })
            })
    }
}

extension ServedEstimate {
    static func random(number: Int32, using random: inout some RandomNumberGenerator) -> ServedEstimate {
        let calls = UInt64.random(in: 1...1_000_000_000, using: &random)
        return ServedEstimate(
            pid: number == 0 ? nil : number, comm: "java", function: number == 1 ? "time" : "clock_gettime",
            samples: .random(in: 1...10_000, using: &random), calls: calls,
            callsLow: calls - .random(in: 0...calls, using: &random), callsHigh: calls + .random(in: 0...calls, using: &random))
    }
}
