import ArgumentParser
import Capture
import Glibc
import Linux
package import Probes
import Profile
import Exports
import TextReport
import SyscallTable

struct ProfileCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "profile",
        abstract: "Trace processes and report the latency of their system calls.",
        usage: """
            syslat profile [options] -p PID[,PID…]
            syslat profile [options] -a
            syslat profile [options] --cgroup PATH
            syslat profile [options] -- COMMAND [ARGUMENT…]
            """,
        discussion: """
            The report goes to standard output when the capture ends: after --duration, when the target has ended, or on \
            SIGINT (Ctrl-C) or SIGTERM. A command's exit status is passed on.
            """)

    @OptionGroup(title: "Target")
    var target: TargetOptions

    @Option(
        name: [.customShort("e"), .long], parsing: .unconditionalSingleValue,  // -1 is a number here
        help: ArgumentHelp(
            "Only these calls: names, numbers, globs (*at), classes (%file %desc %memory %process %network %signal %ipc %clock), "
                + "with an ABI (ia32:write), or all but them ('!read,write').", valueName: "calls"))
    var syscalls: [String] = []

    @Option(
        name: [.short, .long], parsing: .unconditional,
        help: ArgumentHelp("End after this time: 10s, 500ms, 2m.", valueName: "time"),
        transform: Units.duration)
    var duration: UInt64?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Size of the ring buffer, a power of two (default: 8MiB).", valueName: "size"), transform: Units.size)
    var ringSize = CaptureOptions.defaultRing

    @Option(help: ArgumentHelp("BTF file of the running kernel, if it carries none.", valueName: "file"), completion: .file())
    var btf: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Report each stretch of this length as it ends, and all at the end: 1s.", valueName: "time"),
        transform: Units.duration)
    var interval: UInt64?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Samples a second and CPU, at most, by which calls that the vDSO serves are estimated, or off (default: 997).",
            valueName: "hz|off"),
        transform: Units.samplingRate)
    var vdsoTicks = Units.SamplingRate(hertz: CaptureOptions.defaultVDSOTickHertz)

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Measure one of every so many calls, drawn by chance, and only count the others: 1/16. Powers of two.", valueName: "1/n"
        ),
        transform: Units.samplingShift)
    var sample: UInt8?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Measure as many calls as can be for this share of the CPU time of what is watched: 1%. Counts stay exact.",
            valueName: "percent"),
        transform: Units.overhead)
    var maxOverhead: Double?

    @Option(
        name: [.customShort("o"), .long],
        help: ArgumentHelp("Save the profile to a file that `syslat report` reads; - for standard output.", valueName: "file"),
        completion: .file())
    var output: String?

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json
    }

    @Option(help: "How to write the report.")
    var format = Format.text

    @Option(
        help: ArgumentHelp("Write the report to a file instead of standard output.", valueName: "file"), completion: .file())
    var report: String?

    @OptionGroup(title: "Report")
    var view: ViewOptions

    /// For tests of the programs.
    @Option(help: .hidden)
    var programSet: ProgramSet?

    func validate() throws {
        guard ringSize.nonzeroBitCount == 1, ringSize >= CaptureOptions.smallestRing, ringSize <= CaptureOptions.largestRing else {
            throw ValidationError(
                "The ring size must be a power of two from 64KiB to 1GiB, such as 1MiB, 8MiB or 64MiB; it is \(ringSize) bytes.")
        }
        if let interval, interval < 10_000_000 {
            throw ValidationError("An interval of less than 10 ms would measure syslat itself: write --interval 100ms or more.")
        }
        if view.grouping == .interval && interval == nil {
            throw ValidationError("--by interval needs intervals: add --interval 1s.")
        }
        if sample != nil && maxOverhead != nil {
            throw ValidationError(
                "--sample and --max-overhead contradict each other: a budget chooses the sampling itself. Keep one.")
        }
        if output == Output.standardStream && report == Output.standardStream {
            throw ValidationError("-o - and --report - would mix the profile and the report on standard output. Keep one.")
        }
        _ = try Selecting.selection(syscalls)
    }

    private var sampling: SamplingPolicy {
        if let maxOverhead { return .budget(maxOverhead) }
        guard let sample, sample > 0 else { return .everyCall }
        return .fixed(shift: sample)
    }

    func run() throws {
        // What goes to standard output is either the profile or the report.
        let isReportWanted = output != Output.standardStream || report != nil
        let reporter = LiveReport(try Output(path: report), view: view, isJSON: format == .json, isSampled: sampling != .everyCall)
        var sink: ProfileSink?
        if let output { sink = try ProfileSink(path: output) }
        let options = CaptureOptions(
            target: try target.target(), selection: try Selecting.selection(syscalls),
            selectionText: syscalls.isEmpty ? nil : syscalls.joined(separator: ","), durationNanoseconds: duration,
            intervalNanoseconds: interval, ringBytes: ringSize, btfPath: btf, programSet: programSet,
            keepsProcessDistributions: view.grouping == .process, sampling: sampling, vdsoTickHertz: vdsoTicks.hertz)
        let session = try Session(options)
        if interval != nil { try sink?.begin(session.outline) }
        // A command that shows something on the same terminal has it for itself.
        var progress = ProgressLine(
            isWanted: target.command.isEmpty || !Terminal.isTerminal(STDOUT_FILENO),
            isEndless: target.command.isEmpty && duration == nil)
        let profile = try OneShot.run(session, onProgress: { progress.show($0) }) { interval in
            progress.clear()
            sink?.append(interval)
            if isReportWanted { reporter.add(interval) }
        }
        progress.clear()
        // Where one of the two can't be written, the other is not lost with it.
        let saved = Result { try sink?.finish(profile) }
        if isReportWanted { try reporter.finish(profile) }
        try saved.get()
        if let status = profile.capture.exitStatus, status != 0 { throw ExitCode(status) }
    }
}

extension ProgramSet: ExpressibleByArgument {}

/// The one line that shows a person that something happens; nothing where standard error is no terminal.
struct ProgressLine {
    private let isWanted: Bool
    /// Nothing but a signal may end the capture: a person must know which.
    private let hint: String
    private var shownAt: UInt64 = 0
    private var isShown = false

    init(isWanted: Bool, isEndless: Bool) {
        self.isWanted = isWanted && Terminal.isInteractive
        hint = isEndless ? "  (Ctrl-C ends it)" : ""
    }

    mutating func show(_ progress: Session.Progress) {
        // Five times a second is as often as an eye wants it.
        guard isWanted, progress.elapsedNanoseconds >= shownAt + 200_000_000 || !isShown else { return }
        shownAt = progress.elapsedNanoseconds
        isShown = true
        let tenths = progress.elapsedNanoseconds / 100_000_000
        Terminal.showLine("\(tenths / 10).\(tenths % 10) s  \(progress.completed) calls  \(progress.lost) lost\(hint)")
    }

    mutating func clear() {
        if isShown { Terminal.showLine("") }
        isShown = false
    }
}
