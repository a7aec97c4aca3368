import ArgumentParser
import Capture
import Glibc
import Linux
import LiveView
import Profile

struct TopCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "top",
        abstract: "Watch the latency of system calls as they happen, or a saved time series.",
        usage: """
            syslat top [options] -p PID…
            syslat top [options] -a
            syslat top [options] --cgroup PATH
            syslat top [options] -- COMMAND [ARGUMENT…]
            syslat top --batch [-n N] [--format jsonl] -p PID…
            syslat top FILE
            """,
        discussion: """
            Shows a full screen: ? lists the keys, q quits and leaves the last table on the terminal. With --batch, each refresh is written \
            to standard output. A FILE is a time series that `syslat profile --interval 1s -o FILE` wrote, FILE.partial too, or the folder of `syslat record`. A command gets \
            no terminal, and SIGTERM when you quit.
            """)

    @Argument(
        help: ArgumentHelp("A saved time series to step through, or the folder of a recorder.", valueName: "file"),
        completion: .file())
    var file: String?

    @OptionGroup(title: "View")
    var live: LiveOptions

    @OptionGroup(title: "Target")
    var target: TargetOptions

    @OptionGroup(title: "Recording")
    var recording: RecordingOptions

    @OptionGroup(title: "Slow calls")
    var slow: SlowOptions

    func validate() throws {
        guard let file else {
            guard !target.given.isEmpty else {
                throw ValidationError(
                    "Say what to watch: -p PID, -a for everything, --cgroup PATH, -- COMMAND ARGUMENT…, or a FILE to step through.")
            }
            return try slow.check(against: try recording.selection)
        }
        if let given = target.given.first {
            throw ValidationError("\(file) and \(given) contradict each other: a file was recorded already. Keep one.")
        }
        if live.batch {
            throw ValidationError(
                "--batch goes with a live target. `syslat report --each-interval \(file)` writes a file's intervals.")
        }
    }

    func run() throws {
        if let file { return try replay(file) }
        var options = try recording.options(for: try target.target(), waitsForDescendants: target.waitAll)
        options.slowCalls = try slow.options(isWholeSystem: target.all)
        // Of a few processes; of all processes of a machine they would take too much memory.
        options.keepsProcessDistributions = !target.all && target.cgroup == nil || live.grouping == .process
        options.grouping = live.grouping.groups
        options.endedProcessLimit = CaptureOptions.endedProcessesOfEndlessCaptures
        OwnProcess.settleMemory()
        if live.batch { return try writeBatch(options) }
        var view = try LiveTerminal { LiveModel(size: $0, view: live.view) }
        let capture = try LiveCapture(
            options, refreshNanoseconds: live.refreshNanoseconds, command: target.command, hidesTerminal: true)
        let status = try capture.show(on: &view)
        if let status, status != 0 { throw ExitCode(status) }
    }

    private func replay(_ file: String) throws {
        if let error = MistakenProcess.error(file, watching: true) { throw error }
        let profile = try ProfileFiles.read(file)
        if let kind = live.grouping.groups, profile.groups?.kind != kind {
            throw CommandError(
                "This profile doesn't have its calls by \(kind.rawValue)\(profile.groups.map { ", but by \($0.kind.rawValue)" } ?? ""). "
                    + "Record them: `syslat profile --by \(kind.rawValue) --interval 1s -o FILE`.", status: .usage)
        }
        let replay = LiveReplay([profile])
        var view = try LiveTerminal { LiveModel(replaying: replay, size: $0, view: live.view) }
        var loop: EventLoop
        do throws(Errno) { loop = try EventLoop() } catch { throw CommandError("Can't create the event loop: \(error).") }
        try loop.handleMore(Signals.thatEnd + LiveTerminal.signals)
        LiveCapture.wait(&loop, &view)
        view.close(&loop)
    }

    private func writeBatch(_ options: CaptureOptions) throws {
        var stream = try LiveStream { output in
            LiveBatch(
                format: live.format ?? .text, view: live.view, top: live.top, width: output.columns,
                glyphs: output.isTerminal ? .ofLocale : .unicode)
        }
        let capture = try LiveCapture(
            options, refreshNanoseconds: live.refreshNanoseconds, command: target.command, hidesTerminal: false)
        var detached = try capture.write(live.count, { try stream.show($0) }, while: { stream.hasReader })
        let written = Result { try stream.finish() }
        let status = detached.waitForCommand() ?? 0
        if status != 0 { throw ExitCode(status) }
        try written.get()
    }
}
