import LatencyHistogram
package import Profile
import SaturatingMath
import SyscallTable

/// What a profile says of the vDSO, in sentences. They may have any text in them.
package enum VDSOFindings {
    /// Nothing but calls that entered the kernel, and those a handful, or less than a ten-thousandth of the time: every program
    /// that starts asks for a few random bytes.
    package static func isNegligible(_ vdso: VDSOProfile, _ capture: CaptureSummary) -> Bool {
        let (time, isHuge) = enteredNanoseconds(vdso).multipliedReportingOverflow(by: 10_000)
        return vdso.served.isEmpty && vdso.vsyscalls.isEmpty
            && (enteredCalls(vdso) < 10 || (!isHuge && time < capture.durationNanoseconds))
    }

    private static func enteredCalls(_ vdso: VDSOProfile) -> UInt64 {
        vdso.entered.reduce(0) { $0.addingSaturating($1.distribution.count) }
    }

    private static func enteredNanoseconds(_ vdso: VDSOProfile) -> UInt64 {
        vdso.entered.reduce(0) { $0.addingSaturating($1.distribution.sum) }
    }

    /// Notes, a sentence each: calls that are not worth a section, and why served calls could not be looked for.
    package static func notes(_ profile: Profile) -> [String] {
        guard let vdso = profile.vdso else { return [] }
        var notes: [String] = []
        if !vdso.entered.isEmpty, isNegligible(vdso, profile.capture) {
            notes.append(
                "vDSO: \(HumanFormat.count(enteredCalls(vdso), "call", "calls")) that it can serve entered the kernel, "
                    + "\(HumanFormat.duration(nanoseconds: enteredNanoseconds(vdso))) in all: too little to matter.")
        }
        if case .unavailable(let reason) = vdso.ticks {
            let cause = reason.isEmpty ? "" : " \(reason)"
            notes.append("Calls that the vDSO served could not be estimated.\(cause)")
        }
        return notes
    }

    /// The entries that have the same explanation.
    private struct Explanation {
        var label: String
        var isCurable: Bool
        var entries: [VDSOEntry]
        var savings: VDSOSavings?

        var total: UInt64 { entries.reduce(0) { $0.addingSaturating($1.distribution.sum) } }
    }

    /// Why calls entered the kernel and what to do about it, a sentence or two each: what can be cured first, by what it would save.
    package static func explanations(_ vdso: VDSOProfile, _ capture: CaptureSummary) -> [String] {
        struct Key: Hashable {
            let label: String
            let isCurable: Bool
        }
        var places: [Key: Int] = [:]
        var found: [Explanation] = []
        for entry in vdso.entered {
            let (label, isCurable) = (entry.reason.label, vdso.isCurable(entry))
            let savings = vdso.savings(of: entry, in: capture)
            guard let known = places[Key(label: label, isCurable: isCurable)] else {
                places[Key(label: label, isCurable: isCurable)] = found.count
                found.append(Explanation(label: label, isCurable: isCurable, entries: [entry], savings: savings))
                continue
            }
            found[known].entries.append(entry)
            if let savings { found[known].savings = found[known].savings.map { $0 + savings } ?? savings }
        }
        found.sort { ($1.savings?.nanosecondsPerSecond ?? -1, $1.total) < ($0.savings?.nanosecondsPerSecond ?? -1, $0.total) }
        var sentences = found.map { explanation in
            let saving =
                explanation.savings.map {
                    HumanFormat.sentence($0).map { "serving these calls would save \($0); " }
                        ?? "too few calls to say what serving them would save; "
                } ?? ""
            return "\(explanation.label): \(saving)\(vdso.advice(on: explanation.entries) ?? "")"
        }
        if !vdso.vsyscalls.isEmpty {
            sentences.append(
                "vsyscall: calls through the legacy vsyscall page, which no system call tracepoint sees; latency not observable.")
        }
        return sentences + served(vdso)
    }

    private static func served(_ vdso: VDSOProfile) -> [String] {
        guard !vdso.served.isEmpty else { return [] }
        var ticks = "vDSO ticks"
        if case .on(let hertz) = vdso.ticks {
            ticks = "up to \(HumanFormat.count(UInt64(hertz), "vDSO tick", "vDSO ticks")) a second"
        }
        return [
            "SERVED is an estimate: the CPU time that \(ticks) saw in the vDSO, divided by what one call costs. The interval (95 %) "
                + "covers chance and the spread of that cost; where it is wide, only its upper end is shown."
        ]
    }
}
