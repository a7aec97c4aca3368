import Profile

extension BeforeEntry {
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
            if !processes.isEmpty { notes.append("Before entry: \(does) \(processes.phrase). \(time) not in the report.") }
        }
        // Where the vDSO's section is shown.
        guard let vdso = profile.vdso, !VDSOFindings.isNegligible(vdso, profile.capture) else { return notes }
        let guarded = Set(profile.processes.filter { !$0.beforeEntry.isEmpty }.map(\.pid))
        if vdso.entered.contains(where: { $0.processes.contains { guarded.contains($0.pid) } }) {
            notes.append("So the savings in the vDSO section are too low for these processes.")
        }
        return notes
    }
}
