import Probes
import CaptureSupport
import Foundation
import KernelLab
import KernelLabSupport
import Testing

/// The lines of Documentation/semantics.md on kernels other than this host's, with programs whose calls are all known. This host
/// need not let syslat trace: where the capture tests are skipped, these still check the same in a guest.
@Suite(.requiresKernels) struct GuestSemanticsTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        /// The fixture, its arguments, and those of `syslat profile`.
        let fixture: String
        var arguments: [String] = []
        var options: [String] = []
        /// A command that becomes syslat.
        var launcher: [String] = []
        /// Rows as `name` or `ia32:name`. There may be others if ``isWhole`` is false.
        let rows: [String: UInt64]
        var isWhole = true
        var neverReturned: UInt64 = 1
        var newTasks: UInt64 = 0
        var refused: UInt64 = 0
        /// Program sets differ in what it tries: how they know threads and ABIs, their maps, what they do on each CPU.
        var dependsOnSet = false
        var testDescription: String { name }
    }

    private static let cases: [Case] = [
        Case(name: "64-bit", fixture: "calls.s64", arguments: ["700"], rows: ["execve": 1, "getppid": 700, "write": 700]),
        Case(
            name: "32-bit", fixture: "calls.s32", arguments: ["500"], rows: ["execve": 1, "ia32:getppid": 500, "ia32:write": 500]),
        Case(
            name: "both", fixture: "mixed.s64", arguments: ["300"],
            rows: ["execve": 1, "getppid": 300, "ia32:getppid": 300, "ia32:write": 300], dependsOnSet: true),
        Case(
            name: "from 64 to 32 bits", fixture: "calls.s64", arguments: ["30", "execve", "/calls.s32", "40"],
            rows: ["execve": 2, "getppid": 30, "write": 30, "ia32:getppid": 40, "ia32:write": 40]),
        Case(
            name: "from 32 to 64 bits", fixture: "calls.s32", arguments: ["40", "execve", "/calls.s64", "30"],
            rows: ["execve": 1, "ia32:execve": 1, "getppid": 30, "write": 30, "ia32:getppid": 40, "ia32:write": 40]),
        Case(
            name: "odd numbers", fixture: "odd_numbers.s64", arguments: ["50"],
            rows: [
                "execve": 1, "syscall_9999": 50, "x32:getpid": 50, "x32:syscall_9999": 50, "syscall_-1": 50, "syscall_-5": 50,
                "ia32:syscall_9999": 50, "ia32:syscall_-1": 50, "getpid": 50,
            ], dependsOnSet: true),
        Case(
            name: "selection", fixture: "mixed.s64", arguments: ["20"], options: ["-e", "ia32:64,execve"],
            rows: ["execve": 1, "ia32:getppid": 20], neverReturned: 0, dependsOnSet: true),
        Case(
            name: "short threads", fixture: "short_threads.static", arguments: ["300", "10"], rows: ["getppid": 3000],
            isWhole: false, neverReturned: 301, newTasks: 300, dependsOnSet: true),
        Case(
            name: "generations", fixture: "generations.static", arguments: ["20", "7"],
            rows: ["getppid": 140, "fork": 19, "wait4": 19], isWhole: false, neverReturned: 20, newTasks: 19, dependsOnSet: true),
        Case(
            name: "not followed", fixture: "generations.static", arguments: ["20", "7"], options: ["--no-follow"],
            rows: ["getppid": 7, "fork": 1, "wait4": 1], isWhole: false),
        Case(
            name: "signals", fixture: "signal_handler.static", arguments: ["100"], rows: ["rt_sigreturn": 100, "kill": 100],
            isWhole: false),
        Case(
            name: "refused", fixture: "refused.static", arguments: ["70"], rows: [:], isWhole: false, refused: 70,
            dependsOnSet: true),
        // Many hosts don't let a test do that. A guest does.
        Case(
            name: "a CPU offline and back", fixture: "hot_plug.static", arguments: ["500", "5"],
            rows: ["getppid": 5000, "sched_setaffinity": 10, "openat": 10, "write": 10, "close": 10], isWhole: false,
            dependsOnSet: true),
        // The limit is for syslat, what the kernel keeps for it, and the program.
        Case(
            name: "64 MiB of memory", fixture: "children.static", arguments: ["fork", "500", "4"],
            launcher: ["/limited.static", "64"], rows: ["fork": 500, "wait4": 500, "getppid": 2000], isWhole: false,
            neverReturned: 501, newTasks: 500, dependsOnSet: true),
    ]

    private static let fixtures = Set(cases.map(\.fixture) + ["limited.static"])

    private func job(_ entry: Case, _ set: ProgramSet) -> GuestJob {
        GuestJob(
            entry.launcher + ["/syslat", "profile", "--format", "json"] + set.options + entry.options
                + ["--", "/\(entry.fixture)"] + entry.arguments,
            name: "\(entry.name), \(set)")
    }

    /// Where a kernel differs from others in nothing that program sets see, one set shows that they load there.
    static func sets(_ kernel: DebianKernel) -> [ProgramSet] {
        [.linux7_1, .realTime].contains(kernel) ? [.fast] : kernel.programSets
    }

    /// Every case runs on every kernel. A case in which program sets don't differ runs with one of them, another one on each kernel: under
    /// emulation a capture takes seconds, most of them to verify its programs. The capture tests try every set on this host.
    private static func pairs(_ kernel: DebianKernel) -> [(entry: Case, set: ProgramSet)] {
        let turn = DebianKernel.allCases.firstIndex(of: kernel) ?? 0
        return cases.enumerated().flatMap { index, entry in
            let sets = sets(kernel).filter { !entry.options.contains("-e") || ProgramSet.narrowed.contains($0) }
            guard !entry.dependsOnSet, !sets.isEmpty else { return sets.map { (entry, $0) } }
            return [(entry, sets[(index + turn) % sets.count])]
        }
    }

    /// All of it in one boot, which takes longer than many a capture.
    @Test(arguments: DebianKernel.reachable)
    func
        `every kernel counts every call and request under its name and group and keeps the slowest, and the doctor knows its hooks`(
            _ kernel: DebianKernel
        ) throws
    {
        let files = try Self.fixtures.union(["requests.static", "slow_reads.static"] + Self.groupFixtures).map {
            GuestFile("/\($0)", .copy(of: try Fixture($0).path))
        }
        let pairs = Self.pairs(kernel)
        let doctor = GuestJob(["/syslat", "doctor"], name: "doctor")
        let run = try kernel.boot(
            [doctor] + pairs.map(job) + requestJobs(kernel) + slowJobs(kernel) + groupJobs(kernel), files: files)
        for (entry, set) in pairs { try check(entry, try #require(run[job(entry, set).name])) }
        try checkRequests(run, kernel)
        try checkSlowCalls(run, kernel)
        try checkGroups(run, kernel)
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

    // MARK: Calls

    private func check(_ entry: Case, _ result: GuestResult) throws {
        try #require(result.isSuccess, "\(result.name): \(result.endingText): \(result.errorText)")
        let report = try Report(json: result.outputText)
        if entry.isWhole {
            #expect(report.rows == entry.rows, "\(result.name)")
        } else {
            for (row, calls) in entry.rows { #expect(report.rows[row] == calls, "\(result.name): \(row)") }
        }
        #expect(report.balance.never_returned == entry.neverReturned, "\(result.name): \(report.balance)")
        #expect(report.balance.new_task_returns == entry.newTasks, "\(result.name): \(report.balance)")
        #expect(report.balance.refused == entry.refused, "\(result.name): \(report.balance)")
        #expect(report.balance.in_flight == 0, "\(result.name): \(report.balance)")
        report.expectNothingLost()
    }
}
