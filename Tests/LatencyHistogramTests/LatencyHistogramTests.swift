import SaturatingMath
import LatencyHistogram
import TestPrograms
import TestSupport
import Testing

@Suite struct LatencyHistogramTests {
    private func merged(_ parts: LatencyHistogram...) -> LatencyHistogram {
        parts.reduce(into: LatencyHistogram()) { $0.merge($1) }
    }

    @Test(arguments: Samples.allCases)
    func `count, sum, extremes and mean are exact`(samples: Samples) {
        var random = SeededGenerator.fromEnvironment()
        let values = samples.values(5001, using: &random)
        let histogram = LatencyHistogram(recording: values)
        let sum = values.reduce(0, +)
        #expect(histogram.count == 5001)
        #expect(histogram.sum == sum)
        #expect(histogram.min == values.min())
        #expect(histogram.max == values.max())
        #expect(histogram.mean == (sum * 2 + 5001) / (2 * 5001))
        #expect(histogram.aboveRange == UInt64(values.count { $0 >= BucketScheme.rangeEnd }))
        #expect(histogram.buckets.reduce(histogram.aboveRange) { $0 + $1.count } == 5001)
    }

    @Test(
        arguments: [
            ([1, 2], 2), ([1, 2, 2], 2), ([1, 1, 2], 1), ([0], 0), ([7], 7), ([.max], .max), ([1, 1, 1, 3], 2), ([1, 1, 1, 2], 1),
        ] as [([UInt64], UInt64)])
    func `the mean is rounded to the nearest integer`(values: [UInt64], mean: UInt64) {
        #expect(LatencyHistogram(recording: values).mean == mean)
    }

    @Test func `values above the range keep their count and exact maximum`() {
        let end = BucketScheme.rangeEnd
        let histogram = LatencyHistogram(recording: [end - 1, end, .max])
        #expect(histogram.buckets == [.init(index: BucketScheme.bucketCount - 1, count: 1)])
        #expect(histogram.aboveRange == 2)
        #expect(histogram.count == 3)
        #expect(histogram.min == end - 1)
        #expect(histogram.max == .max)
        #expect(histogram.values(at: [Quantile(1, of: 3), Quantile(2, of: 3)]) == [end - 1, .max])
    }

    @Test func `a histogram without values is empty`() {
        let empty = LatencyHistogram()
        #expect(empty.isEmpty && empty.count == 0 && empty.sum == 0 && empty.max == 0 && empty.min == .max)
        #expect(empty.mean == nil)
        #expect(LatencyHistogram(recording: []) == empty)
        #expect(!LatencyHistogram(recording: [0]).isEmpty)
    }

    @Test(arguments: Samples.allCases, Samples.allCases)
    func `merging two histograms equals recording both`(first: Samples, second: Samples) {
        var random = SeededGenerator.fromEnvironment()
        let (left, right) = (first.values(300, using: &random), second.values(200, using: &random))
        let expected = LatencyHistogram(recording: left + right)
        #expect(merged(LatencyHistogram(recording: left), LatencyHistogram(recording: right)) == expected)
        #expect(merged(LatencyHistogram(recording: right), LatencyHistogram(recording: left)) == expected)
    }

    @Test func `merging histograms is associative`() {
        var random = SeededGenerator.fromEnvironment()
        for _ in 0..<50 {
            let parts = (0..<3).map { _ in
                let samples = Samples.allCases.randomElement(using: &random)!
                return LatencyHistogram(recording: samples.values(.random(in: 0...40, using: &random), using: &random))
            }
            #expect(merged(merged(parts[0], parts[1]), parts[2]) == merged(parts[0], merged(parts[1], parts[2])))
        }
    }

    @Test func `merging an empty histogram changes nothing`() {
        let some = LatencyHistogram(recording: [5, 500, .max])
        #expect(merged(some, LatencyHistogram()) == some)
        #expect(merged(LatencyHistogram(), some) == some)
        #expect(merged(LatencyHistogram(), LatencyHistogram()) == LatencyHistogram())
    }

    @Test func `merging saturates at the largest count and sum`() {
        let large = LatencyHistogram(
            buckets: [.init(index: 1, count: .max - 1), .init(index: 9, count: 1)], aboveRange: 0, sum: .max - 3, min: 1,
            max: 9)
        let small = LatencyHistogram(buckets: [.init(index: 1, count: 7)], aboveRange: 3, sum: 7, min: 1, max: 1 << 60)
        for both in [merged(large, small), merged(small, large)] {
            #expect(both.count == .max)
            #expect(both.sum == .max)
            #expect(both.buckets == [.init(index: 1, count: .max), .init(index: 9, count: 1)])
            #expect(both.aboveRange == 3)
            #expect(both.max == 1 << 60)
        }
    }

    @Test func `a saturating sum stops at the largest number`() {
        #expect((UInt64.max - 1).addingSaturating(1) == .max)
        #expect((UInt64.max - 1).addingSaturating(2) == .max)
        #expect(UInt64.max.addingSaturating(.max) == .max)
        #expect(UInt64(3).addingSaturating(4) == 7)
    }

    private struct Buckets {
        let name: String
        let list: [(Int, UInt64)]
        var trap = true
    }

    private static let lists: [Buckets] = [
        Buckets(name: "twice", list: [(5, 1), (5, 1)]), Buckets(name: "falling", list: [(6, 1), (5, 1)]),
        Buckets(name: "empty", list: [(5, 0)]), Buckets(name: "behind", list: [(BucketScheme.bucketCount, 1)]),
        Buckets(name: "before", list: [(-1, 1)]),
        Buckets(name: "first and last", list: [(0, 1), (BucketScheme.bucketCount - 1, 1)], trap: false),
    ]

    @Test(arguments: lists.indices) func `buckets out of order, empty or out of range trap`(index: Int) throws {
        let buckets = Self.lists[index]
        let run = try SeparateProcess.run("buckets out of order", part: buckets.name) { takeOver(buckets.list) }
        guard let run else { return }
        #expect(buckets.trap ? run.hasTrapped : run.status == 0, "\(buckets.name): \(run.status) \(run.error)")
    }
}

private func takeOver(_ buckets: [(Int, UInt64)]) {
    let buckets = buckets.map { LatencyHistogram.Bucket(index: $0.0, count: $0.1) }
    _ = LatencyHistogram(buckets: buckets, aboveRange: 0, sum: 0, min: 0, max: 0)
}
