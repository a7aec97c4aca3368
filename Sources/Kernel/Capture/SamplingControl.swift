import Aggregation
import Linux
import Probes
import Profile

/// Says which calls are measured while a capture goes on, and keeps account of what that costs those that are watched.
struct SamplingControl {
    let policy: SamplingPolicy
    private let costs: CallCosts
    private var watched: WatchedCPUTime
    private var shift: UInt8
    private var lowestShift, highestShift: UInt8
    private var account: OverheadBudget?
    /// What the counters and our own CPU time were at the last look.
    private var last = (entered: UInt64(0), unmeasured: UInt64(0), cpu: UInt64(0))

    /// Where a budget begins: the first tenth of a second is not to be more than it allows by far.
    private static let firstShift: UInt8 = 4
    /// What the consumer takes for an event at most, in nanoseconds; the rest of its CPU time does not depend on how many come.
    private static let eventNanoseconds = 10.0
    /// How much of the budget the next finer sampling may be expected to take.
    private static let margin = 0.9

    init(_ policy: SamplingPolicy, target: Target, costs: CallCosts) {
        self.policy = policy
        self.costs = costs
        watched = WatchedCPUTime(target)
        switch policy {
        case .everyCall: shift = 0
        case .fixed(let fixed): shift = fixed
        case .budget(let limit):
            shift = SamplingControl.firstShift
            account = OverheadBudget(limit: limit)
        }
        (lowestShift, highestShift) = (shift, shift)
    }

    /// When to look for the first time, counted from the start of recording.
    var firstLookNanoseconds: UInt64 { account == nil ? Session.flushNanoseconds : 100_000_000 }

    /// How calls were sampled, for the profile.
    var summary: CallSampling? {
        policy == .everyCall ? nil : CallSampling(lowestShift: lowestShift, highestShift: highestShift, budget: account)
    }

    /// To be called when recording begins.
    mutating func start(_ probes: borrowing Probes, _ aggregator: inout Aggregator, cpuNanoseconds: UInt64) {
        guard policy != .everyCall else { return }
        probes.sample(shift: shift)
        last.cpu = cpuNanoseconds
        guard account != nil else { return }
        aggregator.notesEnds = true
        watched.start()
    }

    /// Adds up what calls have cost since the last look, and chooses how many are measured until the next one.
    mutating func look(entered: UInt64, _ probes: borrowing Probes, _ aggregator: inout Aggregator) {
        guard let limit = account?.limit, let spent = settle(entered, &aggregator, cpu: Clock.ownCPU) else { return }
        let wanted = spent.shift(within: limit, costs, now: shift)
        guard wanted != shift else { return }
        shift = wanted
        (lowestShift, highestShift) = (min(lowestShift, shift), max(highestShift, shift))
        probes.sample(shift: shift)
    }

    /// Adds up the rest, when recording has ended. `cpu`: our own CPU time at the end.
    mutating func finish(entered: UInt64, _ aggregator: inout Aggregator, cpu: UInt64) {
        _ = settle(entered, &aggregator, cpu: cpu)
    }

    /// What must be said of a budget that was not kept; nil where it was.
    var warning: String? {
        guard let account, let spent = account.spent, spent > account.limit else { return nil }
        func percent(_ share: Double) -> String {
            let hundredths = Int((share * 10_000).rounded())
            let (whole, rest) = hundredths.quotientAndRemainder(dividingBy: 100)
            return "\(whole)" + (rest == 0 ? "" : ".\(rest < 10 ? "0" : "")\(rest)") + " %"
        }
        return "The capture took \(percent(spent)) of the CPU time of what it watched, more than the budget of "
            + "\(percent(account.limit)): a call that is only counted takes \(Int(costs.unmeasured.rounded())) ns longer here, and there "
            + "are too many of them. Only watching fewer processes takes less."
    }

    private mutating func settle(_ entered: UInt64, _ aggregator: inout Aggregator, cpu: UInt64) -> Stretch? {
        guard account != nil else { return nil }
        // Not everything is counted in one place, nor read in one moment: the sum may seem to fall for once.
        let calls = entered - min(last.entered, entered)
        let unmeasured = min(calls, aggregator.unmeasured - last.unmeasured)
        let stretch = Stretch(
            measured: Double(calls - unmeasured), unmeasured: Double(unmeasured), consumer: Double(cpu - last.cpu),
            watched: Double(watched.advance(living: aggregator.livingProcesses, ended: aggregator.takeEndedProcesses())))
        last = (entered, aggregator.unmeasured, cpu)
        account?.spentNanoseconds += UInt64(stretch.spent(costs))
        account?.watchedNanoseconds += UInt64(stretch.watched)
        return stretch
    }

    /// What happened between two looks. Calls and nanoseconds.
    private struct Stretch {
        let measured, unmeasured, consumer, watched: Double

        private static let tolerance = 1.01

        func spent(_ costs: CallCosts) -> Double { measured * costs.measured + unmeasured * costs.unmeasured + consumer }

        /// What the same would have cost with another sampling.
        private func predicted(_ costs: CallCosts, shift: UInt8) -> Double {
            let calls = measured + unmeasured
            let events = min(consumer, measured * SamplingControl.eventNanoseconds)
            let wouldMeasure = calls / Double(UInt64(1) << UInt64(shift))
            let wouldTake = measured > 0 ? events * wouldMeasure / measured : 0
            return wouldMeasure * costs.measured + (calls - wouldMeasure) * costs.unmeasured + consumer - events + wouldTake
        }

        /// The finest sampling within the limit, or the coarsest there is. Finer only by steps, and with room to spare: so it does not
        /// swing.
        func shift(within limit: Double, _ costs: CallCosts, now: UInt8) -> UInt8 {
            guard watched > 0, measured + unmeasured > 0 else { return now }
            let allowed = limit * watched
            if predicted(costs, shift: now) > allowed {
                // Where no sampling keeps to the budget, the finest one that costs next to nothing beside what can't be helped.
                let least = max(allowed, predicted(costs, shift: CallSampling.largestShift) * Stretch.tolerance)
                return (now...CallSampling.largestShift).first { predicted(costs, shift: $0) <= least } ?? CallSampling.largestShift
            }
            return now > 0 && predicted(costs, shift: now - 1) <= allowed * SamplingControl.margin ? now - 1 : now
        }
    }
}
