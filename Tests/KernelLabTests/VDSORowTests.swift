import CaptureSupport
import KernelLab
import KernelLabSupport
import Testing

/// What the vDSO serves, and why it doesn't serve the rest, on kernels booted in different ways: counts and reasons, no times.
@Suite(.serialized, .requiresKernels)
struct VDSORowTests {
    /// A command line of the kernel.
    enum Row: String, CaseIterable, Sendable {
        case tsc, hpet, acpi_pm
        case noVDSO = "vdso=0"
        case unstableTSC = "tsc=unstable"

        /// Emulated machines start with one clock source or another, so the expected one is fixed.
        var arguments: [String] {
            switch self {
            // Debian's kernels have no vsyscall page unless they are told to.
            case .tsc: ["clocksource=tsc", "tsc=reliable", "vsyscall=xonly"]
            case .hpet, .acpi_pm: ["clocksource=\(rawValue)"]
            case .noVDSO: [rawValue, "clocksource=tsc", "tsc=reliable"]
            case .unstableTSC: [rawValue]
            }
        }

        /// The other rows test only enough clocks to show how they differ from the first, in half the time.
        var clocks: [String] { self == .tsc ? [] : ["REALTIME", "MONOTONIC_RAW", "MONOTONIC_COARSE", "THREAD_CPUTIME"] }
    }

    // MARK: The program

    private static let clocks = [
        "realtime", "monotonic", "monotonic-raw", "boottime", "tai", "realtime-coarse", "monotonic-coarse", "thread-cputime",
    ]
    /// The clocks whose counter the vDSO has to read.
    private static let counted = ["REALTIME", "MONOTONIC", "MONOTONIC_RAW", "BOOTTIME", "TAI"]

    private static func steps(_ kernel: DebianKernel, _ row: Row) -> [String] {
        var steps = clocks.map { "\($0):300" } + ["bypass:200", "served:100", "random-bypass:50"]
        if kernel.hasRandomInVDSO && row != .noVDSO { steps.append("getrandom:400") }
        if row == .tsc { steps.append("vsyscall:30") }
        return steps
    }

    /// What enters the kernel: call, clock and reason, and how often.
    /// - Parameter clocksource: the one in force.
    private static func expected(_ row: Row, clocksource: String) -> [String: UInt64] {
        let never: [String: UInt64] = [
            "clock_gettime THREAD_CPUTIME clock-not-served:THREAD_CPUTIME": 300, "clock_gettime MONOTONIC bypass": 200,
        ]
        switch row {
        case .tsc: return never
        case .noVDSO:
            return [
                "clock_gettime REALTIME no-vdso": 300, "clock_gettime MONOTONIC no-vdso": 600,
                "clock_gettime MONOTONIC_RAW no-vdso": 300,
                "clock_gettime BOOTTIME no-vdso": 300, "clock_gettime TAI no-vdso": 300,
                "clock_gettime REALTIME_COARSE no-vdso": 400,
                "clock_gettime MONOTONIC_COARSE no-vdso": 300, "clock_gettime THREAD_CPUTIME no-vdso": 300,
                "clock_getres MONOTONIC no-vdso": 100, "gettimeofday no-vdso": 100, "time no-vdso": 100, "getcpu no-vdso": 100,
            ]
        case .hpet, .acpi_pm, .unstableTSC:
            var counts = never
            for clock in counted {
                counts["clock_gettime \(clock) clocksource:\(clocksource)"] = clock == "MONOTONIC" ? 400 : 300
            }
            counts["gettimeofday clocksource:\(clocksource)"] = 100
            return counts
        }
    }

    // MARK: The rows

    /// One required kernel with all rows, the other with a good clock source and a bad one unless all are tried, and the newest with the rows that
    /// its own functions matter for.
    private static let boots: [(DebianKernel, Row)] =
        Row.allCases.map { (.linux6_12, $0) }
        + (DebianKernel.triesAll ? Row.allCases : [.tsc, .unstableTSC]).map { (.standard, $0) }
        + (DebianKernel.reachable.contains(.newest) ? [(.newest, .tsc), (.newest, .noVDSO)] : [])

    /// Functions that stand for no system call.
    private static let others: Set = ["sgx_enter_enclave", "futex_robust_list64_try_unlock", "futex_robust_list32_try_unlock"]

    @Test(arguments: boots)
    func `reasons and served calls fit the way the kernel was booted`(_ kernel: DebianKernel, _ row: Row) throws {
        let files = [GuestFile("/vdso_calls", .copy(of: try Fixture("vdso_calls.static").path))]
        var jobs = [
            GuestJob(["/syslat", "vdso", "--format", "json"] + row.clocks.flatMap { ["--clock", $0] }, name: "vdso"),
            GuestJob(["/syslat", "profile", "--format", "json", "--", "/vdso_calls"] + Self.steps(kernel, row), name: "profile"),
        ]
        if row == .noVDSO { jobs.append(GuestJob(["/syslat", "vdso"], name: "text")) }
        let run = try kernel.boot(jobs, files: files, kernelArguments: row.arguments)
        for result in run.results {
            try #require(result.isSuccess, "\(result.name): \(result.endingText): \(result.errorText)")
            #expect(result.errorText == "")
        }
        try check(SelfTestReport(json: run.results[0].outputText), kernel, row)
        try check(Report(json: run.results[1].outputText), kernel, row)
        if let text = run["text"]?.outputText {
            #expect(text.contains("vDSO: none. The kernel maps no vDSO into programs"), "\(text)")
            #expect(text.contains("\nSYSCALL is what ") && !text.contains("SERVED"), "\(text)")
        }
    }

