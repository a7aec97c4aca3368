import SaturatingMath

/// How calls were sampled: 1 of every 2^n calls of a thread was measured, drawn by chance, and every call was counted.
///
/// Counts of calls and errors stay exact. Latencies, processes and single errors are estimates from the measured calls.
package struct CallSampling: Sendable, Hashable {
    /// The smallest and the largest n during the capture; 0 means that every call was measured.
    package var lowestShift, highestShift: UInt8
    /// The budget that the sampling kept to; nil where it was fixed.
    package var budget: OverheadBudget?

    /// 1 of 4096.
    package static let largestShift: UInt8 = 12

    package init(lowestShift: UInt8, highestShift: UInt8, budget: OverheadBudget? = nil) {
        self.lowestShift = lowestShift
        self.highestShift = highestShift
        self.budget = budget
    }

    /// One call in so many was measured: at the highest rate, and at the lowest.
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

/// What a capture was allowed to cost its target, and what it did cost.
package struct OverheadBudget: Sendable, Hashable {
    /// The limit, as a share of the CPU time of the watched processes: 0.01 for 1 %.
    package var limit: Double
    /// How much longer the watched calls took (calculated from how much longer one takes on this host), plus syslat's own CPU time.
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
