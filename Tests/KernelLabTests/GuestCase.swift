import CaptureSupport
import KernelLab
import Probes
import Testing

/// A program in a guest whose calls are all known, and what `syslat profile` is to say about it.
struct GuestCase: Sendable {
    let name: String
    /// The fixture, its arguments, and those of `syslat profile`.
    let fixture: String
    var arguments: [String] = []
    var options: [String] = []
    /// A command that becomes syslat.
    var launcher: [String] = []
    /// As ``Report/rows``. There may be others if ``isWhole`` is false.
    let rows: [String: UInt64]
    var isWhole = true
    var neverReturned: UInt64 = 1
    var newTasks: UInt64 = 0
    var refused: UInt64 = 0
    /// Program sets differ in what it tries: how they know threads and ABIs, their maps, what they do on each CPU.
    var dependsOnSet = false

    /// The cases of every architecture.
    static func common(_ machine: GuestMachine) -> [GuestCase] {
        let isX86 = machine == .x86_64
        // The ABI of its 32-bit programs.
        let abi32 = isX86 ? "ia32" : "arm"
        return [
            GuestCase(
                name: "64-bit", fixture: "calls.s64", arguments: ["700"], rows: ["execve": 1, "getppid": 700, "write": 700]),
            GuestCase(
                name: "32-bit", fixture: "calls.s32", arguments: ["500"],
                rows: ["execve": 1, "\(abi32):getppid": 500, "\(abi32):write": 500],
                // On x86 one program can make calls of both ABIs, and does in a case of its own.
                dependsOnSet: !isX86),
            GuestCase(
                name: "from 64 to 32 bits", fixture: "calls.s64", arguments: ["30", "execve", "/calls.s32", "40"],
                rows: ["execve": 2, "getppid": 30, "write": 30, "\(abi32):getppid": 40, "\(abi32):write": 40]),
            GuestCase(
                name: "from 32 to 64 bits", fixture: "calls.s32", arguments: ["40", "execve", "/calls.s64", "30"],
                rows: [
                    "execve": 1, "\(abi32):execve": 1, "getppid": 30, "write": 30, "\(abi32):getppid": 40, "\(abi32):write": 40,
                ]),
            GuestCase(
                name: "short threads", fixture: "short_threads.static", arguments: ["300", "10"], rows: ["getppid": 3000],
                isWhole: false, neverReturned: 301,
                // arm64 has no tracepoint on the way out of a new task (ret_from_fork of arch/arm64/kernel/entry.S).
                newTasks: isX86 ? 300 : 0, dependsOnSet: true),
            GuestCase(
                name: "signals", fixture: "signal_handler.static", arguments: ["100"], rows: ["rt_sigreturn": 100, "kill": 100],
                isWhole: false),
            GuestCase(
                name: "refused", fixture: "refused.static", arguments: ["70"], rows: [:], isWhole: false, refused: 70,
                dependsOnSet: true),
        ]
    }

    /// Each case with the program sets that it runs with, of those of a kernel. A case in which sets don't differ runs with one of them,
    /// another one on each kernel: under emulation a capture takes seconds, most of them to verify its programs. The capture tests try
    /// every set on this host.
    /// - Parameters:
    ///   - turn: the kernel's number.
    ///   - most: how many sets a case may have in which they differ.
    static func pairs(
        _ cases: [GuestCase], _ sets: [ProgramSet], turn: Int, most: Int = .max
    ) -> [(entry: GuestCase, set: ProgramSet)] {
        cases.enumerated().flatMap { index, entry in
            let sets = sets.filter { !entry.options.contains("-e") || ProgramSet.narrowed.contains($0) }
            let count = min(entry.dependsOnSet ? most : 1, sets.count)
            return (0..<count).map { (entry, sets[(index + turn + $0) % sets.count]) }
        }
    }

    func job(_ set: ProgramSet, timeLimit: Duration = .seconds(60)) -> GuestJob {
        GuestJob(
            launcher + ["/syslat", "profile", "--format", "json"] + set.options + options + ["--", "/\(fixture)"] + arguments,
            name: "\(name), \(set)", timeLimit: timeLimit)
    }

    /// Checks the result of ``job(_:timeLimit:)``, and returns the report for more.
    @discardableResult func check(_ result: GuestResult) throws -> Report {
        try #require(result.isSuccess, "\(result.name): \(result.endingText): \(result.errorText)")
        let report = try Report(json: result.outputText)
        if isWhole {
            #expect(report.rows == rows, "\(result.name)")
        } else {
            for (row, calls) in rows { #expect(report.rows[row] == calls, "\(result.name): \(row)") }
        }
        #expect(report.balance.never_returned == neverReturned, "\(result.name): \(report.balance)")
        #expect(report.balance.new_task_returns == newTasks, "\(result.name): \(report.balance)")
        #expect(report.balance.refused == refused, "\(result.name): \(report.balance)")
        #expect(report.balance.in_flight == 0, "\(result.name): \(report.balance)")
        report.expectNothingLost()
        return report
    }
}
