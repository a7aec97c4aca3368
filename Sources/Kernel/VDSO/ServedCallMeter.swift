import CVDSO
import Glibc
package import Profile
import SyscallTable

/// Times a call that the vDSO serves again and again while a capture goes on: on a busy machine it takes up to twice as long as on an idle
/// one, because other programs use the same core, or its clock rate changes.
///
/// Threading: one thread at a time. Each look makes 1,140 calls: 40 µs where a call takes 35 ns.
package struct ServedCallMeter: ~Copyable {
    private let runner: CallRunner
    private var nanoseconds: [Double] = []
    /// One in so many looks is kept, and those left out until the next.
    private var stride = 1
    private var skipped = 0

    /// The call that is read most.
    static let call = VDSOCall(.clockGettime, .monotonic)
    private static let warmUp = 500
    private static let times = 128
    private static let batches = 5
    private static let mostLooks = 4096

    /// - Parameter vdso: nil for a kernel without a vDSO.
    package init(_ vdso: RunningVDSO?) { runner = CallRunner(vdso) }

    /// Times the call once more; nothing if the vDSO lacks the function.
    package mutating func look() {
        skipped += 1
        // The first calls after a sleep are slower than those of a program that is at work.
        guard skipped >= stride, runner.make(Self.call, through: .vdso, times: Self.warmUp) == .succeeded else { return }
        skipped = 0
        // The quickest of some short batches: the others may have lost the CPU, or a cache.
        let (calls, loops) = ((0..<Self.batches).map { _ in time(.vdso) }, (0..<Self.batches).map { _ in time(.loop) })
        nanoseconds.append(max(0, (calls.min() ?? 0) - (loops.min() ?? 0)))
        if nanoseconds.count >= Self.mostLooks {
            nanoseconds = nanoseconds.indices.filter { $0.isMultiple(of: 2) }.map { nanoseconds[$0] }
            stride *= 2
        }
    }

    private func time(_ path: CallRunner.Path) -> Double {
        let start = CallTimer.now()
        runner.make(Self.call, through: path, times: Self.times)
        return Double(CallTimer.now() - start) / Double(Self.times)
    }

    /// One call: the median of all looks, and in place of quartiles what 80 of 100 lie between, but not less than 15 % to either side:
    /// a program's loop isn't this one. nil before the first look.
    package var cost: CallCost? {
        guard !nanoseconds.isEmpty else { return nil }
        let sorted = nanoseconds.sorted()
        let median = CallCost.quantile(0.5, of: sorted)
        return CallCost(
            median: median, lowerQuartile: min(CallCost.quantile(0.1, of: sorted), median * 0.85),
            upperQuartile: max(CallCost.quantile(0.9, of: sorted), median * 1.15))
    }
}

extension CallCost {
    /// The cost of another call, which got slower in proportion: as measured by itself, with the spread of `meter`.
    ///
    /// - Parameters:
    ///   - meter: ``ServedCallMeter/cost``.
    ///   - reference: what the metered call took when this one was measured.
    package func following(_ meter: CallCost?, reference: CallCost?) -> CallCost {
        guard let meter, let reference, reference.median > 0 else { return self }
        let factor = median / reference.median
        return CallCost(
            median: meter.median * factor, lowerQuartile: meter.lowerQuartile * factor, upperQuartile: meter.upperQuartile * factor)
    }
}