    private func check(_ report: Report, _ kernel: DebianKernel, _ row: Row) throws {
        let vdso = try #require(report.vdso)
        var entered: [String: UInt64] = [:]
        for call in vdso.entered {
            entered[[call.name, call.clock, call.reason].compactMap { $0 }.joined(separator: " "), default: 0] += call.calls
        }
        expectRandom(&entered, report, kernel, row)
        #expect(entered == Self.expected(row, clocksource: report.host.clocksource))
        // All other calls were served: the table of calls has no more.
        for name in ["clock_gettime", "clock_getres", "gettimeofday", "time", "getcpu"] {
            #expect(report.calls(name) == vdso.entered.filter { $0.name == name }.reduce(0) { $0 + $1.calls }, "\(name)")
        }
        #expect(vdso.vsyscalls.map { "\($0.abi):\($0.name) \($0.calls)" } == (row == .tsc ? ["vsyscall:gettimeofday 30"] : []))
        for call in vdso.entered {
            // A bypass is curable only if the vDSO would serve the call.
            let wouldAnswer = row == .tsc || call.name == "getrandom"
            let isCurable = call.reason.hasPrefix("clocksource:") || (call.reason == "bypass" && wouldAnswer)
            #expect(call.curable == isCurable, "\(call)")
        }
        expectClocksource(report.host.clocksource, row)
        #expect(report.host.vdso_symbols.contains("__vdso_getrandom") == (kernel.hasRandomInVDSO && row != .noVDSO))
        #expect(vdso.functions.contains { $0.name == "getrandom" } == (kernel.hasRandomInVDSO && row != .noVDSO))
        report.expectNothingLost()
    }

    /// The program makes fifty of the calls, and the C library a few.
    private func expectRandom(_ entered: inout [String: UInt64], _ report: Report, _ kernel: DebianKernel, _ row: Row) {
        let keys = entered.removeValue(forKey: "getrandom reseed")
        let direct = entered.removeValue(forKey: row == .noVDSO ? "getrandom no-vdso" : "getrandom bypass")
        if row == .noVDSO || kernel.hasRandomInVDSO {
            #expect((50...55).contains(direct ?? 0), "\(direct ?? 0)")
        } else {
            // Without a function in the vDSO, no call can bypass it.
            #expect(direct == nil)
        }
        if row != .noVDSO && kernel.hasRandomInVDSO { #expect((1...5).contains(keys ?? 0)) } else { #expect(keys == nil) }
        #expect((50...60).contains(report.calls("getrandom")))
    }

    private func check(_ report: SelfTestReport, _ kernel: DebianKernel, _ row: Row) throws {
        expectClocksource(report.host.clocksource, row)
        #expect(report.vsyscall_mode == (row == .tsc ? "xonly" : "none"))
        guard row != .noVDSO else {
            #expect(report.image == nil && report.functions.isEmpty && report.host.vdso_symbols.isEmpty)
            return
        }
        let names = Set(try #require(report.image).symbols.map(\.name))
        let old: Set = ["clock_gettime", "clock_getres", "gettimeofday", "time", "getcpu"]
        #expect(names.subtracting(Self.others) == (kernel.hasRandomInVDSO ? old.union(["getrandom"]) : old))
        let (served, entered) = Self.expectedCalls(kernel, row)
        // Alarm clocks fail on machines without a real-time clock.
        func known(_ calls: Set<String>) -> Set<String> { calls.filter { !$0.hasSuffix("_ALARM") } }
        #expect(known(report.calls(served: true)) == served)
        #expect(known(report.calls(served: false)) == entered)
        #expect(report.calls(served: true).allSatisfy { !$0.hasSuffix("_ALARM") })
    }

    /// What the self-test has to find.
    private static func expectedCalls(_ kernel: DebianKernel, _ row: Row) -> (served: Set<String>, entered: Set<String>) {
        let coarse = ["REALTIME_COARSE", "MONOTONIC_COARSE"]
        let counter = Set(counted.map { "clock_gettime \($0)" } + ["gettimeofday"])
        let always = Set(
            coarse.map { "clock_gettime \($0)" } + (counted + coarse).map { "clock_getres \($0)" } + ["time", "getcpu"]
                + (kernel.hasRandomInVDSO ? ["getrandom"] : []))
        let never = Set(
            ["clock_gettime", "clock_getres"].flatMap { name in
                ["PROCESS_CPUTIME", "THREAD_CPUTIME", "CPUCLOCK"].map { "\(name) \($0)" }
            })
        guard row != .tsc else { return (always.union(counter), never) }
        func tested(_ calls: Set<String>) -> Set<String> {
            calls.filter { call in row.clocks.contains { call.hasSuffix(" \($0)") } }
        }
        return (tested(always), tested(counter.union(never)))
    }

    private func expectClocksource(_ clocksource: String, _ row: Row) {
        switch row {
        case .tsc, .noVDSO: #expect(clocksource == "tsc")
        case .hpet, .acpi_pm: #expect(clocksource == row.rawValue)
        // The kernel chooses which one takes its place.
        case .unstableTSC: #expect(["hpet", "acpi_pm"].contains(clocksource))
        }
    }
}
