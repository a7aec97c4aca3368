import Aggregation
import Linux
import Probes
import Profile

/// Decides how many calls are measured during a capture, and accounts for what that costs the target.
struct SamplingControl {
    let policy: SamplingPolicy
    private let costs: CallCosts
    private var watched: WatchedCPUTime
    private var shift: UInt8
    private var lowestShift, highestShift: UInt8
    private var account: OverheadBudget?
    /// The part of what was spent that is our own CPU time.
    private var consumerNanoseconds = 0.0
    /// The counters and our own CPU time at the last reading.
    private var last = (entered: UInt64(0), unmeasured: UInt64(0), cpu: UInt64(0))

    /// Where a budget starts: the first tenth of a second must not exceed it by far.
    private static let firstShift: UInt8 = 4
    /// The most that the consumer takes for an event, in nanoseconds. The rest of its CPU time does not depend on the number of events.
    private static let eventNanoseconds = 10.0
    /// The share of the budget that the next finer sampling may be expected to use.
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

    /// When to adjust first, counted from the start of recording.
    var firstLookNanoseconds: UInt64 { account == nil ? Session.flushNanoseconds : 100_000_000 }

    /// How calls were sampled, for the profile.
    var summary: CallSampling? {
        policy == .everyCall ? nil : CallSampling(lowestShift: lowestShift, highestShift: highestShift, budget: account)
    }

    /// Call when recording begins.
    mutating func start(_ probes: borrowing Probes, _ aggregator: inout Aggregator, cpuNanoseconds: UInt64) {
        guard policy != .everyCall else { return }
        probes.sample(shift: shift)
        last.cpu = cpuNanoseconds
        guard account != nil else { return }
        aggregator.notesEnds = true
        watched.start()
    }

    /// Adds up what calls have cost since the last reading, and chooses how many are measured until the next.
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

    /// The warning about an exceeded budget, with what exceeded it; nil if it was kept.
    var warning: String? {
        guard let account, let spent = account.spent, spent > account.limit else { return nil }
        let own = consumerNanoseconds / Double(account.watchedNanoseconds)
        let start =
            "The overhead was \(SamplingControl.percent(spent)) of the target's CPU time, more than the budget of "
            + "\(SamplingControl.percent(account.limit)): "
        guard own > spent / 2 else {
            return start
                + "even an unmeasured call takes \(Int(costs.unmeasured.rounded())) ns longer here, and there are too many. "
                + "Watch fewer processes."
        }
        let milliseconds = Double(account.watchedNanoseconds) / 1e6
        let watched = milliseconds < 10_000 ? "\(Int(milliseconds.rounded())) ms" : "\(Int((milliseconds / 1000).rounded())) s"
        return start
            + "\(SamplingControl.percent(own)) is syslat's own CPU time, most of which doesn't depend on the calls. The target "
            + "used only \(watched) of CPU. The share is smaller for a target that does more."
    }

    private static func percent(_ share: Double) -> String {
        let hundredths = Int((min(share, 1e6) * 10_000).rounded())
        let (whole, rest) = hundredths.quotientAndRemainder(dividingBy: 100)
        return "\(whole)" + (rest == 0 ? "" : ".\(rest < 10 ? "0" : "")\(rest)") + " %"
    }

    private mutating func settle(_ entered: UInt64, _ aggregator: inout Aggregator, cpu: UInt64) -> Stretch? {
        guard account != nil else { return nil }
        // The counts come from several places and are not read at one moment, so the sum may seem to fall once.
        let calls = entered - min(last.entered, entered)
        let unmeasured = min(calls, aggregator.unmeasured - last.unmeasured)
        let stretch = Stretch(
            measured: Double(calls - unmeasured), unmeasured: Double(unmeasured), consumer: Double(cpu - last.cpu),
            watched: Double(watched.advance(living: aggregator.livingProcesses, ended: aggregator.takeEndedProcesses())))
        last = (entered, aggregator.unmeasured, cpu)
        account?.spentNanoseconds += UInt64(stretch.spent(costs))
        consumerNanoseconds += stretch.consumer
        account?.watchedNanoseconds += UInt64(stretch.watched)
        return stretch
    }

    /// What happened between two readings: calls and nanoseconds.
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

        /// The finest sampling within the limit, or the coarsest there is. It gets finer only step by step and with room to spare, so
        /// it doesn't oscillate.
        func shift(within limit: Double, _ costs: CallCosts, now: UInt8) -> UInt8 {
            guard watched > 0, measured + unmeasured > 0 else { return now }
            let allowed = limit * watched
            if predicted(costs, shift: now) > allowed {
                // If no sampling keeps the budget, take the finest one that adds next to nothing to the unavoidable cost.
                let least = max(allowed, predicted(costs, shift: CallSampling.largestShift) * Stretch.tolerance)
                return (now...CallSampling.largestShift).first { predicted(costs, shift: $0) <= least } ?? CallSampling.largestShift
            }
            return now > 0 && predicted(costs, shift: now - 1) <= allowed * SamplingControl.margin ? now - 1 : now
        }
    }
}
