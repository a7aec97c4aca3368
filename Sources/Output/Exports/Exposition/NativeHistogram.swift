import Glibc
import LatencyHistogram

/// A histogram as Prometheus keeps it: bucket i of schema n has the values in (2^((i-1)/2^n), 2^(i/2^n)] seconds.
///
/// Our buckets and these don't line up, because theirs are powers of two of seconds and ours of nanoseconds. The values of one of ours go to
/// the bucket of its middle: none is further off than one bucket.
///
/// Source: https://prometheus.io/docs/specs/native_histograms/
struct NativeHistogram {
    /// Buckets one behind the other.
    struct Span: Hashable {
        /// From the end of the span before, or from bucket 0.
        var offset: Int
        var length: Int
    }

    let schema: Int
    /// Values of 0 ns.
    private(set) var zeroCount: UInt64 = 0
    /// By rising bucket. Prometheus subtracts counts from each other as signed numbers, so none is larger than one of those.
    private(set) var buckets: [(index: Int, count: UInt64)] = []

    /// Up to where values are zero, in seconds: what the libraries of Prometheus use. There is no nanosecond below it.
    static let zeroThreshold = 0x1p-128
    static let schemas = 3...6

    init(_ histogram: LatencyHistogram, schema: Int) {
        self.schema = schema
        for bucket in histogram.buckets {
            let (lower, upper) = (BucketScheme.lowerBound(of: bucket.index), BucketScheme.upperBound(of: bucket.index))
            guard upper > 0 else {
                zeroCount = NativeHistogram.signed(bucket.count)
                continue
            }
            add(bucket.count, at: (Double(lower) + Double(upper)) / 2)
        }
        // Of values above the range nothing is known but that.
        if histogram.aboveRange > 0 { add(histogram.aboveRange, at: Double(BucketScheme.rangeEnd)) }
    }

    private mutating func add(_ count: UInt64, at nanoseconds: Double) {
        let index = NativeHistogram.index(ofSeconds: nanoseconds / 1e9, schema: schema)
        if let last = buckets.last, last.index == index {
            buckets[buckets.count - 1].count = NativeHistogram.signed(last.count.addingReportingOverflow(count))
        } else {
            buckets.append((index, NativeHistogram.signed(count)))
        }
    }

    private static func signed(_ count: UInt64) -> UInt64 { min(count, UInt64(Int64.max)) }

    private static func signed(_ sum: (partialValue: UInt64, overflow: Bool)) -> UInt64 {
        sum.overflow ? UInt64(Int64.max) : signed(sum.partialValue)
    }

    /// The bucket of a value above 0.
    static func index(ofSeconds value: Double, schema: Int) -> Int {
        Int((log2(value) * Double(1 << schema)).rounded(.up))
    }

    /// How many values there are. Prometheus refuses a histogram whose buckets add up to anything else.
    var count: UInt64 {
        buckets.reduce(zeroCount) { sum, bucket in
            let (sum, isTooLarge) = sum.addingReportingOverflow(bucket.count)
            return isTooLarge ? .max : sum
        }
    }

    /// At least one: without a span an empty histogram is taken for one of classic buckets.
    var spans: [Span] {
        guard let first = buckets.first else { return [Span(offset: 0, length: 0)] }
        var spans = [Span(offset: first.index, length: 0)]
        var next = first.index
        for bucket in buckets {
            if bucket.index == next {
                spans[spans.count - 1].length += 1
            } else {
                spans.append(Span(offset: bucket.index - next, length: 1))
            }
            next = bucket.index + 1
        }
        return spans
    }

    /// The first count, and the difference of each other one from the one before.
    var deltas: [Int64] {
        var previous: Int64 = 0
        return buckets.map { bucket in
            let count = Int64(bucket.count)
            defer { previous = count }
            return count - previous
        }
    }
}
