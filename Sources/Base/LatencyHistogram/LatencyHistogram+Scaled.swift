import SaturatingMath

extension LatencyHistogram {
    /// The same shape with another number of values: what stands for values that were not measured. The extremes stay what they
    /// are, although values at them may be left out; the sum stays in proportion.
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
