import Presentation
import SaturatingMath
import LatencyHistogram

/// One line of HdrHistogram's percentile text.
struct PercentileTick: Hashable {
    /// The largest value of the bucket in which the level is reached, in nanoseconds.
    var value: UInt64
    /// The level in percent, 0 ... 100: where the scale stands, not the share that was reached.
    var level: Double
    /// How many values are in this bucket and below.
    var count: UInt64

    private static let ticksPerHalfDistance = 5.0

    /// The lines for a histogram, as the Java implementation steps: five to each half of the distance that is left to 100 %,
    /// then one for 100 % itself. Values above the range have no bucket and so are in no line.
    static func ticks(of distribution: LatencyHistogram) -> [PercentileTick] {
        let total = distribution.countInRange
        var ticks: [PercentileTick] = []
        var level = 0.0
        var count: UInt64 = 0
        for (position, bucket) in distribution.buckets.enumerated() {
            let value = BucketScheme.upperBound(of: bucket.index)
            count = count.addingSaturating(bucket.count)
            if position == distribution.buckets.count - 1 {
                // All values are counted: whatever the next level was, it is reached, and the one after it is 100 %.
                if level < 100 { ticks.append(.init(value: value, level: level, count: count)) }
                ticks.append(.init(value: value, level: 100, count: count))
                break
            }
            let percentile = 100 * Double(count) / Double(total)
            while level < 100, percentile >= level {
                ticks.append(.init(value: value, level: level, count: count))
                level = self.level(after: level)
            }
        }
        return ticks
    }

    private static func level(after level: Double) -> Double {
        // How often the distance to 100 % was halved: the whole part of log2, which is the exponent.
        let halvings = Int((100 / (100 - level)).exponent)
        let next = level + 100 / (ticksPerHalfDistance * Double(sign: .plus, exponent: halvings + 1, significand: 1))
        // A share that only rounds to 100 % would step on for ever: 47 halvings are as far as doubles go.
        return next > level ? next : 100
    }
}

extension LatencyHistogram {
    /// How many values have a bucket; it stops at `UInt64.max`.
    var countInRange: UInt64 { buckets.reduce(0) { $0.addingSaturating($1.count) } }
}
