import SaturatingMath

/// A sparse distribution of durations in nanoseconds. Count, sum, minimum and maximum are exact, other values within 0.78 %.
///
/// Everything after aggregation uses this value. ``HistogramRecorder`` fills one, event by event.
package struct LatencyHistogram: Sendable, Hashable {
    /// One non-empty bucket of the ``BucketScheme``.
    package struct Bucket: Sendable, Hashable {
        package var index: Int
        package var count: UInt64

        package init(index: Int, count: UInt64) {
            self.index = index
            self.count = count
        }
    }

    /// How many values were recorded, including those above the range.
    package private(set) var count: UInt64 = 0
    /// The exact sum of all values, in nanoseconds; it stops at `UInt64.max` (584 years).
    package private(set) var sum: UInt64 = 0
    /// The exact smallest value, in nanoseconds; `UInt64.max` while the histogram is empty.
    package private(set) var min: UInt64 = .max
    /// The exact largest value, in nanoseconds.
    package private(set) var max: UInt64 = 0
    /// How many values were ``BucketScheme/rangeEnd`` or more and so have no bucket.
    package private(set) var aboveRange: UInt64 = 0
    /// The non-empty buckets, in order.
    package private(set) var buckets: [Bucket] = []

    package init() {}

    /// Takes over counts that were gathered elsewhere. Traps unless the buckets are in order, inside the scheme and not empty.
    package init(buckets: [Bucket], aboveRange: UInt64, sum: UInt64, min: UInt64, max: UInt64) {
        var previous = -1
        var total = aboveRange
        for bucket in buckets {
            precondition(
                bucket.index > previous && bucket.index < BucketScheme.bucketCount && bucket.count > 0,
                "LatencyHistogram buckets must be in order, in range and not empty")
            previous = bucket.index
            total = total.addingSaturating(bucket.count)
        }
        self.buckets = buckets
        self.aboveRange = aboveRange
        self.count = total
        self.sum = sum
        self.min = min
        self.max = max
    }

    package var isEmpty: Bool { count == 0 }

    /// The mean, in whole nanoseconds, rounded to nearest; nil if empty.
    package var mean: UInt64? {
        guard count > 0 else { return nil }
        let (quotient, remainder) = sum.quotientAndRemainder(dividingBy: count)
        return quotient + (remainder >= count - remainder ? 1 : 0)
    }

    /// The value at one quantile; nil if empty. Complexity: O(buckets); for several quantiles, use ``values(at:)``.
    package func value(at quantile: Quantile) -> UInt64? {
        values(at: [quantile])?[0]
    }

    /// The values at ascending quantiles, in one pass; nil if empty.
    ///
    /// A value is that of the nearest rank: exact for the lowest and the highest rank, interpolated linearly inside its bucket
    /// for those in between. Ranks above the range get the exact maximum, because nothing else is known of them.
    package func values(at quantiles: [Quantile]) -> [UInt64]? {
        guard count > 0 else { return nil }
        var results: [UInt64] = []
        results.reserveCapacity(quantiles.count)
        var position = 0
        var below: UInt64 = 0
        for quantile in quantiles {
            let rank = quantile.rank(in: count)
            // Not `below + count < rank`: the buckets of a saturated histogram add up to more than fits.
            while position < buckets.count, buckets[position].count < rank - below {
                below += buckets[position].count
                position += 1
            }
            if rank == 1 {
                results.append(min)
            } else if rank == count || position == buckets.count {
                results.append(max)
            } else {
                results.append(value(atRank: rank - below, in: buckets[position]))
            }
        }
        return results
    }

    private func value(atRank rank: UInt64, in bucket: Bucket) -> UInt64 {
        let width = BucketScheme.width(of: bucket.index)
        var offset: UInt64 = 0
        if width > 1 {
            // The ranks of a bucket are spread evenly over it: rank k of n is at (2k - 1) / 2n of its width w. Computed as
            // (wk - w/2) / n: only the product can exceed 64 bits, and it has 128.
            let product = width.multipliedFullWidth(by: rank)
            let (low, borrow) = product.low.subtractingReportingOverflow(width / 2)
            offset = bucket.count.dividingFullWidth((product.high - (borrow ? 1 : 0), low)).quotient
        }
        return Swift.min(Swift.max(BucketScheme.lowerBound(of: bucket.index) + offset, min), max)
    }

    /// Adds another distribution, as if both had been recorded here. Counts and sum stop at `UInt64.max`.
    package mutating func merge(_ other: LatencyHistogram) {
        guard other.count > 0 else { return }
        guard count > 0 else {
            self = other
            return
        }
        var merged: [Bucket] = []
        merged.reserveCapacity(buckets.count + other.buckets.count)
        var (mine, theirs) = (0, 0)
        while mine < buckets.count, theirs < other.buckets.count {
            let (left, right) = (buckets[mine], other.buckets[theirs])
            if left.index <= right.index { mine += 1 }
            if right.index <= left.index { theirs += 1 }
            if left.index == right.index {
                merged.append(Bucket(index: left.index, count: left.count.addingSaturating(right.count)))
            } else {
                merged.append(left.index < right.index ? left : right)
            }
        }
        merged += buckets[mine...]
        merged += other.buckets[theirs...]
        buckets = merged
        count = count.addingSaturating(other.count)
        sum = sum.addingSaturating(other.sum)
        min = Swift.min(min, other.min)
        max = Swift.max(max, other.max)
        aboveRange = aboveRange.addingSaturating(other.aboveRange)
    }
}
