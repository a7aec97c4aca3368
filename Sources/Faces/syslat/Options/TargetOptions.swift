import ArgumentParser
import Capture

/// The target: exactly one of -p, -a, --cgroup and a command.
struct TargetOptions: ParsableArguments {
    @OptionGroup
    var running: RunningTarget

    @Flag(help: "Go on until the processes that the target has started have ended too.")
    var waitAll = false

    @Option(
        name: [.short, .long],
        help: ArgumentHelp("Run the command as this user, a name or an id, with the user's groups and HOME.", valueName: "user"))
    var user: String?

    @Argument(parsing: .postTerminator, help: "Start this command and profile it until it ends.")
    var command: [String] = []

    var all: Bool { running.all }
    var cgroup: String? { running.cgroup }

    private var ofCommand: [String] { command.isEmpty ? [] : ["a command after --"] }

    /// What names a target.
    var given: [String] { running.given + ofCommand }

    /// How every command line without a target is refused.
    static let noneGiven = "Say what to profile"

    /// For a command line that can't do without a target.
    func requireOne() throws {
        if given.isEmpty {
            throw ValidationError("\(TargetOptions.noneGiven): -p PID, -a for everything, --cgroup PATH, or -- COMMAND ARGUMENT…")
        }
    }

    func validate() throws {
        try running.check(beside: ofCommand)
        guard let given = given.first else { return }
        if waitAll && running.isWhole {
            throw ValidationError(
                "--wait-all goes with -p or a command: \(given) has no end to wait for. Drop it, or use --duration.")
        }
        if waitAll && running.noFollow {
            throw ValidationError("--wait-all waits for the child processes that --no-follow leaves out. Keep one.")
        }
        if user != nil && command.isEmpty {
            throw ValidationError("--user goes with a command: \(given) runs as somebody already. Drop it.")
        }
    }

    func target() throws -> Target {
        // Not by ??: Swift 6.3 loses the error of the call behind it, and goes on with a command that there isn't.
        if let target = try running.target() { return target }
        return .command(try ResolvedCommand(command, user: user), follow: !running.noFollow)
    }
}
