import CaptureSupport
import Foundation
import KernelLab
import KernelLabSupport
import Probes
import Testing

/// syslat on arm64, in emulated machines with Debian's kernels: `make test-arm64`. The emulation is of the instructions, not of the order in
/// which processors see each other's writes (Documentation/decisions/0025-memory-order.md).
@Suite(.serialized, .requiresArm64) struct ArmGuestTests {
    /// Programs whose 32-bit calls are told from others by the thread alone, and those of which x86 has another form.
    private static let cases =
        GuestCase.common(.arm64) + [
            GuestCase(
                name: "odd numbers", fixture: "odd_numbers.s64", arguments: ["50"],
                rows: ["execve": 1, "syscall_9999": 50, "syscall_-1": 50, "syscall_-5": 50, "getpid": 50], dependsOnSet: true),
            GuestCase(
                name: "selection", fixture: "calls.s32", arguments: ["20"], options: ["-e", "arm:64,execve"],
                rows: ["execve": 1, "arm:getppid": 20], neverReturned: 0),
            GuestCase(
                name: "children", fixture: "children.static", arguments: ["clone", "100", "4"],
                rows: ["clone": 100, "wait4": 100, "getppid": 400], isWhole: false, neverReturned: 101),
            GuestCase(
                name: "served", fixture: "vdso_calls.static", arguments: ["monotonic:1000", "bypass:500"],
                rows: ["clock_gettime": 500], isWhole: false),
        ]

    private static let timeLimit = Duration.seconds(120)

    private static func sets(_ kernel: ArmKernel) -> [ProgramSet] { kernel == .oldest ? [.raw] : ProgramSet.allCases }

    /// The kernel's number.
    private static func turn(_ kernel: ArmKernel) -> Int { ArmKernel.allCases.firstIndex(of: kernel) ?? 0 }

    @Test(arguments: ArmKernel.reachable)
    func
        `every arm64 kernel counts every call under its name and group and keeps the slowest, and the doctor, the vDSO's survey and the bench find nothing wrong`(
            _ kernel: ArmKernel
        ) throws
    {
        let fixtures = Set(
            Self.cases.map(\.fixture) + ["calls.s32", "calls.s64", SlowReadsCase.fixture] + GroupedGuestCase.fixtures)
        let files = try fixtures.map { GuestFile("/\($0)", .bytes(try ArmFixture.compile($0)), mode: 0o755) }
        let (sets, turn, limit) = (Self.sets(kernel), Self.turn(kernel), Self.timeLimit)
        let pairs = GuestCase.pairs(Self.cases, sets, turn: turn)
        let grouped = GroupedGuestCase.runs(sets, turn: turn)
        let slowSet = sets[turn % sets.count]
        let slow = SlowReadsCase.job(slowSet, timeLimit: limit)
        let run = try kernel.boot(
            Self.others + pairs.map { $0.entry.job($0.set, timeLimit: limit) }
                + grouped.map { $0.entry.job($0.set, timeLimit: limit) } + [slow], files: files)
        for (entry, set) in pairs {
            let report = try entry.check(try #require(run[entry.job(set).name]))
            guard entry.name == "served" else { continue }
            let row = try #require(report.vdso?.entered.first { $0.name == "clock_gettime" })
            #expect(row.calls == 500 && row.reason == "bypass", "\(set)")
        }
        for (entry, set) in grouped { try entry.check(try #require(run[entry.job(set).name])) }
        try SlowReadsCase.check(try #require(run[slow.name]), hasUserStacks: slowSet != .raw || kernel != .newest)
        try checkOthers(run)
    }

    private static let others = [
        GuestJob(["/syslat", "doctor"], name: "doctor", timeLimit: timeLimit),
        GuestJob(["/syslat", "vdso"], name: "vdso", timeLimit: timeLimit),
        GuestJob(["/syslat", "bench", "--quick", "--runs", "1", "-o", "/bench.syslat"], name: "bench", timeLimit: .seconds(600)),
        GuestJob(["/syslat", "report", "--format", "json", "/bench.syslat"], name: "report", timeLimit: timeLimit),
    ]

    private func checkOthers(_ run: GuestRun) throws {
        for name in Self.others.map(\.name) {
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
