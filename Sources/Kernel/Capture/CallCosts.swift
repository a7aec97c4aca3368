import CLinux
import Linux
import Probes
import Profile

/// How much longer a call takes on this host while it is watched, in nanoseconds: everything that the tracepoints add.
struct CallCosts {
    let measured, unmeasured: Double

    /// Without a budget.
    static let unknown = CallCosts(measured: 0, unmeasured: 0)

    private static let batches = 21
    private static let callsInBatch = 100

    private init(measured: Double, unmeasured: Double) {
        self.measured = measured
        self.unmeasured = unmeasured
    }

    /// Times calls that do nothing by this thread, which must be the only one that is watched.
    /// - Parameters:
    ///   - untraced: nanoseconds of such a call while nothing is attached. If unknown, the whole call counts as cost.
    ///   - consume: empties the ring.
    init(_ probes: borrowing Probes, untraced: Double?, consume: () -> Void) {
        func median(shift: UInt8) -> Double {
            probes.sample(shift: shift)
            var times: [UInt64] = []
            for _ in 0..<CallCosts.batches {
                let start = Clock.monotonic
                for _ in 0..<CallCosts.callsInBatch { clinux_null_call() }
                times.append(Clock.monotonic - start)
                consume()
            }
            return Double(times.sorted()[CallCosts.batches / 2]) / Double(CallCosts.callsInBatch)
        }
        let (measured, unmeasured) = (median(shift: 0), median(shift: CallSampling.largestShift))
        probes.sample(shift: 0)
        self.init(measured: max(0, measured - (untraced ?? 0)), unmeasured: max(0, unmeasured - (untraced ?? 0)))
    }
}
