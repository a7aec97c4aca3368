import SaturatingMath

/// How calls were sampled: 1 of every 2^n of a thread was measured, drawn by chance, and each was counted.
///
/// Counts of calls and of errors are exact all the same; what is said of latency, of processes and of single errors is an estimate
/// from the measured calls.
package struct CallSampling: Sendable, Hashable {
    /// The n of the stretches in which most and least calls were measured; 0 stands for all.
    package var lowestShift, highestShift: UInt8
    /// The overhead that was to be kept below; nil where the sampling was fixed.
    package var budget: OverheadBudget?

    /// 1 of 4096.
    package static let largestShift: UInt8 = 12

    package init(lowestShift: UInt8, highestShift: UInt8, budget: OverheadBudget? = nil) {
        self.lowestShift = lowestShift
        self.highestShift = highestShift
        self.budget = budget
    }

    /// One call in so many was measured: where most were, and where least were.
    package var leastCalls: UInt64 { 1 << UInt64(lowestShift) }
    package var mostCalls: UInt64 { 1 << UInt64(highestShift) }

    /// Both as one; a profile in which every call was measured is one with n = 0.
    static func merged(_ mine: CallSampling?, _ theirs: CallSampling?) -> CallSampling? {
        guard mine != nil || theirs != nil else { return nil }
        let all = CallSampling(lowestShift: 0, highestShift: 0)
        let (first, second) = (mine ?? all, theirs ?? all)
        var merged = CallSampling(
            lowestShift: min(first.lowestShift, second.lowestShift), highestShift: max(first.highestShift, second.highestShift))
        if let budget = first.budget, let other = second.budget { merged.budget = budget.merged(with: other) }
        return merged
    }
}

/// What a capture was allowed to cost those that it watched, and what it did cost them.
package struct OverheadBudget: Sendable, Hashable {
    /// The share of the CPU time of the watched processes: 0.01 for 1 %.
    package var limit: Double
    /// What the watched calls took longer, by what a call takes longer on this host, and syslat's own CPU time.
    package var spentNanoseconds: UInt64
    /// The CPU time that the watched processes used.
    package var watchedNanoseconds: UInt64

    package init(limit: Double, spentNanoseconds: UInt64 = 0, watchedNanoseconds: UInt64 = 0) {
        self.limit = limit
        self.spentNanoseconds = spentNanoseconds
        self.watchedNanoseconds = watchedNanoseconds
    }

    /// The share that was spent; nil where the watched processes used no CPU time.
    package var spent: Double? {
        watchedNanoseconds > 0 ? Double(spentNanoseconds) / Double(watchedNanoseconds) : nil
    }

    func merged(with other: OverheadBudget) -> OverheadBudget {
        OverheadBudget(
            limit: max(limit, other.limit), spentNanoseconds: spentNanoseconds.addingSaturating(other.spentNanoseconds),
            watchedNanoseconds: watchedNanoseconds.addingSaturating(other.watchedNanoseconds))
    }
}

/// What the kernel's own statistics say of the programs at entry and exit (kernel.bpf_stats_enabled, Linux 5.1).
package struct ProgramCost: Sendable, Hashable {
    package var runs: UInt64
    package var nanoseconds: UInt64

    package init(runs: UInt64, nanoseconds: UInt64) {
        self.runs = runs
        self.nanoseconds = nanoseconds
    }

    static func merged(_ mine: ProgramCost?, _ theirs: ProgramCost?) -> ProgramCost? {
        guard let mine, let theirs else { return mine ?? theirs }
        return ProgramCost(
            runs: mine.runs.addingSaturating(theirs.runs), nanoseconds: mine.nanoseconds.addingSaturating(theirs.nanoseconds))
    }
}
