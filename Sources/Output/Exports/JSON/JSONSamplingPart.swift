import Presentation
import Profile

/// How calls were sampled, in JSON.
struct SamplingPart: Encodable {
    private let oneInMin, oneInMax: UInt64
    private let budget: Budget?

    init(_ sampling: CallSampling) {
        (oneInMin, oneInMax) = (sampling.leastCalls, sampling.mostCalls)
        budget = sampling.budget.map(Budget.init)
    }

    private enum CodingKeys: String, CodingKey {
        case oneInMin = "one_in_min"
        case oneInMax = "one_in_max"
        case budget
    }

    private struct Budget: Encodable {
        let limit: Double
        let spent: Double?
        let spentNanoseconds, watchedNanoseconds: UInt64

        init(_ budget: OverheadBudget) {
            (limit, spent) = (budget.limit, budget.spent)
            (spentNanoseconds, watchedNanoseconds) = (budget.spentNanoseconds, budget.watchedNanoseconds)
        }

        enum CodingKeys: String, CodingKey {
            case limit = "max_overhead"
            case spent = "overhead"
            case spentNanoseconds = "spent_ns"
            case watchedNanoseconds = "watched_cpu_ns"
        }
    }
}

/// What the kernel's statistics say of the programs, in JSON.
struct ProgramsPart: Encodable {
    private let runs, nanoseconds: UInt64
    private let nanosecondsPerCall: Double?

    init(_ programs: ProgramCost, calls: UInt64) {
        (runs, nanoseconds) = (programs.runs, programs.nanoseconds)
        nanosecondsPerCall = calls > 0 ? Double(programs.nanoseconds) / Double(calls) : nil
    }

    private enum CodingKeys: String, CodingKey {
        case runs
        case nanoseconds = "run_time_ns"
        case nanosecondsPerCall = "ns_per_call"
    }
}
