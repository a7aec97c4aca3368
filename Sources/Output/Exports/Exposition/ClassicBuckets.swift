import LatencyHistogram
import SaturatingMath

/// The buckets of a histogram in the text formats.
enum ClassicBuckets {
    /// The bounds, which never change: the last nanosecond of each power of two from 63 ns to 17 s.
    ///
    /// Bounds are inclusive in Prometheus, and these are the last values of buckets of ours: no call is in the wrong one.
    static let bounds = (6...34).map { (UInt64(1) << UInt64($0)) - 1 }

    /// How many values there are up to each bound. +Inf, where all are, isn't among them.
    static func cumulativeCounts(of histogram: LatencyHistogram) -> [UInt64] {
        var rest = histogram.buckets[...]
        var count: UInt64 = 0
        return bounds.map { bound in
            while let bucket = rest.first, BucketScheme.upperBound(of: bucket.index) <= bound {
                count = count.addingSaturating(bucket.count)
                rest.removeFirst()
            }
            return count
        }
    }

    /// A bound in seconds as other programs write it, because they compare it as text: the shortest digits that give the same
    /// double, with an exponent below 0.0001. A description of a double is just that.
    static func label(of bound: UInt64) -> String { (Double(bound) / 1e9).description }
}
