import Probes
import CaptureSupport
import Foundation
import KernelLab
import KernelLabSupport
import Testing

/// The lines of Documentation/semantics.md on kernels other than this host's, with programs whose calls are all known. This host
/// need not let syslat trace: where the capture tests are skipped, these still check the same in a guest.
@Suite(.requiresKernels) struct GuestSemanticsTests {
    private static let cases =
        GuestCase.common(.x86_64) + [
            GuestCase(
                name: "both", fixture: "mixed.s64", arguments: ["300"],
                rows: ["execve": 1, "getppid": 300, "ia32:getppid": 300, "ia32:write": 300], dependsOnSet: true),
            GuestCase(
                name: "odd numbers", fixture: "odd_numbers.s64", arguments: ["50"],
                rows: [
                    "execve": 1, "syscall_9999": 50, "x32:getpid": 50, "x32:syscall_9999": 50, "syscall_-1": 50, "syscall_-5": 50,
                    "ia32:syscall_9999": 50, "ia32:syscall_-1": 50, "getpid": 50,
                ], dependsOnSet: true),
            GuestCase(
                name: "selection", fixture: "mixed.s64", arguments: ["20"], options: ["-e", "ia32:64,execve"],
                rows: ["execve": 1, "ia32:getppid": 20], neverReturned: 0, dependsOnSet: true),
            GuestCase(
                name: "generations", fixture: "generations.static", arguments: ["20", "7"],
                rows: ["getppid": 140, "fork": 19, "wait4": 19], isWhole: false, neverReturned: 20, newTasks: 19, dependsOnSet: true
            ),
            GuestCase(
                name: "not followed", fixture: "generations.static", arguments: ["20", "7"], options: ["--no-follow"],
                rows: ["getppid": 7, "fork": 1, "wait4": 1], isWhole: false),
            // Many hosts don't let a test do that. A guest does.
            GuestCase(
                name: "a CPU offline and back", fixture: "hot_plug.static", arguments: ["500", "5"],
                rows: ["getppid": 5000, "sched_setaffinity": 10, "openat": 10, "write": 10, "close": 10], isWhole: false,
                dependsOnSet: true),
            // The limit is for syslat, what the kernel keeps for it, and the program.
            GuestCase(
                name: "64 MiB of memory", fixture: "children.static", arguments: ["fork", "500", "4"],
                launcher: ["/limited.static", "64"], rows: ["fork": 500, "wait4": 500, "getppid": 2000], isWhole: false,
                neverReturned: 501, newTasks: 500, dependsOnSet: true),
        ]

    private static let fixtures = Set(cases.map(\.fixture) + ["limited.static"])

    /// Where a kernel differs from others in nothing that program sets see, one set shows that they load there.
    private static func sets(_ kernel: DebianKernel) -> [ProgramSet] {
        [.linux7_1, .realTime].contains(kernel) ? [.fast] : kernel.programSets
    }

    /// The kernel's number.
    private static func turn(_ kernel: DebianKernel) -> Int { DebianKernel.allCases.firstIndex(of: kernel) ?? 0 }

    /// All of it in one boot, which takes longer than many a capture.
    @Test(arguments: DebianKernel.reachable)
    func
        `every kernel counts every call and request under its name and group and keeps the slowest, and the doctor knows its hooks`(
            _ kernel: DebianKernel
        ) throws
    {
        let files = try Self.fixtures.union(["requests.static", SlowReadsCase.fixture] + GroupedGuestCase.fixtures).map {
            GuestFile("/\($0)", .copy(of: try Fixture($0).path))
        }
        let sets = Self.sets(kernel)
        let pairs = GuestCase.pairs(Self.cases, sets, turn: Self.turn(kernel), most: DebianKernel.triesAll ? .max : 2)
        let grouped = GroupedGuestCase.runs(sets, turn: Self.turn(kernel))
        let doctor = GuestJob(["/syslat", "doctor"], name: "doctor")
        let run = try kernel.boot(
            [doctor] + pairs.map { $0.entry.job($0.set) } + requestJobs(kernel) + sets.map { SlowReadsCase.job($0) }
                + grouped.map { $0.entry.job($0.set) }, files: files)
        for (entry, set) in pairs { try entry.check(try #require(run[entry.job(set).name])) }
        for (entry, set) in grouped { try entry.check(try #require(run[entry.job(set).name])) }
        for set in sets {
            try SlowReadsCase.check(
                try #require(run[SlowReadsCase.job(set).name]), hasUserStacks: set != .raw || kernel != .newest)
        }
        try checkRequests(run, kernel)
        let text = try #require(run["doctor"]).outputText
        #expect(text.contains(Self.hooks(kernel)), "\(text)")
    }

    private static func hooks(_ kernel: DebianKernel) -> String {
        switch kernel {
        case .newest: "perf events call the programs at all tracepoints, because this kernel preempts programs"
        case .linux7_1:
            "perf events call the programs at all tracepoints but those of system calls, because this kernel preempts programs"
        case .oldest, .standard, .linux6_12, .realTime: "tracepoints call the programs, and this kernel doesn't preempt them"
        }
    }

    // MARK: Requests to io_uring

    private func requests(_ kernel: DebianKernel) -> [(set: ProgramSet, arguments: [String])] {
        let sets = Self.sets(kernel)
        // The programs that see requests are the same in all sets of one object: one set of each.
        let objects = sets.filter { ProgramSet.narrowed.contains($0) }
        let others = [["nop", "200", "sqpoll"], ["unknown", "20"], ["silent", "30"]]
        return sets.map { ($0, ["nop", "200"]) }
            + (objects.isEmpty ? sets : objects).flatMap { set in others.map { (set, $0) } }
    }

    private func requestJobs(_ kernel: DebianKernel) -> [GuestJob] {
        requests(kernel).map { set, arguments in
            GuestJob(
                ["/syslat", "profile", "--format", "json", "-o", "/profile"] + set.options + ["--", "/requests.static"] + arguments,
                name: "\(set) \(arguments)")
        } + [GuestJob(["/syslat", "report", "/profile"], name: "text")]
    }

    /// The tracepoints of io_uring have had several forms. That of Linux 5.10 doesn't tell which request completes.
    private func checkRequests(_ run: GuestRun, _ kernel: DebianKernel) throws {
        let text = try #require(run["text"]).outputText
        #expect(text.contains("were not watched") == (kernel == .oldest), "\(text)")
        for (set, arguments) in requests(kernel) {
            let result = try #require(run["\(set) \(arguments)"])
            try #require(result.isSuccess, "\(result.name): \(result.endingText): \(result.errorText)")
            let report = try Report(json: result.outputText)
            guard kernel != .oldest else {
                #expect(report.requests == nil)
                continue
            }
            let count = try #require(UInt64(arguments[1]))
            let isSilent = arguments[0] == "silent"
            #expect(
                report.requests
                    == Report.Requests(submitted: count, completed: isSilent ? 0 : count, silent: isSilent ? count : 0),
                "\(result.name)")
            let rows = ["nop": "io_uring:nop", "unknown": "io_uring:opcode_250"]
            if let row = rows[arguments[0]] { #expect(report.rows[row] == count, "\(result.name)") }
        }
    }
}
