package import Profile

/// Estimates how many calls the vDSO served, from samples of instruction pointers inside it.
///
/// A sample stands for a period of time inside a function, and the calibration says how much time one call takes there. What calls
/// spent there that entered the kernel after all is taken off: they were counted where they entered.
package struct ServedCallsEstimator: Sendable, Hashable {
    /// The time that a sample stands for, on average: between two samples of one CPU.
    package let periodNanoseconds: Double
    /// The time that one served call spends inside the function: ``CallMeasurement/inside``.
    package let served: CallCost
    /// The time that a call spends there before it enters the kernel: about that of the coarse clock.
    package let fallenBack: CallCost

    package init(periodNanoseconds: Double, served: CallCost, fallenBack: CallCost) {
        self.periodNanoseconds = periodNanoseconds
        self.served = served
        self.fallenBack = fallenBack
    }

    /// The number of served calls, and the interval in which it lies in 95 of 100 cases as far as chance goes.
    package struct Estimate: Sendable, Hashable {
        package var calls: UInt64
        package var low: UInt64
        package var high: UInt64
    }

    /// - Parameters:
    ///   - samples: those inside the function, of one process.
    ///   - fellBack: the calls of that function and process that ran in the vDSO and entered the kernel.
    ///
    /// The interval is the exact one of a Poisson count, made wider by the calibration's quartiles: the lower end takes the dearer
    /// call and the upper end the cheaper one. nil where no served call at all can explain the samples as well, and where the cost
    /// of a call isn't known.
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
