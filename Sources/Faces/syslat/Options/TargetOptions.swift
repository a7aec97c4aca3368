import ArgumentParser
import Capture

/// The target: exactly one of -p, -a, --cgroup and a command.
struct TargetOptions: ParsableArguments {
    @Option(
        name: [.short, .customLong("pid")], parsing: .upToNextOption,
        help: ArgumentHelp(
            "Profile these processes: 12,34 or $(pidof postgres), and what they start from now on.", valueName: "pid…"))
    var pids: [String] = []

    @Flag(name: [.short, .long], help: "Profile every process except syslat itself.")
    var all = false

    @Option(help: ArgumentHelp("Profile a cgroup (v2) and the cgroups below it.", valueName: "path"), completion: .directory)
    var cgroup: String?

    @Flag(help: "Don't watch child processes that the target starts.")
    var noFollow = false

    @Flag(help: "Go on until the processes that the target has started have ended too.")
    var waitAll = false

    @Option(
        name: [.short, .long],
        help: ArgumentHelp("Run the command as this user, a name or an id, with the user's groups and HOME.", valueName: "user"))
    var user: String?

    @Argument(parsing: .postTerminator, help: "Start this command and profile it until it ends.")
    var command: [String] = []

    /// The options that name a target.
    var given: [String] {
        [
            pids.isEmpty ? nil : "-p", all ? "-a" : nil, cgroup == nil ? nil : "--cgroup",
            command.isEmpty ? nil : "a command after --",
        ].compactMap { $0 }
    }

    /// For a command line that can't do without a target.
    func requireOne() throws {
        if given.isEmpty {
            throw ValidationError(TargetOptions.noneGiven)
        }
    }

    static let noneGiven = "Say what to profile: -p PID, -a for everything, --cgroup PATH, or -- COMMAND ARGUMENT…"

    func validate() throws {
        let given = given
        // A target is wanted first of all: what is said of none is the caller's business.
        guard !given.isEmpty else { return }
        if given.count > 1 {
            throw ValidationError("\(given.joined(separator: " and ")) contradict each other: a profile has one target. Keep one.")
        }
        if noFollow && (all || cgroup != nil) {
            throw ValidationError("--no-follow goes with -p or a command: \(given[0]) has no children to leave out. Drop it.")
        }
        if waitAll && (all || cgroup != nil) {
            throw ValidationError(
                "--wait-all goes with -p or a command: \(given[0]) has no end to wait for. Drop it, or use --duration.")
        }
        if waitAll && noFollow {
            throw ValidationError("--wait-all waits for the child processes that --no-follow leaves out. Keep one.")
        }
        if user != nil && command.isEmpty {
            throw ValidationError("--user goes with a command: \(given[0]) runs as somebody already. Drop it.")
        }
        _ = try processIDs()
    }

    func target() throws -> Target {
        if all { return .all }
        if let cgroup { return .cgroup(path: cgroup) }
        if !pids.isEmpty { return .processes(try processIDs(), follow: !noFollow) }
        return .command(try ResolvedCommand(command, user: user), follow: !noFollow)
    }

    /// The process ids, each once, in the order they were given.
    private func processIDs() throws -> [Int32] {
        var ids: [Int32] = []
        for item in pids.flatMap({ $0.split(separator: ",", omittingEmptySubsequences: false) }) {
            guard let id = Int32(item), id > 0 else {
                throw ValidationError("'\(item)' is not a process id. Give -p numbers: -p 1234,5678 or -p 1234 5678")
            }
            if !ids.contains(id) { ids.append(id) }
        }
        return ids
    }
}
