import Profile

extension BeforeEntry {
    private static let processesNamed = 3

    /// Whose times leave out what stands before the entry: a sentence for each kind. They may have any text in them.
    static func notes(_ profile: Profile) -> [String] {
        let kinds: [(BeforeEntry, String, String)] = [
            (.supervisor, "a seccomp supervisor decides on calls of", "The wait for it is"),
            (.filter, "seccomp filters check the calls of", "The time that takes is"),
            (.tracer, "a tracer (ptrace) may stop the calls of", "The wait for it is"),
        ]
        var notes: [String] = []
        for (kind, does, time) in kinds {
            let processes = profile.processes.filter {
                // A supervisor comes with a filter, and takes far longer.
                $0.beforeEntry.contains(kind) && !(kind == .filter && $0.beforeEntry.contains(.supervisor))
            }
            if !processes.isEmpty { notes.append("Before entry: \(does) \(names(of: processes)). \(time) not in the report.") }
        }
        let guarded = Set(profile.processes.filter { !$0.beforeEntry.isEmpty }.map(\.pid))
        let entered = profile.vdso?.entered.contains { $0.processes.contains { guarded.contains($0.pid) } } ?? false
        if entered {
            notes.append("The savings in the vDSO section are too low for these processes: they leave that time out as well.")
        }
        return notes
    }

    private static func names(of processes: [ProcessProfile]) -> String {
        let named = processes.prefix(processesNamed).map { process in
            process.pid.map { "\(process.comm) (\($0))" } ?? process.comm
        }
        let rest = processes.count - named.count
        if rest > 0 {
            return named.joined(separator: ", ") + " and " + HumanFormat.count(UInt64(rest), "more process", "more processes")
        }
        return named.count < 2 ? named.joined() : named.dropLast().joined(separator: ", ") + " and " + named[named.count - 1]
    }
}
