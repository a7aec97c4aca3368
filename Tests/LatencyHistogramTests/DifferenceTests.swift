import LatencyHistogram
import TestSupport
import Testing

@Suite struct DifferenceTests {
    @Test(arguments: Samples.allCases, Samples.allCases)
    func `what was recorded since is what was recorded in between`(first: Samples, second: Samples) {
        var random = SeededGenerator.fromEnvironment()
        let before = first.values(300, using: &random)
        let between = second.values(200, using: &random)
        let earlier = LatencyHistogram(recording: before)
        let difference = LatencyHistogram(recording: before + between).subtracting(earlier)
        let expected = LatencyHistogram(recording: between)
        #expect(difference.buckets == expected.buckets)
        #expect(difference.aboveRange == expected.aboveRange)
        #expect(difference.count == 200 && difference.sum == expected.sum)
        // Extremes are those of the buckets, or exact where they are new.
        #expect(difference.min <= expected.min && difference.max >= expected.max)
        #expect(expected.min - difference.min <= expected.min / 128)
        if expected.aboveRange == 0 { #expect(difference.max - expected.max <= expected.max / 128) }
        if expected.max > earlier.max { #expect(difference.max == expected.max) }
        if expected.min < earlier.min { #expect(difference.min == expected.min) }
    }

    @Test func `nothing less nothing, and nothing since`() {
        let histogram = LatencyHistogram(recording: [3, 500, 1 << 50])
        #expect(histogram.subtracting(LatencyHistogram()) == histogram)
        #expect(histogram.subtracting(histogram).isEmpty)
        #expect(LatencyHistogram().subtracting(histogram).isEmpty)
        #expect(histogram.subtracting(histogram) == LatencyHistogram())
    }

    @Test func `counts never go below 0`() {
        let small = LatencyHistogram(recording: [1, 1, 9])
        let large = LatencyHistogram(recording: [1, 1, 1, 1, 9, 40, 1 << 45])
        #expect(small.subtracting(large).isEmpty)
        let mixed = LatencyHistogram(recording: [1, 9, 9]).subtracting(small)
        #expect(mixed.count == 1 && mixed.buckets == [.init(index: 9, count: 1)])
    }

    @Test func `saturated histograms don't trap`() {
        let full = LatencyHistogram(
            buckets: [.init(index: 0, count: .max), .init(index: 5, count: .max)], aboveRange: .max, sum: .max, min: 0, max: .max)
        #expect(full.subtracting(full).isEmpty)
        #expect(full.subtracting(LatencyHistogram(recording: [0])).count == .max)
    }
}
