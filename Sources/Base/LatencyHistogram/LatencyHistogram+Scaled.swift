import SaturatingMath

extension LatencyHistogram {
    /// The same shape with `target` values, to stand for values that weren't measured. The sum is scaled in proportion. The
    /// extremes stay the same, even if no value is left at them.
    package func scaled(to target: UInt64) -> LatencyHistogram {
        guard count > 0, target != count else { return self }
        guard target > 0 else { return LatencyHistogram() }
        let parts = target.apportioned(by: buckets.map(\.count) + [aboveRange])
        let scaled = zip(buckets, parts).compactMap { bucket, part in part > 0 ? Bucket(index: bucket.index, count: part) : nil }
        let (high, low) = sum.multipliedFullWidth(by: target)
        let total = high < count ? count.dividingFullWidth((high, low)).quotient : .max
        return LatencyHistogram(buckets: scaled, aboveRange: parts[buckets.count], sum: total, min: min, max: max)
    }
}
