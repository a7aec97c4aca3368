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
        var shares: [Int: [Double]] = [:]
        for entry in distributions.joined() { shares[entry.index, default: []].append(entry.share) }
        let count = distributions.count
        return shares.keys.sorted().map { index in
            let found = shares[index] ?? []
            let all = found + [Double](repeating: 0, count: max(0, count - found.count))
            return BucketShare(index: index, share: all.mean ?? 0)
        }
    }
}
