import CallSelection
import LatencyHistogram
package import Profile
import SaturatingMath
import SyscallTable

/// What a trigger is told of an interval.
package struct TriggerInput: Sendable {
    package let interval: Interval
    /// The calls that were lost in it.
    package let lost: UInt64

    package init(_ interval: Interval, lost: UInt64) {
        self.interval = interval
        self.lost = lost
    }
}

extension Trigger {
    /// The figure in an interval, in the unit of the limit; nil where there is none, as without calls there is no p99.
    package func amount(in input: TriggerInput) -> Amount? {
        let interval = input.interval
        switch figure {
        case .p50: return percentile(.p50, interval)
        case .p90: return percentile(.p90, interval)
        case .p99: return percentile(.p99, interval)
        case .p999: return percentile(.p999, interval)
        case .max: return interval.distribution(of: calls).flatMap { .nanoseconds($0.max) }
        case .rate:
            return perSecond(interval.calls(in: calls).reduce(0) { $0.addingSaturating($1.calls) }, interval)
        case .errors: return errors(interval)
        case .blocked: return blocked(interval)
        case .lost: return .count(input.lost)
        case .inFlight:
            guard let inFlight = interval.inFlight else { return nil }
            guard let calls else { return .count(UInt64(inFlight.calls.count).addingSaturating(inFlight.omitted)) }
            return .count(UInt64(inFlight.calls.count { calls.contains($0.id) }))
        case .oldest:
            let ages = interval.inFlight?.calls.filter { calls?.contains($0.id) ?? !$0.id.isIdleWait }.map(\.ageNanoseconds)
            return ages?.max().map { .nanoseconds($0) }
        }
    }

    /// Whether the condition holds in an interval.
    package func holds(in input: TriggerInput) -> Bool {
        amount(in: input).map { comparison.holds($0.number, limit.number) } ?? false
    }

    private func percentile(_ quantile: Quantile, _ interval: Interval) -> Amount? {
        interval.distribution(of: calls)?.value(at: quantile).map { .nanoseconds($0) }
    }

    private func perSecond(_ count: UInt64, _ interval: Interval) -> Amount? {
        guard interval.durationNanoseconds > 0 else { return nil }
        return .perSecond(Double(count) * 1e9 / Double(interval.durationNanoseconds))
    }

    private func errors(_ interval: Interval) -> Amount? {
        let calls = interval.calls(in: calls)
        let errors = calls.reduce(UInt64(0)) { $0.addingSaturating($1.errors) }
        guard case .share = limit else { return perSecond(errors, interval) }
        let all = calls.reduce(UInt64(0)) { $0.addingSaturating($1.calls) }
        return all > 0 ? .share(Double(errors) / Double(all)) : nil
    }

    private func blocked(_ interval: Interval) -> Amount? {
        let calls = interval.calls(in: calls)
        let total = calls.reduce(UInt64(0)) { $0.addingSaturating($1.distribution.sum) }
        let blocked = calls.reduce(UInt64(0)) { $0.addingSaturating($1.distribution(of: .blocked).sum) }
        return total > 0 ? .share(Double(blocked) / Double(total)) : nil
    }
}

extension Interval {
    fileprivate func calls(in selection: SyscallSelection?) -> [CallProfile] {
        selection.map { selection in calls.filter { selection.contains($0.id) } } ?? calls
    }

    /// nil if no call completed.
    fileprivate func distribution(of selection: SyscallSelection?) -> LatencyHistogram? {
        let sum = calls(in: selection).reduce(into: LatencyHistogram()) { $0.merge($1.distribution) }
        return sum.isEmpty ? nil : sum
    }
}

/// Follows a trigger through the intervals of a recording. It fires once when its condition has held long enough, and again only after the
/// condition has not held for a while: one trouble is one incident.
package struct TriggerWatch: Sendable {
    package let trigger: Trigger
    /// How long the condition must not hold before the trigger can fire again.
    private let pauseNanoseconds: UInt64
    private var heldNanoseconds: UInt64 = 0
    private var quietNanoseconds: UInt64 = 0
    private var isArmed = true

    package init(_ trigger: Trigger, pauseNanoseconds: UInt64) {
        self.trigger = trigger
        self.pauseNanoseconds = pauseNanoseconds
    }

    /// Takes the next interval. Returns the figure if the trigger fires with it.
    package mutating func take(_ input: TriggerInput) -> Trigger.Amount? {
        let duration = input.interval.durationNanoseconds
        guard let amount = trigger.amount(in: input), trigger.holds(in: input) else {
            heldNanoseconds = 0
            quietNanoseconds = quietNanoseconds.addingSaturating(duration)
            if quietNanoseconds >= pauseNanoseconds { isArmed = true }
            return nil
        }
        quietNanoseconds = 0
        heldNanoseconds = heldNanoseconds.addingSaturating(duration)
        // Ten intervals of a second are ten seconds, though a timer may have cut a little from each.
        guard isArmed, heldNanoseconds >= trigger.nanoseconds - trigger.nanoseconds / 50 else { return nil }
        isArmed = false
        return amount
    }
}
