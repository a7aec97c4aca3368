package import LatencyHistogram

/// A point of the shift function: how far one quantile moved. Source: Doksum, "Empirical probability plots and statistical
/// inference for nonlinear models in the two-sample case" (1974); drawn at the deciles as by Wilcox (1995).
package struct ShiftPoint: Sendable, Hashable {
    package let quantile: Quantile
    /// `p10`, `p99.9`.
    package let name: String

    /// The deciles, and the two quantiles of the tail.
    static let all: [ShiftPoint] =
        (1...9).map { ShiftPoint(quantile: Quantile(UInt64($0) * 10, of: 100), name: "p\($0)0") }
        + [Percentile.p99, .p999].map { ShiftPoint(quantile: $0.quantile, name: $0.label) }

    var leastCalls: UInt64 { quantile.leastCalls }
}

/// Which share of a distribution lies in one bucket.
package struct BucketShare: Sendable, Hashable {
    /// Of ``BucketScheme``; its number of buckets stands for all that has none.
    package let index: Int
    package let share: Double

    static func of(_ distribution: LatencyHistogram) -> [BucketShare] {
        let count = Double(distribution.count)
        let inRange = distribution.buckets.map { BucketShare(index: $0.index, share: Double($0.count) / count) }
        // What has no bucket lies beyond the last one.
        guard distribution.aboveRange > 0 else { return inRange }
        return inRange + [BucketShare(index: BucketScheme.bucketCount, share: Double(distribution.aboveRange) / count)]
    }

    /// The mean of several distributions, each counted the same.
    static func mean(_ distributions: [[BucketShare]]) -> [BucketShare] {
        guard distributions.count > 1 else { return distributions.first ?? [] }
        var sums: [Int: Sum] = [:]
        for entry in distributions.joined() { sums[entry.index, default: Sum(first: entry.share)].add(entry.share) }
        return sums.sorted { $0.key < $1.key }.map { index, sum in
            BucketShare(index: index, share: sum.mean(of: distributions.count))
        }
    }

    /// What several distributions have in one bucket.
    private struct Sum {
        let first: Double
        var (sum, count, areEqual) = (0.0, 0, true)

        init(first: Double) { self.first = first }

        mutating func add(_ share: Double) {
            (sum, count, areEqual) = (sum + share, count + 1, areEqual && share == first)
        }

        /// As the mean of an array: of equal values that value.
        func mean(of all: Int) -> Double { areEqual && count == all ? first : sum / Double(all) }
    }
}
