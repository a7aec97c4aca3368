import CaptureSupport
import Foundation
import KernelLab
import KernelLabSupport
import Probes
import Testing

/// syslat on arm64, in emulated machines with Debian's kernels: `make test-arm64`. The emulation is of the instructions, not of the order in
/// which processors see each other's writes (Documentation/decisions/0025-memory-order.md).
@Suite(.serialized, .requiresArm64) struct ArmGuestTests {
    struct Case: Sendable {
        let name: String
        let fixture: String
        var arguments: [String] = []
        var options: [String] = []
        /// Rows as `name` or `arm:name`. There may be others if ``isWhole`` is false.
        let rows: [String: UInt64]
        var isWhole = true
        var neverReturned: UInt64 = 1
        var newTasks: UInt64 = 0
        var refused: UInt64 = 0
        /// Runs with every program set, and not with one of them in turn.
        var dependsOnSet = false
    }

    /// As in ``GuestSemanticsTests``, as far as arm64 has the calls.
    private static let cases: [Case] = [
        Case(name: "64-bit", fixture: "calls.s64", arguments: ["700"], rows: ["execve": 1, "getppid": 700, "write": 700]),
        Case(
            name: "32-bit", fixture: "calls.s32", arguments: ["500"],
            rows: ["execve": 1, "arm:getppid": 500, "arm:write": 500], dependsOnSet: true),
        Case(
            name: "from 64 to 32 bits", fixture: "calls.s64", arguments: ["30", "execve", "/calls.s32", "40"],
            rows: ["execve": 2, "getppid": 30, "write": 30, "arm:getppid": 40, "arm:write": 40]),
        Case(
            name: "from 32 to 64 bits", fixture: "calls.s32", arguments: ["40", "execve", "/calls.s64", "30"],
            rows: ["execve": 1, "arm:execve": 1, "getppid": 30, "write": 30, "arm:getppid": 40, "arm:write": 40]),
        Case(
            name: "odd numbers", fixture: "odd_numbers.s64", arguments: ["50"],
            rows: ["execve": 1, "syscall_9999": 50, "syscall_-1": 50, "syscall_-5": 50, "getpid": 50], dependsOnSet: true),
        Case(
            name: "selection", fixture: "calls.s32", arguments: ["20"], options: ["-e", "arm:64,execve"],
            rows: ["execve": 1, "arm:getppid": 20], neverReturned: 0),
        Case(
            name: "short threads", fixture: "short_threads.static", arguments: ["300", "10"], rows: ["getppid": 3000],
            isWhole: false, neverReturned: 301, newTasks: 300, dependsOnSet: true),
        Case(
            name: "children", fixture: "children.static", arguments: ["clone", "100", "4"],
            rows: ["clone": 100, "wait4": 100, "getppid": 400], isWhole: false, neverReturned: 101, newTasks: 100),
        Case(
            name: "signals", fixture: "signal_handler.static", arguments: ["100"], rows: ["rt_sigreturn": 100, "kill": 100],
            isWhole: false),
        Case(
            name: "refused", fixture: "refused.static", arguments: ["70"], rows: [:], isWhole: false, refused: 70,
            dependsOnSet: true),
        Case(
            name: "served", fixture: "vdso_calls.static", arguments: ["monotonic:1000", "bypass:500"],
            rows: ["clock_gettime": 500], isWhole: false),
    ]

    private static func job(_ entry: Case, _ set: ProgramSet) -> GuestJob {
        GuestJob(
            ["/syslat", "profile", "--format", "json"] + set.options + entry.options + ["--", "/\(entry.fixture)"]
                + entry.arguments,
            name: "\(entry.name), \(set)", timeLimit: .seconds(120))
    }

    private static func pairs(_ kernel: ArmKernel) -> [(entry: Case, set: ProgramSet)] {
        let turn = ArmKernel.allCases.firstIndex(of: kernel) ?? 0
        return cases.enumerated().flatMap { index, entry in
            let all: [ProgramSet] = kernel == .oldest ? [.raw] : ProgramSet.allCases
            let sets = all.filter { entry.options.isEmpty || ProgramSet.narrowed.contains($0) }
            return entry.dependsOnSet ? sets.map { (entry, $0) } : [(entry, sets[(index + turn) % sets.count])]
        }
    }

    @Test(arguments: ArmKernel.reachable)
    func `every arm64 kernel counts every call under its name, and the doctor, the vDSO's survey and the bench find nothing wrong`(
        _ kernel: ArmKernel
    ) throws {
        let files = try Set(Self.cases.map(\.fixture) + ["calls.s32", "calls.s64"]).map {
            GuestFile("/\($0)", .bytes(try ArmFixture.compile($0)), mode: 0o755)
        }
        let pairs = Self.pairs(kernel)
        let others = [
            GuestJob(["/syslat", "doctor"], name: "doctor", timeLimit: .seconds(120)),
            GuestJob(["/syslat", "vdso"], name: "vdso", timeLimit: .seconds(120)),
            GuestJob(
                ["/syslat", "bench", "--quick", "--runs", "1", "-o", "/bench.syslat"], name: "bench", timeLimit: .seconds(600)),
            GuestJob(["/syslat", "report", "--format", "json", "/bench.syslat"], name: "report", timeLimit: .seconds(120)),
        ]
        let run = try kernel.boot(others + pairs.map { Self.job($0.entry, $0.set) }, files: files)
        for (entry, set) in pairs { try check(entry, try #require(run[Self.job(entry, set).name])) }
        try checkOthers(run)
    }

    private func check(_ entry: Case, _ result: GuestResult) throws {
        try #require(result.isSuccess, "\(result.name): \(result.endingText): \(result.errorText)")
        let report = try Report(json: result.outputText)
        let rows = Dictionary(
            uniqueKeysWithValues: report.rows.map { ($0.key.replacing("aarch64:", with: ""), $0.value) })
        if entry.isWhole {
            #expect(rows == entry.rows, "\(result.name)")
        } else {
            for (row, calls) in entry.rows { #expect(rows[row] == calls, "\(result.name): \(row)") }
        }
        #expect(report.balance.never_returned == entry.neverReturned, "\(result.name): \(report.balance)")
        #expect(report.balance.new_task_returns == entry.newTasks, "\(result.name): \(report.balance)")
        #expect(report.balance.refused == entry.refused, "\(result.name): \(report.balance)")
        #expect(report.balance.in_flight == 0, "\(result.name): \(report.balance)")
        report.expectNothingLost()
        if entry.name == "served" {
            let row = try #require(report.vdso?.entered.first { $0.name == "clock_gettime" })
            #expect(row.calls == 500 && row.reason == "bypass", "\(result.name)")
        }
    }

    private func checkOthers(_ run: GuestRun) throws {
        for name in ["doctor", "vdso", "bench", "report"] {
            let result = try #require(run[name])
            #expect(result.isSuccess, "\(name): \(result.endingText): \(result.errorText)")
        }
        let doctor = try #require(run["doctor"]).outputText
        #expect(doctor.contains(" aarch64") && !doctor.contains("FAILED"), "\(doctor)")
        let vdso = try #require(run["vdso"]).outputText
        #expect(vdso.contains("clock_gettime") && vdso.contains("arch_sys_counter"), "\(vdso)")
        let report = try Report(json: try #require(run["report"]).outputText)
        report.expectNothingLost()
        #expect(report.host.kernel_release == run.release)
    }
}
