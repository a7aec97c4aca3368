import CSyslatABI
import LatencyHistogram

/// One decoded series of the kernel's overflow histograms, brought to our bucket scheme.
struct OverflowSeries {
    let call: CallWord
    let distribution: LatencyHistogram

    /// - Parameters:
    ///   - key, series: the bytes of `syslat_overflow_key` and `syslat_overflow`; nil for such as no kernel side writes.
    ///   - extremes: the bytes of each CPU's `syslat_overflow_extremes`.
    ///   - counted: the words of the series when it was last taken in, which grow only; it replaces them.
    init?(key: [UInt8], series: [UInt8], extremes: [[UInt8]], since counted: inout [UInt64]) {
        guard key.count == MemoryLayout<syslat_overflow_key>.size, series.count == MemoryLayout<syslat_overflow>.size,
            extremes.allSatisfy({ $0.count == MemoryLayout<syslat_overflow_extremes>.size })
        else { return nil }
        // Sizes were checked; the loads need no alignment.
        call = CallWord(bits: unsafe key.withUnsafeBytes { unsafe $0.loadUnaligned(as: syslat_overflow_key.self) }.call)
        guard call.isValid else { return nil }
        let words = unsafe series.withUnsafeBytes { bytes in
            (0..<bytes.count / 8).map { unsafe bytes.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self) }
        }
        let new = counted.isEmpty ? words : zip(words, counted).map { $0 &- $1 }
        counted = words
        let (sum, aboveRange, buckets) = (new[1], new[2], Array(new[3...]))
        let (low, high) = OverflowSeries.extremes(extremes, of: buckets, aboveRange: aboveRange)
        distribution = OverflowSeries.refine(buckets, aboveRange: aboveRange, sum: sum, min: low, max: high)
    }

    /// The smallest and largest value: what the CPUs noted since the capture began, as far as the filled buckets allow it. Where
    /// no CPU had room to note any, the bounds of the buckets are all that is known.
    private static func extremes(_ noted: [[UInt8]], of buckets: [UInt64], aboveRange: UInt64) -> (UInt64, UInt64) {
        var (low, high): (UInt64, UInt64) = (.max, 0)
        for bytes in noted {
            let extreme = unsafe bytes.withUnsafeBytes { unsafe $0.loadUnaligned(as: syslat_overflow_extremes.self) }
            guard extreme.min_ns_plus_1 > 0, extreme.max_ns_plus_1 > 0 else { continue }
            low = Swift.min(low, extreme.min_ns_plus_1 - 1)
            high = Swift.max(high, extreme.max_ns_plus_1 - 1)
        }
        let filled = buckets.indices.filter { buckets[$0] > 0 }
        let lowest = filled.first.map { OverflowSeries.bounds(ofBucket: $0).lowerBound } ?? BucketScheme.rangeEnd
        let highest = filled.last.map { OverflowSeries.bounds(ofBucket: $0).upperBound } ?? 0
        guard low <= high else { return (lowest, aboveRange > 0 ? BucketScheme.rangeEnd : highest) }
        return (Swift.max(low, lowest), aboveRange > 0 ? high : Swift.min(high, highest))
    }

    /// Spreads each coarse bucket evenly over the fine buckets that lie in it and between the extremes.
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
                // The remainder goes to the first parts, so that the count is kept.
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
