import Foundation
import LatencyHistogram
import TestSupport
import Testing

@testable import Exports

@Suite struct NativeHistogramTests {
    private func histogram(_ values: [UInt64]) -> LatencyHistogram {
        var recorder = HistogramRecorder()
        for value in values { recorder.record(value) }
        return recorder.snapshot()
    }

    /// The bounds of a bucket, in seconds.
    private func bounds(_ index: Int, _ schema: Int) -> (lower: Double, upper: Double) {
        (exp2(Double(index - 1) / Double(1 << schema)), exp2(Double(index) / Double(1 << schema)))
    }

    @Test func `a second is the upper end of bucket 0, and powers of two of it are ends too`() {
        for schema in NativeHistogram.schemas {
            #expect(NativeHistogram.index(ofSeconds: 1, schema: schema) == 0)
            #expect(NativeHistogram.index(ofSeconds: 1.0.nextUp, schema: schema) == 1)
            #expect(NativeHistogram.index(ofSeconds: 2, schema: schema) == 1 << schema)
            #expect(NativeHistogram.index(ofSeconds: 0.25, schema: schema) == -2 << schema)
        }
    }

    @Test(arguments: NativeHistogram.schemas) func `every value is in its bucket or the one beside it`(schema: Int) {
        var generator = SeededGenerator.fromEnvironment()
        for _ in 0..<rounds(4000) {
            let value = max(1, (generator.next() & (1 << 42 - 1)) >> (generator.next() % 42))
            let native = NativeHistogram(histogram([value]), schema: schema)
            guard native.buckets.count == 1, let bucket = native.buckets.first else {
                Issue.record("\(value) is in \(native.buckets.count) buckets")
                return
            }
            let (lower, upper) = (bounds(bucket.index - 1, schema).lower, bounds(bucket.index + 1, schema).upper)
            #expect(Double(value) / 1e9 > lower && Double(value) / 1e9 <= upper)
            // Values that have a bucket of their own are in the right one.
            if value < 256 {
                let (lower, upper) = bounds(bucket.index, schema)
                #expect(Double(value) / 1e9 > lower && Double(value) / 1e9 <= upper)
            }
        }
    }

    @Test func `counts, spans and differences say the same`() {
        var generator = SeededGenerator.fromEnvironment()
        for _ in 0..<rounds(200) {
            let values = (0..<Int(generator.next() % 300)).map { _ in generator.next() >> (22 + generator.next() % 42) }
            let histogram = histogram(values)
            let native = NativeHistogram(histogram, schema: 5)
            #expect(native.count == histogram.count && native.zeroCount == UInt64(values.count { $0 == 0 }))
            var (index, count, position) = (0, Int64(0), 0)
            for span in native.spans {
                index += span.offset
                for _ in 0..<span.length {
                    count += native.deltas[position]
                    #expect(native.buckets[position].index == index && native.buckets[position].count == UInt64(count))
                    (position, index) = (position + 1, index + 1)
                }
            }
            #expect(position == native.buckets.count && native.deltas.count == position)
        }
    }

    @Test func `an empty histogram has a span without buckets`() {
        let native = NativeHistogram(LatencyHistogram(), schema: 5)
        #expect(native.spans == [NativeHistogram.Span(offset: 0, length: 0)] && native.deltas.isEmpty && native.count == 0)
    }

    @Test func `values above the range stand at its end`() {
        let native = NativeHistogram(histogram([1 << 50, .max]), schema: 3)
        #expect(native.count == 2 && native.buckets.count == 1)
        #expect(native.buckets.first?.index == NativeHistogram.index(ofSeconds: Double(1 << 42) / 1e9, schema: 3))
    }

    @Test func `counts that no signed number holds are the largest that one does`() {
        let huge = LatencyHistogram(
            buckets: [.init(index: 90, count: .max), .init(index: 1000, count: 3)], aboveRange: 0, sum: .max, min: 90, max: 90)
        let native = NativeHistogram(huge, schema: 5)
        #expect(native.deltas == [.max, 3 - .max] && native.count == UInt64(Int64.max) + 3)
    }
}
