package import Profile

/// How every output says that calls were sampled, and what the overhead came to.
package enum SamplingText {
    /// One clause, without a full stop: `sampled: 1 of 16 calls was measured, the others only counted`.
    package static func mark(_ sampling: CallSampling) -> String {
        let least = HumanFormat.count(sampling.leastCalls)
        let most = HumanFormat.count(sampling.mostCalls)
        return least == most
            ? "sampled: 1 of \(least) calls was measured, the others only counted"
            : "sampled: 1 of \(least) to 1 of \(most) calls was measured, the others only counted"
    }

    /// What is exact and what is estimated, for people.
    package static let explanation =
        "Counts of calls and errors are exact; latencies, times, processes and single errors are estimates from the measured calls."

    /// What the overhead came to; nil without a budget.
    package static func budget(_ sampling: CallSampling) -> String? {
        guard let budget = sampling.budget else { return nil }
        let million: UInt64 = 1_000_000
        let limit = HumanFormat.percentage(UInt64((budget.limit * Double(million)).rounded()), of: million)
        guard budget.watchedNanoseconds > 0 else {
            return "Overhead: unknown, since the target used no CPU time (the budget was \(limit))."
        }
        let spent = HumanFormat.percentage(budget.spentNanoseconds, of: budget.watchedNanoseconds)
        return "Overhead: \(spent) of the target's CPU time (the budget was \(limit))."
    }
}
