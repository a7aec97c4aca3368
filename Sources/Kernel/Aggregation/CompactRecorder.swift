import LatencyHistogram
import SaturatingMath

/// Counts durations like a ``HistogramRecorder``, in as little memory as the values allow: there is one for each process.
///
/// Ownership: 16 bytes a bucket, up to 256 buckets; with more, the 36 KiB of a ``HistogramRecorder`` until ``finish()``.
struct CompactRecorder: ~Copyable {
    /// By rising index.
    private var buckets: [LatencyHistogram.Bucket] = []
    private var sum: UInt64 = 0
    private var min: UInt64 = .max
    private var max: UInt64 = 0
    private var aboveRange: UInt64 = 0
    private var dense: HistogramRecorder?

    static let mostBuckets = 256

    init() {}

    /// Counts one duration `times` times. Units: nanoseconds.
    mutating func record(_ value: UInt64, times: UInt64) {
        guard dense == nil else {
            dense?.record(value, times: times)
            return
        }
        (min, max) = (Swift.min(min, value), Swift.max(max, value))
        sum = sum.addingSaturating(value.multipliedSaturating(by: times))
        if value < BucketScheme.rangeEnd {
            count(BucketScheme.index(of: value), times: times)
        } else {
            aboveRange = aboveRange.addingSaturating(times)
        }
    }

    private mutating func count(_ index: Int, times: UInt64) {
        var (low, high) = (0, buckets.count)
        while low < high {
            let middle = (low + high) / 2
            if buckets[middle].index < index { low = middle + 1 } else { high = middle }
        }
        if low < buckets.count, buckets[low].index == index {
            buckets[low].count = buckets[low].count.addingSaturating(times)
        } else {
            buckets.insert(.init(index: index, count: times), at: low)
            if buckets.count > CompactRecorder.mostBuckets { spread() }
        }
    }

    private mutating func spread() {
        var recorder = HistogramRecorder()
        recorder.add(snapshot())
        dense = consume recorder
        buckets = []
    }

    /// Adds a distribution that was gathered elsewhere.
    mutating func add(_ other: LatencyHistogram) {
        guard !other.isEmpty else { return }
        if dense == nil { spread() }
        dense?.add(other)
    }

    /// The distribution so far.
    borrowing func snapshot() -> LatencyHistogram {
        if let distribution = dense?.snapshot() { return distribution }
        guard min <= max else { return LatencyHistogram() }
        return LatencyHistogram(buckets: buckets, aboveRange: aboveRange, sum: sum, min: min, max: max)
    }

    /// Gives back what memory it can: few values come any more.
    mutating func finish() {
        guard let distribution = dense?.snapshot(), !distribution.isEmpty else { return }
        buckets = distribution.buckets
        (sum, min, max, aboveRange) = (distribution.sum, distribution.min, distribution.max, distribution.aboveRange)
        dense = nil
    }
}
