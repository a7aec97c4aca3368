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
        let balances = [(balance, Noun.calls)] + (profile.requests.map { [($0, Noun.requests)] } ?? [])
        let problems = balances.compactMap(unbalanced) + balances.compactMap(lost)
        let cautions = balances.compactMap(overflowed) + profile.capture.warnings
        return problems.map { Warning(severity: .problem, sentence: $0) }
            + cautions.map { Warning(severity: .caution, sentence: $0) }
    }

    /// What a balance is about.
    private enum Noun {
        case calls, requests

        var one: String { self == .calls ? "call" : "request to io_uring" }
        var many: String { self == .calls ? "calls" : "requests to io_uring" }
        var entered: String { self == .calls ? "entered" : "submitted" }

        func count(_ number: UInt64) -> String { HumanFormat.count(number, "\(one) was", "\(many) were") }
    }

    private static func unbalanced(_ balance: Balance, _ noun: Noun) -> String? {
        guard !balance.closes else { return nil }
        if balance.isBeyondCounting {
            return
                "the balance cannot be checked: counts stop at \(HumanFormat.count(.max)), and at least so many \(noun.many) \(noun.entered)."
        }
        return
            "the balance does not close: \(noun.count(balance.entered)) \(noun.entered), but what became of them adds up to another number. Some were "
            + "counted twice or not at all; please report this as a bug of syslat."
    }

    private static func lost(_ balance: Balance, _ noun: Noun) -> String? {
        guard balance.lost > 0 else { return nil }
        let share = HumanFormat.percentage(balance.lost, of: balance.entered)
        let causes = balance.lostByCause.filter { $0.value > 0 }
            .sorted(falling: \.value, then: \.key.rawValue)
            .map { "\(noun == .calls ? $0.key.sentence : $0.key.sentenceOfRequests) (\(HumanFormat.count($0.value)))" }
        return
            "\(noun.count(balance.lost)) lost, \(share) of those \(noun.entered): \(causes.joined(separator: "; ")). They are in no row."
    }

    private static func overflowed(_ balance: Balance, _ noun: Noun) -> String? {
        guard balance.overflowed > 0 else { return nil }
        let share = HumanFormat.percentage(balance.overflowed, of: balance.completed)
        return
            "\(noun.count(balance.overflowed)) counted in the kernel's overflow histograms, \(share) of those completed: their latency is coarser "
            + "(12.5 %) and their process is missing; their errors are kept."
    }
}
