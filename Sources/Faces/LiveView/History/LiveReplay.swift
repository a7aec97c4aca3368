package import Profile
import LatencyHistogram
import SaturatingMath

/// Saved time series, to be looked at step by step as if they were going on.
package struct LiveReplay: Sendable {
    /// An interval, or a whole profile that has none.
    private struct Step: Sendable {
        /// Which of the profiles it is of.
        var source: Int
        var interval: Interval
    }

    private let profiles: [Profile]
    private var steps: [Step] = []
    /// The calls of all steps before every `stride`th one: no step is far from a sum that is known.
    private var sums: [[CallProfile]] = []
    private var stride = 1

    private static let mostSums = 64
    /// How far back a history reaches at most, in steps.
    private static let mostSteps = 1000

    /// Profiles in order of time. Their intervals follow each other, whatever their clocks say.
    package init(_ profiles: [Profile]) {
        self.profiles = profiles
        var end: UInt64 = 0
        for (source, profile) in profiles.enumerated() {
            let offset =
                profile.capture.startedAtNanoseconds
                - min(
                    profiles[0].capture.startedAtNanoseconds, profile.capture.startedAtNanoseconds)
            for var interval in LiveReplay.intervals(of: profile) {
                interval.startNanoseconds = max(end, interval.startNanoseconds.addingSaturating(offset))
                end = interval.startNanoseconds.addingSaturating(interval.durationNanoseconds)
                steps.append(Step(source: source, interval: interval))
            }
        }
        stride = max(16, (steps.count + Self.mostSums - 1) / Self.mostSums)
        var sum: [CallProfile] = []
        for (place, step) in steps.enumerated() {
            if place.isMultiple(of: stride) { sums.append(sum) }
            sum = sum.merged(with: step.interval.calls)
        }
    }

    private static func intervals(of profile: Profile) -> [Interval] {
        guard profile.intervals.isEmpty else { return profile.intervals }
        return [
            Interval(
                startNanoseconds: 0, durationNanoseconds: profile.capture.durationNanoseconds,
                startedAtNanoseconds: profile.capture.startedAtNanoseconds, calls: profile.calls,
                inFlight: CallsInFlight(calls: profile.inFlight))
        ]
    }

    package var count: Int { steps.count }

    /// How many calls were in flight at the end of a step; nil where nobody looked.
    func inFlight(at position: Int) -> UInt64? {
        guard steps.indices.contains(position), let inFlight = steps[position].interval.inFlight else { return nil }
        return UInt64(inFlight.calls.count).addingSaturating(inFlight.omitted)
    }

    /// What a live view would have known at the end of a step; an empty history if there is no such step.
    package func history(at position: Int) -> LiveHistory {
        var history = LiveHistory()
        guard steps.indices.contains(position) else { return history }
        let (source, interval) = (steps[position].source, steps[position].interval)
        var sum = sums[position / stride]
        for step in steps[(position / stride * stride)...position] { sum = sum.merged(with: step.interval.calls) }
        var profile = profiles[source]
        profile.calls = sum
        profile.intervals = []
        profile.inFlight = interval.inFlight?.calls ?? []
        // Files have times for each interval; older ones for the capture only.
        let startedAt =
            interval.startedAtNanoseconds ?? profile.capture.startedAtNanoseconds.addingSaturating(interval.startNanoseconds)
        for step in steps[first(before: position)...position] {
            history.take(
                step.interval, of: profile, wallTime: startedAt.addingSaturating(interval.durationNanoseconds))
        }
        history.setWhole(profile, of: profiles[source])
        return history
    }

    /// Where the slots of a history begin.
    private func first(before position: Int) -> Int {
        let wanted = LiveHistory.second * LiveHistory.longSlotSeconds * UInt64(LiveHistory.slotsKept)
        var (first, covered) = (position, UInt64(0))
        while first > 0, position - first < Self.mostSteps, covered < wanted || position - first < LiveHistory.slotsKept {
            covered = covered.addingSaturating(steps[first].interval.durationNanoseconds)
            first -= 1
        }
        return first
    }
}
