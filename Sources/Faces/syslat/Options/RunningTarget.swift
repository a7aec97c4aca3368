import ArgumentParser
import Capture

/// A target that runs already: processes, a cgroup, or everything.
struct RunningTarget: ParsableArguments {
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

    /// The options that name a target.
    var given: [String] { [pids.isEmpty ? nil : "-p", all ? "-a" : nil, cgroup == nil ? nil : "--cgroup"].compactMap { $0 } }

    /// Whether it has children that can be left out, and an end that can be waited for.
    var isWhole: Bool { all || cgroup != nil }

    /// Throws where options of a target contradict each other.
    /// - Parameter others: more of what names a target.
    func check(beside others: [String] = []) throws {
        let given = given + others
        // A target is wanted first of all: what is said of none is the caller's business.
        guard !given.isEmpty else { return }
        if given.count > 1 {
            throw ValidationError("\(given.joined(separator: " and ")) contradict each other: a profile has one target. Keep one.")
        }
        if noFollow && isWhole {
            throw ValidationError("--no-follow goes with -p or a command: \(given[0]) has no children to leave out. Drop it.")
        }
        _ = try processIDs()
    }

    /// nil where no target is named.
    func target() throws -> Target? {
        if all { return .all }
        if let cgroup { return .cgroup(path: cgroup) }
        return pids.isEmpty ? nil : .processes(try processIDs(), follow: !noFollow)
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
