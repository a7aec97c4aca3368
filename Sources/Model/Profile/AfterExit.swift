import SaturatingMath
package import LatencyHistogram

/// Work that calls left to their threads: the kernel does it after the exit tracepoint and before the thread returns to its program,
/// such as giving up the last reference to a file.
///
/// Where calls are sampled, the measured ones stand for the others in it.
package struct AfterExit: Sendable, Hashable {
    /// How long the work took, from the exit on. Empty if none of it was measured.
    package var distribution: LatencyHistogram
    /// How many calls of ``distribution`` were not measured: sampling put those that were in their place.
    package var inferred: UInt64
    /// Calls that left work which could not be measured. They are not in ``distribution``.
    package var unmeasured: UInt64

    package init(distribution: LatencyHistogram = LatencyHistogram(), inferred: UInt64 = 0, unmeasured: UInt64 = 0) {
        self.distribution = distribution
        self.inferred = min(inferred, distribution.count)
        self.unmeasured = unmeasured
    }

    /// How many calls left work.
    package var calls: UInt64 { distribution.count.addingSaturating(unmeasured) }

    /// How many calls of ``distribution`` were measured.
    package var measured: UInt64 { distribution.count - min(inferred, distribution.count) }

    /// The work of `calls` calls, where this one is that of `recorded`: of the measured calls and those that they stand for.
    package func scaled(to calls: UInt64, of recorded: UInt64) -> AfterExit {
        guard recorded > 0, calls != recorded else { return self }
        // What was seen doesn't vanish.
        func scaled(_ count: UInt64) -> UInt64 {
            count == 0 ? 0 : max(1, UInt64(exactly: (Double(count) * Double(calls) / Double(recorded)).rounded()) ?? .max)
        }
        let distribution = distribution.scaled(to: scaled(distribution.count))
        return AfterExit(
            distribution: distribution, inferred: distribution.count - min(measured, distribution.count),
            unmeasured: scaled(unmeasured))
    }

    /// Adds the work of other calls of the same kind.
    package static func merged(_ first: AfterExit?, _ second: AfterExit?) -> AfterExit? {
        guard var sum = first, let second else { return first ?? second }
        sum.distribution.merge(second.distribution)
        sum.inferred = sum.inferred.addingSaturating(second.inferred)
        sum.unmeasured = sum.unmeasured.addingSaturating(second.unmeasured)
        return sum
    }
}
