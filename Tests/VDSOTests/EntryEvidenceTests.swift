import Profile
import SyscallTable
import Testing
import VDSO

@Suite struct ClockServiceTests {
    @Test func `every named clock has its service of the vDSO`() {
        let counter: Set<ClockID> = [.realtime, .monotonic, .monotonicRaw, .boottime, .tai]
        let coarse: Set<ClockID> = [.realtimeCoarse, .monotonicCoarse]
        for clock in ClockID.named + [ClockID(rawValue: 10), ClockID(rawValue: 99)] {
            let expected: VDSOService = counter.contains(clock) ? .counter : coarse.contains(clock) ? .coarse : .never
            #expect(clock.vdsoService == expected, "\(clock.name)")
        }
    }
}

@Suite struct CallableFunctionTests {
    @Test func `every function that the vDSO can serve can be called`() {
        let callable = Set(VDSOCall.Function.allCases.map(\.rawValue))
        #expect(callable == Set(ServableFunction.allCases.map(\.rawValue)).union(["getppid"]))
    }
}

/// Each row of the table of evidence.
@Suite struct EntryEvidenceTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var evidence: EntryEvidence
        var call: String
        var clock: ClockID?
        var clocksource: String
        var reason: String

        init(
            _ evidence: EntryEvidence, _ call: String, _ clock: ClockID? = nil, on clocksource: String = "tsc",
            is reason: String
        ) {
            self.evidence = evidence
            self.call = call
            self.clock = clock
            self.clocksource = clocksource
            self.reason = reason
        }

        var testDescription: String { "\(evidence) \(call) \(clock?.name ?? "") \(clocksource)" }
    }

    static let rows: [Row] = [
        // The vDSO ran and gave up, for a clock that reads the counter.
        Row(.inside, "clock_gettime", .monotonic, on: "hpet", is: "clocksource:hpet"),
        Row(.inside, "clock_gettime", .realtime, on: "acpi_pm", is: "clocksource:acpi_pm"),
        Row(.inside, "clock_gettime", .tai, on: "jiffies", is: "clocksource:jiffies"),
        Row(.inside, "clock_gettime", .monotonicRaw, on: "refined-jiffies", is: "clocksource:refined-jiffies"),
        Row(.inside, "clock_gettime", .boottime, on: "hyperv_clocksource_msr", is: "clocksource:hyperv_clocksource_msr"),
        Row(.inside, "clock_gettime64", .monotonic, on: "hpet", is: "clocksource:hpet"),
        Row(.inside, "gettimeofday", on: "hpet", is: "clocksource:hpet"),
        Row(.inside, "clock_gettime", .monotonic, on: "tsc", is: "counter-invalid"),
        Row(.inside, "clock_gettime", .boottime, on: "tsc-early", is: "counter-invalid"),
        Row(.inside, "clock_gettime", .monotonic, on: "kvm-clock", is: "counter-invalid"),
        Row(.inside, "clock_gettime", .tai, on: "hyperv_clocksource_tsc_page", is: "counter-invalid"),
        Row(.inside, "clock_gettime", .realtime, on: "xen", is: "counter-invalid"),
        Row(.inside, "clock_gettime", .monotonicRaw, on: "arch_sys_counter", is: "counter-invalid"),
        Row(.inside, "clock_gettime", .monotonic, on: "riscv_clocksource", is: "counter-invalid"),
        Row(.inside, "gettimeofday", is: "counter-invalid"),
        Row(.inside, "clock_gettime", .monotonic, on: "", is: "unknown"),
        Row(.inside, "gettimeofday", on: "", is: "unknown"),
        // Clocks that it never serves, whatever the clock source.
        Row(.inside, "clock_gettime", .processCPUTime, is: "clock-not-served:PROCESS_CPUTIME"),
        Row(.inside, "clock_gettime", .threadCPUTime, on: "hpet", is: "clock-not-served:THREAD_CPUTIME"),
        Row(.inside, "clock_gettime", .realtimeAlarm, is: "clock-not-served:REALTIME_ALARM"),
        Row(.inside, "clock_gettime", .boottimeAlarm, is: "clock-not-served:BOOTTIME_ALARM"),
        Row(.inside, "clock_gettime", .cpuClock, is: "clock-not-served:CPUCLOCK"),
        Row(.inside, "clock_gettime", .dynamic, is: "clock-not-served:DYNAMIC"),
        Row(.inside, "clock_gettime", ClockID(rawValue: 10), is: "clock-not-served:CLOCK_10"),
        Row(.inside, "clock_gettime", ClockID(rawValue: 16), is: "clock-not-served:AUX0"),
        Row(.inside, "clock_gettime64", .threadCPUTime, is: "clock-not-served:THREAD_CPUTIME"),
        Row(.inside, "clock_getres", .threadCPUTime, is: "clock-not-served:THREAD_CPUTIME"),
        Row(.inside, "clock_getres_time64", .cpuClock, is: "clock-not-served:CPUCLOCK"),
        // A call that needs no counter lacks nothing if the counter can't be read.
        Row(.inside, "clock_gettime", .monotonicCoarse, on: "hpet", is: "unknown"),
        Row(.inside, "clock_gettime", .realtimeCoarse, is: "unknown"),
        Row(.inside, "clock_getres", .monotonic, on: "hpet", is: "unknown"),
        Row(.inside, "clock_getres", .realtimeCoarse, is: "unknown"),
        Row(.inside, "time", on: "hpet", is: "unknown"),
        Row(.inside, "getcpu", is: "unknown"),
        Row(.inside, "clock_gettime", is: "unknown"),
        Row(.inside, "clock_getres", is: "unknown"),
        Row(.inside, "futex", is: "unknown"),
        // Random numbers.
        Row(.insideReseed, "getrandom", is: "reseed"),
        Row(.inside, "getrandom", on: "hpet", is: "rng-fallback"),
        Row(.insideReseed, "clock_gettime", .monotonic, on: "hpet", is: "clocksource:hpet"),
        // Reasons that the place of the call alone gives.
        Row(.outside, "clock_gettime", .monotonic, on: "hpet", is: "bypass"),
        Row(.outside, "clock_gettime", .threadCPUTime, is: "bypass"),
        Row(.outside, "getrandom", is: "bypass"),
        Row(.noVDSO, "clock_gettime", .monotonic, on: "hpet", is: "no-vdso"),
        Row(.noVDSO, "time", is: "no-vdso"),
        Row(.compat, "clock_gettime64", .monotonic, on: "hpet", is: "unknown(compat)"),
        Row(.compat, "time", is: "unknown(compat)"),
        Row(.compat, "clock_gettime", .processCPUTime, is: "clock-not-served:PROCESS_CPUTIME"),
        Row(.compat, "clock_gettime64", .threadCPUTime, on: "hpet", is: "clock-not-served:THREAD_CPUTIME"),
        Row(.compat, "clock_getres", .cpuClock, is: "clock-not-served:CPUCLOCK"),
    ]

    @Test(arguments: rows) func `evidence, clock and clock source give the reason`(row: Row) throws {
        let reason = EntryReason(
            evidence: row.evidence, function: try #require(function(of: row.call)), clock: row.clock, clocksource: row.clocksource)
        #expect(reason.name == row.reason)
    }

    /// The function of a call, as the table has it; nil if there is no such call.
    private func function(of call: String) -> ServableFunction?? {
        // Only 32-bit programs have calls with 64-bit times.
        let abi: ABI = call.hasSuffix("64") ? .ia32 : .x86_64
        return SyscallTable.number(named: call, abi: abi).map { ServableFunction(SyscallID(abi: abi, number: $0)) }
    }

    @Test func `every reason can be written and read back`() {
        for evidence in EntryEvidence.allCases {
            for function in ServableFunction.allCases.map(Optional.some) + [nil] {
                for clock in ClockID.named.map(Optional.some) + [nil] {
                    for source in ["tsc", "hpet", ""] {
                        let reason = EntryReason(evidence: evidence, function: function, clock: clock, clocksource: source)
                        #expect(EntryReason(name: reason.name) == reason)
                    }
                }
            }
        }
    }
}
