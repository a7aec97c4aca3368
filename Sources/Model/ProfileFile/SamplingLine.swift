import Profile

/// How calls were sampled: `{"one_in_min":4,"one_in_max":64,"budget":{…}}`.
struct SamplingLine: Codable {
    var oneInMin, oneInMax: UInt64
    var budget: BudgetLine?

    enum CodingKeys: String, CodingKey {
        case oneInMin = "one_in_min"
        case oneInMax = "one_in_max"
        case budget
    }

    struct BudgetLine: Codable {
        var limit: Double
        var spent, watched: UInt64

        enum CodingKeys: String, CodingKey {
            case limit = "max_overhead"
            case spent = "spent_ns"
            case watched = "watched_cpu_ns"
        }
    }

    init(_ sampling: CallSampling) {
        (oneInMin, oneInMax) = (sampling.leastCalls, sampling.mostCalls)
        budget = sampling.budget.map { BudgetLine(limit: $0.limit, spent: $0.spentNanoseconds, watched: $0.watchedNanoseconds) }
    }

    func decoded() throws(LineDefect) -> CallSampling {
        var sampling = CallSampling(lowestShift: try shift(oneInMin), highestShift: try shift(oneInMax))
        guard oneInMin <= oneInMax else { throw LineDefect("one_in_min \(oneInMin) is more than one_in_max \(oneInMax)") }
        if let budget {
            guard budget.limit > 0, budget.limit <= 1 else { throw LineDefect("max_overhead is a share above 0 and up to 1") }
            sampling.budget = OverheadBudget(
                limit: budget.limit, spentNanoseconds: budget.spent, watchedNanoseconds: budget.watched)
        }
        return sampling
    }

    private func shift(_ calls: UInt64) throws(LineDefect) -> UInt8 {
        guard calls.nonzeroBitCount == 1, calls <= 1 << UInt64(CallSampling.largestShift) else {
            throw LineDefect(
                "calls are sampled by powers of two up to \(UInt64(1) << UInt64(CallSampling.largestShift)), not by \(calls)")
        }
        return UInt8(calls.trailingZeroBitCount)
    }
}

/// The kernel's statistics of the programs.
struct ProgramsLine: Codable {
    var runs, nanoseconds: UInt64

    enum CodingKeys: String, CodingKey {
        case nanoseconds = "run_time_ns"
        case runs
    }

    init(_ cost: ProgramCost) { (runs, nanoseconds) = (cost.runs, cost.nanoseconds) }

    var cost: ProgramCost { ProgramCost(runs: runs, nanoseconds: nanoseconds) }
}
