import ArgumentParser
import Capture
import Glibc
import Linux
package import Probes
import Presentation
import Profile
import Exports
import TextReport
import SyscallTable

struct ProfileCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "profile",
        abstract: "Trace processes and report the latency of their system calls.",
        usage: """
            syslat profile [options] -p PID…
            syslat profile [options] -a
            syslat profile [options] --cgroup PATH
            syslat profile [options] -- COMMAND [ARGUMENT…]
            """,
        discussion: """
            The capture ends after --duration, when the target ends, or on SIGINT (Ctrl-C), SIGTERM or SIGHUP. Then the report goes to \
            standard output. With a command, the exit status is the command's own.
            """)

    @OptionGroup(title: "Target")
    var target: TargetOptions

    @Option(
        name: [.customShort("e"), .long], parsing: .unconditionalSingleValue,  // -1 is a number here
        help: ArgumentHelp(
            "Trace only these calls: names, numbers, globs ('*at'), classes (%file %desc %memory %process %network %signal %ipc "
                + "%clock), calls of one ABI (ia32:write), requests to io_uring (io_uring:fsync), or all but some calls ('!read,write').",
            valueName: "calls"))
    var syscalls: [String] = []

    @Option(
        name: [.short, .long], parsing: .unconditional,
        help: ArgumentHelp("End the capture after this time: 10s, 500ms, 2m.", valueName: "time"),
        transform: Units.duration)
    var duration: UInt64?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Size of the ring buffer, a power of two (default: 8MiB).", valueName: "size"), transform: Units.size)
    var ringSize = CaptureOptions.defaultRing

    @Option(
        help: ArgumentHelp("BTF file of the running kernel, if the kernel carries none.", valueName: "file"), completion: .file())
    var btf: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Also report each interval of this length as it ends: 1s.", valueName: "time"),
        transform: Units.duration)
    var interval: UInt64?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "vDSO ticks per second and CPU, at most, to estimate the calls that the vDSO serves; or off (default: 997).",
            valueName: "rate|off"),
        transform: Units.tickRate)
    var vdsoTicks = Units.TickRate(hertz: CaptureOptions.defaultVDSOTickHertz)

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Measure 1 of every n calls of a thread, chosen at random, and only count the others: 1/16. n is a power of two.",
            valueName: "1/n"
        ),
        transform: Units.samplingShift)
    var sample: UInt8?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Cap the overhead at this share of the target's CPU time: 1%. Calls are sampled as needed; counts stay exact.",
            valueName: "percent"),
        transform: Units.overhead)
    var maxOverhead: Double?

    @Option(
        name: [.customShort("o"), .long],
        help: ArgumentHelp("Save the profile to this file, for `syslat report`; - for standard output.", valueName: "file"),
        completion: .file())
    var output: String?

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json

        /// The same of `syslat report`.
        var ofReport: ReportFormat { self == .text ? .text : .json }
    }

    @Option(help: "Format of the report.")
    var format = Format.text

    @Option(
        help: ArgumentHelp("Write the report to this file instead of standard output.", valueName: "file"), completion: .file())
    var report: String?

    @OptionGroup(title: "Slow calls")
    var slow: SlowOptions

    @OptionGroup(title: "Report")
    var view: ViewOptions

    /// For tests of the programs.
    @Option(help: .hidden)
    var programSet: ProgramSet?

    @Option(help: .hidden)
    var hook: TracepointHooks.Hook?

    func validate() throws {
        guard ringSize.nonzeroBitCount == 1, ringSize >= CaptureOptions.smallestRing, ringSize <= CaptureOptions.largestRing else {
            throw ValidationError(
                "The ring size must be a power of two from 64KiB to 1GiB, such as 1MiB, 8MiB or 64MiB; it is \(ringSize) bytes.")
        }
        if let interval, interval < 10_000_000 {
            throw ValidationError("An interval under 10ms would measure syslat itself: write --interval 100ms or more.")
        }
        try view.check(for: format.ofReport)
        if view.grouping == .interval && interval == nil {
            throw ValidationError("--by interval needs a time series: add --interval 1s.")
        }
        if sample != nil && maxOverhead != nil {
            throw ValidationError(
                "--sample and --max-overhead contradict each other: an overhead budget sets the sampling itself. Keep one.")
        }
        if output == Output.standardStream && report == Output.standardStream {
            throw ValidationError("-o - and --report - would mix the profile and the report on standard output. Keep one.")
        }
        try slow.check(against: try Selecting.selection(syscalls))
        if slow.slowLog == Output.standardStream, output == Output.standardStream || format == .json {
            throw ValidationError(
                "--slow-log - would mix the log with \(output == Output.standardStream ? "the profile" : "JSON") on standard output. Name a "
                    + "file for one of them.")
        }
    }

    private var sampling: SamplingPolicy {
        if let maxOverhead { return .budget(maxOverhead) }
        guard let sample, sample > 0 else { return .everyCall }
        return .fixed(shift: sample)
    }

    func run() throws {
        // Standard output gets either the profile or the report.
        let isReportWanted = output != Output.standardStream || report != nil
        let reporter = LiveReport(
            try Output(path: report, readers: .owner), view: view, isJSON: format == .json, isSampled: sampling != .everyCall)
        var sink: ProfileSink?
        if let output { sink = try ProfileSink(path: output) }
        if isReportWanted { try sink?.checkIsApart(from: reporter.output) }
        var slowLog: SlowLog?
        if let path = slow.slowLog { slowLog = try SlowLog(path: path) }
        // On standard output the report follows the log.
        if slow.slowLog != Output.standardStream { try slowLog?.output.checkIsApart(from: reporter.output) }
        var options = CaptureOptions(
            target: try target.target(), selection: try Selecting.selection(syscalls),
            selectionText: syscalls.isEmpty ? nil : syscalls.joined(separator: ","), durationNanoseconds: duration,
            intervalNanoseconds: interval, ringBytes: ringSize, btfPath: btf, programSet: programSet,
            keepsProcessDistributions: view.grouping == .process, sampling: sampling, vdsoTickHertz: vdsoTicks.hertz)
        options.hook = hook
        options.slowCalls = try slow.options(isWholeSystem: target.all)
        options.waitsForDescendants = target.waitAll
        let session = try Session(options)
        if interval != nil { try sink?.begin(session.outline) }
        // A command that writes to the same terminal has it to itself.
        var progress = ProgressLine(
            isWanted: target.command.isEmpty || !Terminal.isTerminal(STDOUT_FILENO),
            isEndless: target.command.isEmpty && duration == nil)
        var ended = try OneShot.capture(
            session, onProgress: { progress.show($0) },
            onInterval: { interval in
                progress.clear()
                sink?.append(interval)
                if isReportWanted { reporter.add(interval) }
                // A capture that nobody reads and nothing keeps ends as any filter does.
                if reporter.hasLostItsReader, sink == nil, target.command.isEmpty { Signals.endForBrokenPipe() }
            },
            onSlowCalls: { calls in
                progress.clear()
                slowLog?.add(calls)
            })
        // While it lives a signal can't end this process, and so can't cost the profile.
        defer { withExtendedLifetime(ended) {} }
        progress.clear()
        // Told at once: the report and the profile come all the same.
        var logFailure: CommandError?
        do { try slowLog?.finish() } catch let error as CommandError {
            logFailure = error
            Terminal.say("\(Syslat._errorPrefix)\(error)\n")
        }
        let report = isReportWanted ? reporter : nil
        if ended.commandRunsOn {
            try Delivery.finish(ended.profile, to: &sink, and: report) { ended.waitForCommand() ?? 0 }
        } else {
            let status = ended.waitForCommand() ?? 0
            try Delivery.finish(ended.profile, to: &sink, and: report, status: status)
        }
        if let logFailure { throw ExitCode(logFailure.status.rawValue) }
    }
}

extension ProgramSet: ExpressibleByArgument {}
extension TracepointHooks.Hook: ExpressibleByArgument {}

/// A line on the terminal that shows that the capture is running; nothing if standard error isn't a terminal.
struct ProgressLine {
    private let isWanted: Bool
    /// Tells how to end a capture that only a signal ends.
    private let hint: String
    private var shownAt: UInt64 = 0
    private var isShown = false

    init(isWanted: Bool, isEndless: Bool) {
        self.isWanted = isWanted && Terminal.isInteractive
        hint = isEndless ? "  (Ctrl-C ends it)" : ""
    }

    mutating func show(_ progress: Session.Progress) {
        // Five updates a second are enough for the eye.
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
