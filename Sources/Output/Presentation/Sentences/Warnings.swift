package import Profile

/// What the reader must know before trusting the figures, a sentence each.
package struct Warning: Sendable, Hashable {
    package enum Severity: Sendable, Hashable {
        /// Some figures are wrong, or calls are missing.
        case problem
        /// The figures are right, but say less than they seem to.
        case caution
    }

    package var severity: Severity
    /// It may have any text in it.
    package var sentence: String

    /// Problems first, then cautions.
    package static func all(of profile: Profile) -> [Warning] {
        let balance = profile.balance
        let problems = [unbalanced(balance), lost(balance)].compactMap { $0 }
        let cautions = [overflowed(balance)].compactMap { $0 } + profile.capture.warnings
        return problems.map { Warning(severity: .problem, sentence: $0) }
            + cautions.map { Warning(severity: .caution, sentence: $0) }
    }

    private static func unbalanced(_ balance: Balance) -> String? {
        guard !balance.closes else { return nil }
        let entered = HumanFormat.count(balance.entered, "call was", "calls were")
        return "the balance does not close: \(entered) entered, but what became of them adds up to another number. Some were "
            + "counted twice or not at all; please report this as a bug of syslat."
    }

    private static func lost(_ balance: Balance) -> String? {
        guard balance.lost > 0 else { return nil }
        let lost = HumanFormat.count(balance.lost, "call was", "calls were")
        let share = HumanFormat.percentage(balance.lost, of: balance.entered)
        let causes = balance.lostByCause.filter { $0.value > 0 }
            .sorted(falling: \.value, then: \.key.rawValue)
            .map { "\($0.key.sentence) (\(HumanFormat.count($0.value)))" }
        return "\(lost) lost, \(share) of those entered: \(causes.joined(separator: "; ")). They are in no row above."
    }

    private static func overflowed(_ balance: Balance) -> String? {
        guard balance.overflowed > 0 else { return nil }
        let overflowed = HumanFormat.count(balance.overflowed, "call was", "calls were")
        let share = HumanFormat.percentage(balance.overflowed, of: balance.completed)
        return
            "\(overflowed) counted in the kernel's overflow histograms, \(share) of those completed: their latency is coarser "
            + "(12.5 %) and their process is missing; their errors are kept."
    }
}
