import Histogram
import LatencyHistogram
import TestSupport
import Testing

/// The scheme promises the indices of HdrHistogram's counts array for (1, 2^42 - 1, 2 digits): compares it with the original.
@Suite struct HdrHistogramTests {
    private func original() -> Histogram<UInt64> {
        Histogram(
            lowestDiscernibleValue: 1, highestTrackableValue: BucketScheme.rangeEnd - 1, numberOfSignificantValueDigits: .two)
    }

    /// The original's array continues beyond our last bucket to the end of its last power of two.
    @Test func `every bucket ends where HdrHistogram's does`() {
        var index = 0
        for bucket in original().allValues() {
            guard index < BucketScheme.bucketCount else { break }
            #expect(bucket.value == BucketScheme.upperBound(of: index), "bucket \(index)")
            index += 1
        }
        #expect(index == BucketScheme.bucketCount)
    }

    @Test func `random values have the same bucket bounds as in HdrHistogram`() {
        var random = SeededGenerator.fromEnvironment()
        let original = original()
        for _ in 0..<20_000 {
            let value = random.next() >> UInt64.random(in: 22...63, using: &random)
            let index = BucketScheme.index(of: value)
            #expect(
                original.equivalentRangeForValue(value)
                    == BucketScheme.lowerBound(of: index)...BucketScheme.upperBound(of: index), "\(value)")
        }
    }

    @Test func `recorded values land at the same indices as in HdrHistogram`() {
        var random = SeededGenerator.fromEnvironment()
        var original = original()
        var recorder = HistogramRecorder()
        for _ in 0..<20_000 {
            let value = random.next() >> UInt64.random(in: 22...63, using: &random)
            let isInRange = original.record(value)
            #expect(isInRange)
            recorder.record(value)
        }
        var expected: [LatencyHistogram.Bucket] = []
        for (index, bucket) in original.allValues().enumerated() where bucket.count > 0 {
            expected.append(.init(index: index, count: bucket.count))
        }
        #expect(recorder.snapshot().buckets == expected)
    }
}
