import SaturatingMath
package import LatencyHistogram

/// Work that calls left to their threads: the kernel does it after the exit tracepoint and before the thread returns to its program,
/// such as giving up the last reference to a file.
///
/// Where calls are sampled, the measured ones stand for the others in it.
package struct AfterExit: Sendable, Hashable {
    /// How long the work took, from the exit on. Empty if none of it was measured.
    package var distribution: LatencyHistogram
    /// Calls that left work which could not be measured. They are not in ``distribution``.
    package var unmeasured: UInt64

    package init(distribution: LatencyHistogram = LatencyHistogram(), unmeasured: UInt64 = 0) {
        self.distribution = distribution
        self.unmeasured = unmeasured
    }

    /// How many calls left work.
    package var calls: UInt64 { distribution.count.addingSaturating(unmeasured) }

    /// Adds the work of other calls of the same kind.
    package static func merged(_ first: AfterExit?, _ second: AfterExit?) -> AfterExit? {
        guard var sum = first, let second else { return first ?? second }
        sum.distribution.merge(second.distribution)
        sum.unmeasured = sum.unmeasured.addingSaturating(second.unmeasured)
        return sum
    }
}
