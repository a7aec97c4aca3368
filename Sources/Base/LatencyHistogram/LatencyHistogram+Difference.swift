extension LatencyHistogram {
    /// What was recorded since `earlier`, an older state of this histogram: counts and sum of the difference, none of them below 0.
    ///
    /// The extremes are exact where this histogram has a new one. Elsewhere they are the ends of the outermost bucket that grew, within
    /// 0.78 %.
    ///
    /// Of sampled calls the older state may have more in a bucket, since those that were not measured are shared out anew each time. Such a
    /// bucket counts as unchanged.
    ///
    /// Complexity: O(buckets of both).
    package func subtracting(_ earlier: LatencyHistogram) -> LatencyHistogram {
        guard earlier.count > 0, count > 0 else { return self }
        var grown: [Bucket] = []
        var place = 0
        for bucket in buckets {
            while place < earlier.buckets.count, earlier.buckets[place].index < bucket.index { place += 1 }
            let isKnown = place < earlier.buckets.count && earlier.buckets[place].index == bucket.index
            let before = isKnown ? earlier.buckets[place].count : 0
            if bucket.count > before { grown.append(Bucket(index: bucket.index, count: bucket.count - before)) }
        }
        let above = aboveRange > earlier.aboveRange ? aboveRange - earlier.aboveRange : 0
        guard above > 0 || !grown.isEmpty else { return LatencyHistogram() }
        let lowest = grown.first.map { BucketScheme.lowerBound(of: $0.index) } ?? BucketScheme.rangeEnd
        let highest = above > 0 ? max : grown.last.map { BucketScheme.upperBound(of: $0.index) } ?? max
        return LatencyHistogram(
            buckets: grown, aboveRange: above, sum: sum > earlier.sum ? sum - earlier.sum : 0,
            min: min < earlier.min ? min : Swift.max(lowest, min), max: max > earlier.max ? max : Swift.min(highest, max))
    }
}
