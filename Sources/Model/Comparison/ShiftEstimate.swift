/// How far the second of two samples lies above the first: the Hodges–Lehmann estimate with its exact interval.
///
/// The estimate is the median of all differences between a value of the second sample and one of the first; the ends of the
/// interval are differences too, at ranks that the exact distribution of U gives. Sources: Hodges and Lehmann, "Estimates of
/// location based on rank tests" (1963); Bauer, "Constructing confidence sets using rank statistics" (1972), as in R's
/// wilcox.test.
package struct ShiftEstimate: Sendable, Hashable {
    package let effect: Double
    /// nil where there are too few values for an interval of this confidence.
    package let interval: ClosedRange<Double>?

    package init(effect: Double, interval: ClosedRange<Double>?) {
        (self.effect, self.interval) = (effect, interval)
    }

    /// - Parameter alpha: 1 - confidence, both ends together.
    package init(base: [Double], new: [Double], distribution: MannWhitney, alpha: Double) {
        let differences = ShiftEstimate.differences(base, new)
        effect = differences.medianOfSorted
        let rank = distribution.criticalCount(alpha / 2)
        // Both ends are there: at least half of the distribution lies above alpha / 2.
        interval = rank > 0 ? differences[rank - 1]...differences[differences.count - rank] : nil
    }

    /// The estimate alone.
    static func effect(base: [Double], new: [Double]) -> Double { differences(base, new).medianOfSorted }

    private static func differences(_ base: [Double], _ new: [Double]) -> [Double] {
        var all: [Double] = []
        all.reserveCapacity(base.count * new.count)
        for value in new {
            for other in base { all.append(value - other) }
        }
        all.sort()
        return all
    }
}

extension [Double] {
    /// The median of values in order. Traps of nothing.
    var medianOfSorted: Double {
        let middle = count / 2
        return count.isMultiple(of: 2) ? (self[middle - 1] + self[middle]) / 2 : self[middle]
    }

    /// The median; nil of nothing.
    var median: Double? { isEmpty ? nil : sorted().medianOfSorted }

    /// The mean; of equal values it is that value, to the last bit, so that copies of a file change nothing. nil of nothing.
    var mean: Double? {
        guard let first else { return nil }
        return allSatisfy { $0 == first } ? first : reduce(0, +) / Double(count)
    }

    /// The sum of the squares of the distances from the mean.
    var squaredDistances: Double {
        guard let mean else { return 0 }
        return reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    }
}
