import Foundation
import Profile
import SyscallTable
import TestSupport
import Testing

@testable import Rendering

/// The self-test of a host: whole outputs, compared with files that a person has looked at.
@Suite struct VDSOReportTests {
    private static let retpolines = VDSOReport.Mitigation(
        name: "spectre_v2", state: "Mitigation: Retpolines; IBPB: conditional; BHI: SW loop",
        effects: ["indirect branches in the kernel go through retpolines", "the branch history is cleared at each entry"])

    private static func cost(_ median: Double) -> CallCost {
        CallCost(median: median, lowerQuartile: median * 0.99, upperQuartile: median * 1.02)
    }

    private static func null(_ kernel: UInt64?) -> VDSOFunction {
        VDSOFunction(name: "getppid", syscall: cost(134.2), kernelP50Nanoseconds: kernel)
    }

    private static let sound: VDSOReport = {
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
        report.remarks = ["syslat may not load BPF programs: operation not permitted. Run it as root."]
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
        (report.tool, report.vsyscallMode, report.remarks) = (text, text, [text])
        (report.host.cpuModel, report.host.clocksource) = (text, text)
        report.image = VDSOReport.Image(
            size: -1, kernelVersion: text, symbols: [.init(name: text, version: nil), .init(name: "b", version: text)])
        report.boundaryMitigations = [.init(name: text, state: text, effects: [text, text])]
        let cost = CallCost(median: .infinity, lowerQuartile: .nan, upperQuartile: 1e300)
        report.functions = [
            VDSOReport.Trial(VDSOFunction(name: text, vdso: cost, syscall: cost, kernelP50Nanoseconds: .max)),
            VDSOReport.Trial(VDSOFunction(name: text, clock: .monotonic), absence: .notCalled(text)),
        ]
        return report
    }()

    private static let reports = ["sound": sound, "untraced": untraced, "without-vdso": withoutVDSO, "nasty": nasty]

    @Test(arguments: reports.keys.sorted(), [80, 100])
    func text(name: String, width: Int) throws {
        let report = try #require(Self.reports[name])
        try Snapshot().verify(VDSOTextReport.render(report, width: width), is: "self-test-\(name)-width-\(width).txt")
    }

    @Test(arguments: reports.keys.sorted())
    func json(name: String) throws {
        let report = try #require(Self.reports[name])
        try Snapshot().verify(try JSONReport.render(report, pretty: true), is: "self-test-\(name).json")
        #expect(try JSONReport.render(report).hasSuffix("}\n"))
    }

    @Test(arguments: reports.keys.sorted(), [0, 60, 80, 100, 160])
    func noLineIsWiderThanAsked(name: String, width: Int) throws {
        let report = try #require(Self.reports[name])
        for line in VDSOTextReport.render(report, width: width).split(separator: "\n") {
            #expect(DisplayText.width(line) <= max(60, width), "\(line)")
            #expect(!line.unicodeScalars.contains { $0.properties.generalCategory == .control }, "\(line)")
            #expect(line.last != " ", "\(line)")
        }
        #expect(VDSOTextReport.render(report, color: true).contains("\u{1b}["))
    }

    /// The names are a promise to other people's programs.
    @Test func namesAreThoseOfTheSchema() throws {
        let data = Data(try JSONReport.render(Self.sound).utf8)
        let document = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        #expect(
            document.keys.sorted() == [
                "boundary_mitigations", "functions", "host", "image", "null_call", "probe_floor_p50_ns", "remarks", "schema",
                "tool", "vsyscall_mode",
            ])
        #expect(document["schema"] as? String == "syslat.vdso/1")
        func keys(_ object: Any?) throws -> [String] { try #require(object as? [String: Any]).keys.sorted() }
        #expect(try keys(document["image"]) == ["kernel_version", "size", "symbols"])
        let mitigations = try #require(document["boundary_mitigations"] as? [Any])
        #expect(try keys(mitigations.first) == ["effect", "name", "state"])
        #expect(
            try keys(document["null_call"])
                == ["boundary_ns", "kernel_p50_ns", "name", "syscall_ns", "syscall_ns_quartiles"])
        let functions = try #require(document["functions"] as? [[String: Any]])
        #expect(functions.last?.keys.sorted() == ["name", "not_called"])
        #expect(functions.dropLast().last?.keys.sorted() == ["clock", "error", "name"])
    }
}
