package import CSyslatABI
package import LatencyHistogram

/// One overflow histogram of the kernel side: the calls that have one call word in common.
///
/// Each of its buckets is a union of up to 16 of ours. A count is spread evenly over those that the exact extremes allow.
package struct OverflowSeries: Sendable {
    let call: CallWord
    /// All calls so far.
    private(set) var totals: Totals
    /// The extremes that the CPUs noted; nil if none noted any.
    private var extremes: ClosedRange<UInt64>?

    /// Sums and counts that only grow.
    struct Totals: Sendable {
        var sum: UInt64
        var aboveRange: UInt64
        var buckets: [UInt64]

        mutating func add(_ other: Totals) {
            (sum, aboveRange) = (sum &+ other.sum, aboveRange &+ other.aboveRange)
            for index in buckets.indices { buckets[index] &+= other.buckets[index] }
        }
    }

    /// - Parameter extremes: each CPU's.
    package init(key: syslat_overflow_key, series: syslat_overflow, extremes noted: [syslat_overflow_extremes]) {
        call = CallWord(bits: key.call)
        // The array's own bytes.
        let buckets = unsafe withUnsafeBytes(of: series.buckets) { unsafe Array($0.bindMemory(to: UInt64.self)) }
        totals = Totals(sum: series.sum_ns, aboveRange: series.above_range, buckets: buckets)
        var (low, high): (UInt64, UInt64) = (.max, 0)
        for extreme in noted where extreme.min_ns_plus_1 > 0 && extreme.max_ns_plus_1 > 0 {
            low = Swift.min(low, extreme.min_ns_plus_1 - 1)
            high = Swift.max(high, extreme.max_ns_plus_1 - 1)
        }
        extremes = low <= high ? low...high : nil
    }

    /// Adds calls that were counted elsewhere. Their extremes are no longer known, unless their buckets tell them.
    mutating func add(_ other: OverflowSeries) {
        totals.add(other.totals)
        extremes = nil
    }

    /// The work that calls left, with the calls for which it was not measured.
    struct AfterExit {
        let distribution: LatencyHistogram
        let unmeasured: UInt64
    }

    /// All calls, in our bucket scheme.
    package var distribution: LatencyHistogram { distribution(since: nil) }

    /// The calls that came after `counted`, in our bucket scheme.
    func distribution(since counted: Totals?) -> LatencyHistogram { distribution(of: buckets(since: counted), since: counted) }

    /// The same of a series of left work, where 0 ns stand for work that was not measured.
    func afterExit(since counted: Totals?) -> AfterExit {
        var buckets = buckets(since: counted)
        let unmeasured = buckets[0]
        buckets[0] = 0
        return AfterExit(distribution: distribution(of: buckets, since: counted), unmeasured: unmeasured)
    }

    private func buckets(since counted: Totals?) -> [UInt64] {
        counted.map { zip(totals.buckets, $0.buckets).map { $0 &- $1 } } ?? totals.buckets
    }

    private func distribution(of buckets: [UInt64], since counted: Totals?) -> LatencyHistogram {
        let sum = totals.sum &- (counted?.sum ?? 0)
        let aboveRange = totals.aboveRange &- (counted?.aboveRange ?? 0)
        let (low, high) = bounds(of: buckets, aboveRange: aboveRange)
        return OverflowSeries.refine(buckets, aboveRange: aboveRange, sum: sum, min: low, max: high)
    }

    /// The smallest and largest value: the extremes that the CPUs noted since recording began, limited to the filled buckets. If
    /// no CPU noted any, the bounds of the filled buckets are all that is known.
    private func bounds(of buckets: [UInt64], aboveRange: UInt64) -> (UInt64, UInt64) {
        let filled = buckets.indices.filter { buckets[$0] > 0 }
        let lowest = filled.first.map { OverflowSeries.bounds(ofBucket: $0).lowerBound } ?? BucketScheme.rangeEnd
        let highest = filled.last.map { OverflowSeries.bounds(ofBucket: $0).upperBound } ?? 0
        guard let extremes else { return (lowest, aboveRange > 0 ? BucketScheme.rangeEnd : highest) }
        let high = aboveRange > 0 ? extremes.upperBound : Swift.min(extremes.upperBound, highest)
        return (Swift.max(extremes.lowerBound, lowest), high)
    }

    /// Spreads each coarse bucket evenly over its fine buckets between the extremes.
    private static func refine(
        _ coarse: [UInt64], aboveRange: UInt64, sum: UInt64, min low: UInt64, max high: UInt64
    ) -> LatencyHistogram {
        var fine: [LatencyHistogram.Bucket] = []
        for (index, count) in coarse.enumerated() where count > 0 {
            let range = OverflowSeries.bounds(ofBucket: index)
            let first = BucketScheme.index(of: Swift.min(Swift.max(range.lowerBound, low), range.upperBound))
            let last = Swift.max(first, BucketScheme.index(of: Swift.max(Swift.min(range.upperBound, high), range.lowerBound)))
            let parts = UInt64(last - first + 1)
            for (position, index) in (first...last).enumerated() {
                // The remainder goes to the first parts, so the count stays the same.
                let share = count / parts + (UInt64(position) < count % parts ? 1 : 0)
                if share > 0 { fine.append(.init(index: index, count: share)) }
            }
        }
        return LatencyHistogram(buckets: fine, aboveRange: aboveRange, sum: sum, min: low, max: high)
    }

    /// The values of a coarse bucket: the formula of ``BucketScheme`` with SYSLAT_OVERFLOW_SUB_BITS.
    static func bounds(ofBucket index: Int) -> ClosedRange<UInt64> {
        let bits = Int(SYSLAT_OVERFLOW_SUB_BITS)
        let subBuckets = 1 << bits
        guard index >= 2 * subBuckets else { return UInt64(index)...UInt64(index) }
        let shift = UInt64((index >> bits) - 1)
        let low = UInt64(subBuckets + (index & (subBuckets - 1))) << shift
        return low...low + (1 << shift) - 1
    }
}
