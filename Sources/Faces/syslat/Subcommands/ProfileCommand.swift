import ArgumentParser
import Capture
import Glibc
import Linux
import Presentation
import Profile
import Exports
import TextReport

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

    @OptionGroup(title: "Recording")
    var recording: RecordingOptions

    @Option(
        name: [.short, .long], parsing: .unconditional,
        help: ArgumentHelp("End the capture after this time: 10s, 500ms, 2m.", valueName: "time"),
        transform: Units.duration)
    var duration: UInt64?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Also report each interval of this length as it ends: 1s.", valueName: "time"),
        transform: Units.duration)
    var interval: UInt64?

    @Option(
        name: [.customShort("o"), .long],
        help: ArgumentHelp("Save the profile to this file, for `syslat report`; - for standard output.", valueName: "file"),
        completion: .file())
    var output: String?

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json, html

        /// The same of `syslat report`.
        var ofReport: ReportFormat {
            switch self {
            case .text: .text
            case .json: .json
            case .html: .html
            }
        }
    }

    @Option(help: "Format of the report.")
    var format = Format.text

    @Option(
        help: ArgumentHelp("Write the report to this file instead of standard output.", valueName: "file"), completion: .file())
    var report: String?

    @OptionGroup(title: "Slow calls")
    var slow: SlowOptions

    @Option(
        help: ArgumentHelp(
            "Also write each call that --slower is about to this file as it ends, a line each; - for standard output.",
            valueName: "file"),
        completion: .file())
    var slowLog: String?

    @OptionGroup(title: "Report")
    var view: ViewOptions

    func validate() throws {
        try target.requireOne()
        if let interval, interval < 10_000_000 {
            throw ValidationError("An interval under 10ms would measure syslat itself: write --interval 100ms or more.")
        }
        try view.check(for: format.ofReport)
        if view.grouping == .interval && interval == nil {
            throw ValidationError("--by interval needs a time series: add --interval 1s.")
        }
        if output == Output.standardStream && report == Output.standardStream {
            throw ValidationError("-o - and --report - would mix the profile and the report on standard output. Keep one.")
        }
        try slow.check(against: try recording.selection)
        if slowLog != nil, slow.slower.isEmpty {
            throw ValidationError("--slow-log needs to know which calls are slow: add --slower 10ms.")
        }
        if slowLog == Output.standardStream, output == Output.standardStream || format != .text {
            let other = output == Output.standardStream ? "the profile" : format.rawValue.uppercased()
            throw ValidationError("--slow-log - would mix the log with \(other) on standard output. Name a file for one of them.")
        }
    }

    func run() throws {
        // Standard output gets either the profile or the report.
        let isReportWanted = output != Output.standardStream || report != nil
        let reporter = LiveReport(
            try Output(path: report, readers: .owner), view: view, isJSON: format == .json, isPage: format == .html,
            isSampled: recording.sampling != .everyCall)
        if isReportWanted { try format.ofReport.checkDestination(isTerminal: reporter.output.isTerminal) }
        var sink: ProfileSink?
        if let output { sink = try ProfileSink(path: output) }
        if isReportWanted { try sink?.checkIsApart(from: reporter.output) }
        var log: SlowLog?
        if let slowLog { log = try SlowLog(path: slowLog) }
        // On standard output the report follows the log.
        if slowLog != Output.standardStream { try log?.output.checkIsApart(from: reporter.output) }
        var options = try recording.options(for: try target.target(), waitsForDescendants: target.waitAll)
        (options.durationNanoseconds, options.intervalNanoseconds) = (duration, interval)
        options.keepsProcessDistributions = view.grouping == .process
        options.grouping = view.grouping.groups
        options.slowCalls = try slow.options(isWholeSystem: target.all, isLogged: slowLog != nil)
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
                log?.add(calls)
            })
        // While it lives a signal can't end this process, and so can't cost the profile.
        defer { withExtendedLifetime(ended) {} }
        progress.clear()
        // Told at once: the report and the profile come all the same.
        var logFailure: CommandError?
        do { try log?.finish() } catch let error as CommandError {
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
