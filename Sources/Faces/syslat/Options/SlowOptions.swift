import ArgumentParser
import CallSelection
import Capture
import PlainText
import Probes
import Profile
import SyscallTable

/// The single calls that a capture keeps with their details.
struct SlowOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Show the n slowest calls of each system call, with arguments, files and the functions that made them (default: 3; with -a: 0).",
            valueName: "n"))
    var slowest: Int?

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "Show the calls that took at least this time instead: 10ms, read=1ms,fsync=50ms, or both.",
            valueName: "time|call=time,…"))
    var slower: [String] = []

    enum Stacks: String, ExpressibleByArgument, CaseIterable {
        case off, user, all

        fileprivate var taken: SlowCallOptions.Stacks {
            switch self {
            case .off: .none
            case .user: .user
            case .all: .all
            }
        }
    }

    @Option(
        help:
            "The functions on the way to slow calls: none, those of the program, or those of the kernel in which they slept as well."
    )
    var stacks = Stacks.user

    @Option(help: ArgumentHelp("Keep only slow calls of processes whose name matches this glob: 'nginx*'.", valueName: "glob"))
    var comm: String?

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Keep only slow calls of these threads.", valueName: "tid,…"))
    var tid: [String] = []

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Keep only slow calls that returned one of these errors: EAGAIN,EINTR.", valueName: "error,…"))
    var errno: [String] = []

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Of the slowest calls, keep only those that took at least this time.", valueName: "time"),
        transform: Units.duration)
    var minDuration: UInt64?

    func validate() throws {
        let counts = 0...SlowCalls.largestCount
        if let slowest, !counts.contains(slowest) {
            throw ValidationError("--slowest \(slowest) is out of range: give a number from 0 (none) to \(counts.upperBound).")
        }
        if let slowest, slowest > 0, !slower.isEmpty {
            throw ValidationError("--slowest and --slower both choose the calls to show: keep one.")
        }
        if minDuration != nil, !slower.isEmpty {
            throw ValidationError("--slower and --min-duration both say from when on calls are kept: keep one.")
        }
        if let minDuration, !SlowThreshold.range.contains(minDuration) {
            throw ValidationError(
                "--min-duration is more than 73 minutes, the longest latency that can be told apart. Give a shorter time.")
        }
        if slowest == 0, let option = filterOptions.first {
            throw ValidationError("\(option) chooses among slow calls, and --slowest 0 keeps none: drop one of them.")
        }
        _ = try thresholds()
        _ = try filter
    }

    /// The options that choose among slow calls, as far as they are given.
    private var filterOptions: [String] {
        [(comm != nil, "--comm"), (!tid.isEmpty, "--tid"), (!errno.isEmpty, "--errno"), (minDuration != nil, "--min-duration")]
            .filter(\.0).map(\.1)
    }

    private var filter: SlowCallFilter {
        get throws {
            if let comm, comm.isEmpty || NamePattern(comm) == nil {
                throw ValidationError(
                    "--comm '\(PlainText.line(comm))' matches no name: a name has 1 to 15 bytes, and a [ needs its ]. "
                        + "Write --comm 'nginx*'.")
            }
            let tids = try SlowOptions.items(tid, of: "--tid", "threads") { text in
                guard let number = Int32(text), number > 0 else {
                    throw ValidationError(
                        "--tid '\(PlainText.line(text))' is not a thread id: write numbers, such as --tid 4711 or --tid 4711,4712.")
                }
                return number
            }
            let errnos = try SlowOptions.items(errno, of: "--errno", "errors") { text in
                guard let number = ErrnoTable.number(text) else {
                    throw ValidationError(
                        "--errno '\(PlainText.line(text))' is not an error: write a name such as EAGAIN, or a number from 1 to 4095."
                    )
                }
                return number
            }
            return SlowCallFilter(comm: comm, tids: tids, errnos: errnos, leastNanoseconds: minDuration)
        }
    }

    /// The numbers of a list that may be given in parts, in no more than the programs have room for.
    private static func items(
        _ texts: [String], of option: String, _ things: String, _ number: (String) throws -> Int32
    ) throws -> [Int32] {
        let numbers = try texts.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }.map {
            try number(String($0))
        }
        guard numbers.count <= SlowCallFilter.mostIDs else {
            throw ValidationError(
                "\(option) names \(numbers.count) \(things); at most \(SlowCallFilter.mostIDs) can be told apart. Name fewer.")
        }
        return numbers
    }

    /// Refuses thresholds of calls that are not watched.
    func check(against selection: SyscallSelection?) throws {
        guard let selection else { return }
        for name in try thresholds().compactMap(\.call)
        where !SlowOptions.calls(named: name).contains(where: { selection.contains($0) }) {
            throw ValidationError("--slower names \(name), which -e leaves out. Select it, or drop its threshold.")
        }
    }

    /// nil if no calls are to be kept.
    /// - Parameter isLogged: whether each call that is slow is wanted as it ends.
    func options(isWholeSystem: Bool, isLogged: Bool = false) throws -> SlowCallOptions? {
        if !slower.isEmpty {
            return SlowCallOptions(rule: .slower(try thresholds()), filter: try filter, stacks: stacks.taken, isLogged: isLogged)
        }
        // Who chooses among slow calls wants some.
        let count = slowest ?? (isWholeSystem && filterOptions.isEmpty ? 0 : 3)
        guard count > 0 || stacks != .all else {
            throw ValidationError(
                "--stacks all shows where slow calls sleep, and none are kept\(slowest == nil ? " unless you ask for them" : ""). Add --slowest 3 or "
                    + "--slower 10ms, or leave it out.")
        }
        return count == 0 ? nil : SlowCallOptions(rule: .slowest(count), filter: try filter, stacks: stacks.taken)
    }

    // MARK: Thresholds

    private func thresholds() throws -> [SlowThreshold] {
        let items = slower.flatMap { $0.split(separator: ",", omittingEmptySubsequences: false) }
        var thresholds: [SlowThreshold] = []
        for item in items {
            let threshold = try SlowOptions.threshold(item)
            guard !thresholds.contains(where: { $0.call == threshold.call }) else {
                throw ValidationError(
                    "--slower says twice when \(threshold.call.map { "\($0) is" } ?? "calls are") slow. Keep one threshold.")
            }
            thresholds.append(threshold)
        }
        return thresholds
    }

    private static func threshold(_ item: Substring) throws -> SlowThreshold {
        guard let equals = item.firstIndex(of: "=") else { return SlowThreshold(nanoseconds: try time(String(item))) }
        let name = item[..<equals]
        guard !calls(named: String(name)).isEmpty else {
            let near = NearestNames.names(near: String(name), among: SyscallTable.allNames(in: ABI.ofCalls))
            let hint = near.isEmpty ? "" : " Did you mean \(near.joined(separator: " or "))?"
            throw ValidationError(
                "There is no system call '\(name)' that could be slow.\(hint) Write --slower 10ms, or --slower read=1ms,fsync=50ms."
            )
        }
        return SlowThreshold(call: String(name), nanoseconds: try time(String(item[item.index(after: equals)...])))
    }

    /// The calls of a name, which an ABI may stand before: `write`, `ia32:write`.
    private static func calls(named text: String) -> [SyscallID] {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let abis =
            parts.count == 1 ? ABI.ofCalls : Architecture.current.abis.filter { $0.name == parts[0] && ABI.ofCalls.contains($0) }
        return SyscallTable.calls(named: parts[parts.count - 1], in: abis)
    }

    private static func time(_ text: String) throws -> UInt64 {
        let nanoseconds = try Units.duration(text)
        guard SlowThreshold.range.contains(nanoseconds) else {
            throw ValidationError("The threshold '\(text)' is more than 73 minutes, the longest latency that can be told apart.")
        }
        return nanoseconds
    }
}
