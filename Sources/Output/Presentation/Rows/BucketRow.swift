package import LatencyHistogram
import SaturatingMath

/// One bucket of a distribution as a plot needs it: the calls whose latency is `from ..< below`, in nanoseconds.
package struct BucketRow: Sendable, Hashable {
    package var from: UInt64
    package var below: UInt64
    package var calls: UInt64
}

extension LatencyHistogram {
    /// The buckets with calls, rising. Calls above the range are in a last one that ends behind the longest of them.
    package var bucketRows: [BucketRow] {
        let rows = buckets.map { bucket in
            let from = BucketScheme.lowerBound(of: bucket.index)
            return BucketRow(from: from, below: BucketScheme.upperBound(of: bucket.index) + 1, calls: bucket.count)
        }
        guard aboveRange > 0 else { return rows }
        return rows + [BucketRow(from: BucketScheme.rangeEnd, below: max.addingSaturating(1), calls: aboveRange)]
    }
}
