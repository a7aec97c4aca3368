import ArgumentParser
import Capture
import CaptureSite
import Glibc
import Linux
import Profile

struct ServeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serve the latency of system calls to Prometheus, for as long as it runs.",
        usage: """
            syslat serve [options] -a
            syslat serve [options] --cgroup PATH
            syslat serve [options] -p PID…
            """,
        discussion: """
            /metrics has native histograms for a Prometheus that takes them, and text for everybody else; / shows the state. Listens on this \
            machine alone unless --listen says otherwise, and gives up what privileges it can once the programs are attached. systemd may \
            hand the socket over (LISTEN_FDS), is told when it is ready, and may watch it. SIGTERM ends it.
            """)

    @OptionGroup(title: "Server")
    var server: ServeOptions

    @OptionGroup(title: "Target")
    var target: RunningTarget

    @OptionGroup(title: "Recording")
    var recording: RecordingOptions

    @OptionGroup(title: "Slow calls")
    var slow: SlowOptions

    /// What ends a capture, or starts with it. Other subcommands have these, so a sentence says why this one hasn't.
    @Flag(help: .hidden)
    var waitAll = false

    @Argument(parsing: .postTerminator, help: .hidden)
    var command: [String] = []

    private static let noTarget = "\(TargetOptions.noneGiven): -p PID, -a for everything, or --cgroup PATH"
    private static let mostProcesses = 256
    /// With groups, calls of processes without a row are in none: a hundred processes that start in a second fill 256 rows while they wait to be
    /// read to their end.
    private static let mostGroupedProcesses = 2048
    /// Smaller than that of captures which end: each byte is memory for as long as it runs, and is counted twice, since a ring is mapped twice.
    private static let usualRing = 4 << 20

    func validate() throws {
        if !command.isEmpty {
            throw ValidationError("serve watches what runs already: -a, --cgroup or -p. `syslat profile -- …` starts a command.")
        }
        if waitAll { throw ValidationError("--wait-all ends a capture; serve goes on until it is told to end. Drop it.") }
        try target.check()
        if target.given.isEmpty { throw ValidationError(ServeCommand.noTarget) }
        try slow.check(against: try recording.selection)
    }

    func run() throws {
        guard let target = try target.target() else { throw ValidationError(ServeCommand.noTarget) }
        OwnProcess.settleMemory()
        var options = try recording.options(for: target, waitsForDescendants: false)
        // The slowest calls of all time soon tell nothing of now: none, unless they are asked for.
        options.slowCalls = try slow.options(isWholeSystem: true)
        // Each snapshot has all rows, and nobody is shown more.
        options.processRowLimit = ServeCommand.mostProcesses
        if recording.ringSize == nil { options.ringBytes = ServeCommand.usualRing }
        if let rule = server.groupRule {
            options.grouping = rule.kind == .comm ? .comm : .cgroup
            (options.processRowLimit, options.endedProcessLimit) = (ServeCommand.mostGroupedProcesses, ServeCommand.mostProcesses)
            // Those that are shown, and as many that may come back.
            options.newestGroups = max(256, 2 * rule.most)
        }
        try ServedCapture.run(options, server)
    }
}
