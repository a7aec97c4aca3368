package import Profile
import SyscallTable

/// Self-tests of hosts: a sound one, one that isn't allowed to trace, one without a vDSO, and one with names and figures that no
/// host has.
package enum SelfTests {
    private static let retpolines = VDSOReport.Mitigation(
        name: "spectre_v2", state: "Mitigation: Retpolines; IBPB: conditional; BHI: SW loop",
        effects: [.retpolines, .branchHistoryCleared])

    private static func cost(_ median: Double) -> CallCost {
        CallCost(median: median, lowerQuartile: median * 0.99, upperQuartile: median * 1.02)
    }

    private static func null(_ kernel: UInt64?) -> VDSOFunction {
        VDSOFunction(name: "getppid", syscall: cost(134.2), kernelP50Nanoseconds: kernel)
    }

    package static let sound: VDSOReport = {
        var host = Fixtures.host
        host.vdsoSymbols = Fixtures.vdsoSymbols
        var functions = [(ClockID.realtime, 24.6), (.monotonic, 24.8), (.realtimeCoarse, 5.4), (.monotonicCoarse, 5.5)].map {
            VDSOFunction(
                name: "clock_gettime", clock: $0.0, isServed: true, vdso: cost($0.1), syscall: cost(202.4),
                kernelP50Nanoseconds: 241)
        }
        functions.append(
            VDSOFunction(
                name: "clock_gettime", clock: .processCPUTime, isServed: false, vdso: cost(437.1), syscall: cost(429.6),
                kernelP50Nanoseconds: 469))
        functions.append(
            VDSOFunction(name: "time", isServed: true, vdso: cost(2.4), syscall: cost(148), kernelP50Nanoseconds: 183))
        return VDSOReport(
            tool: "syslat 0.1.0", host: host,
            image: VDSOReport.Image(
                size: 8_192, kernelVersion: "6.18.5",
                symbols: Fixtures.vdsoSymbols.map { VDSOReport.Image.Symbol(name: $0, version: "LINUX_2.6") }),
            vsyscallMode: "xonly", boundaryMitigations: [retpolines],
            functions: functions.map { VDSOReport.Trial($0) } + [
                VDSOReport.Trial(VDSOFunction(name: "clock_gettime", clock: ClockID(rawValue: 16)), absence: .failed("EINVAL")),
                VDSOReport.Trial(
                    VDSOFunction(name: "sgx_enter_enclave"),
                    absence: .notCalled("enters a secure enclave, and there is none")),
            ], nullCall: null(171), probeFloorNanoseconds: 170)
    }()

    private static let untraced: VDSOReport = {
        var report = sound
        report.probeFloorNanoseconds = nil
        report.nullCall.kernelP50Nanoseconds = nil
        report.functions = report.functions.map { trial in
            var trial = trial
            (trial.function.isServed, trial.function.kernelP50Nanoseconds) = (nil, nil)
            return trial
        }
        report.warnings = ["syslat may not load BPF programs: operation not permitted. Run it as root."]
        return report
    }()

    private static let withoutVDSO: VDSOReport = {
        var report = sound
        report.host.vdsoSymbols = []
        report.image = nil
        report.vsyscallMode = "none"
        report.boundaryMitigations = []
        report.functions = [
            VDSOReport.Trial(
                VDSOFunction(
                    name: "clock_gettime", clock: .monotonic, isServed: false, syscall: cost(202.4), kernelP50Nanoseconds: 241))
        ]
        return report
    }()

    /// Names as nasty as they come, and figures that no host has.
    private static let nasty: VDSOReport = {
        var report = sound
        let text = "\u{1b}[2J界" + String(repeating: "wide \u{202e}", count: 30)
        (report.tool, report.vsyscallMode, report.warnings) = (text, text, [text])
        (report.host.cpuModel, report.host.clocksource) = (text, text)
        report.image = VDSOReport.Image(
            size: -1, kernelVersion: text, symbols: [.init(name: text, version: nil), .init(name: "b", version: text)])
        report.boundaryMitigations = [.init(name: text, state: text, effects: [.safeReturn, .thunks])]
        let cost = CallCost(median: .infinity, lowerQuartile: .nan, upperQuartile: 1e300)
        report.functions = [
            VDSOReport.Trial(VDSOFunction(name: text, vdso: cost, syscall: cost, kernelP50Nanoseconds: .max)),
            VDSOReport.Trial(VDSOFunction(name: text, clock: .monotonic), absence: .notCalled(text)),
        ]
        return report
    }()

    package static let all = ["sound": sound, "untraced": untraced, "without-vdso": withoutVDSO, "nasty": nasty]
}
