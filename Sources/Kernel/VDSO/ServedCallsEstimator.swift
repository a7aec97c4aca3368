package import Profile

/// Estimates how many calls the vDSO served, from vDSO ticks.
///
/// A tick stands for a period of time inside a function, and the self-test tells how long one call takes there. The time of calls
/// that entered the kernel after all is subtracted: those were counted when they entered.
package struct ServedCallsEstimator: Sendable, Hashable {
    /// The time that a tick stands for, on average: the time between two ticks of one CPU.
    package let periodNanoseconds: Double
    /// The time that one served call takes, as the program sees it: ``CallMeasurement/vdso``. Calling and returning are included,
    /// and only a part of that is spent inside the vDSO, so calls of very short functions are underestimated. With CPU-clock ticks in
    /// loops with 0 to 100 multiplications between the calls (Linux 6.18, AMD EPYC), a call spent inside, in ns (in parentheses this
    /// cost): MONOTONIC 24.1 to 27.1 (23 to 25), MONOTONIC_COARSE 1.7 to 2.1 (2.2), clock_getres 0.8 to 1.8 (1.7), time 0.6 to 1.8 (1.6).
    package let served: CallCost
    /// The time that a call spends in the vDSO before it enters the kernel: about as long as a call for a coarse clock takes.
    package let fallenBack: CallCost

    package init(periodNanoseconds: Double, served: CallCost, fallenBack: CallCost) {
        self.periodNanoseconds = periodNanoseconds
        self.served = served
        self.fallenBack = fallenBack
    }

    /// The estimated number of served calls, and an interval that chance alone leaves in at most 5 of 100 cases.
    package struct Estimate: Sendable, Hashable {
        package var calls: UInt64
        package var low: UInt64
        package var high: UInt64
    }

    /// - Parameters:
    ///   - samples: the vDSO ticks in the function, of one process.
    ///   - fellBack: the calls of that function and process that ran in the vDSO and entered the kernel.
    ///
    /// The interval is the exact one of a Poisson count, widened by the spread of the costs: the lower end takes the more
    /// expensive call and the upper end the cheaper one. nil if the ticks can be explained without any served call, or if the
    /// cost of a call isn't known.
    package func estimate(samples: UInt64, fellBack: UInt64) -> Estimate? {
        // A call that takes no time can't be counted.
        guard samples > 0, served.lowerQuartile > 0, served.median > 0, served.upperQuartile > 0, periodNanoseconds > 0 else {
            return nil
        }
        let interval = PoissonInterval(count: samples)
        let others = Double(fellBack)
        let low = (interval.low * periodNanoseconds - others * fallenBack.upperQuartile) / served.upperQuartile
        let middle = (Double(samples) * periodNanoseconds - others * fallenBack.median) / served.median
        let high = (interval.high * periodNanoseconds - others * fallenBack.lowerQuartile) / served.lowerQuartile
        guard low > 0, middle > 0 else { return nil }
        return Estimate(
            calls: ServedCallsEstimator.whole(middle.rounded()), low: ServedCallsEstimator.whole(low.rounded(.down)),
            high: ServedCallsEstimator.whole(high.rounded(.up)))
    }

    /// The number as an integer, or the largest one.
    private static func whole(_ number: Double) -> UInt64 {
        UInt64(exactly: number) ?? (number > 0 ? .max : 0)
    }
}
