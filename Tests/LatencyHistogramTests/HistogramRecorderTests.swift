import LatencyHistogram
import TestSupport
import Testing

@Suite struct HistogramRecorderTests {
    @Test func `a snapshot and later recording don't affect each other`() {
        var recorder = HistogramRecorder()
        recorder.record(10)
        let first = recorder.snapshot()
        recorder.record(1000)
        #expect(first == LatencyHistogram(recording: [10]))
        #expect(recorder.snapshot() == LatencyHistogram(recording: [10, 1000]))
        let count = recorder.count
        #expect(count == 2)
    }

    @Test func `a reset recorder forgets every value`() {
        var recorder = HistogramRecorder()
        for value in [3, 300, 1 << 50] as [UInt64] { recorder.record(value) }
        recorder.reset()
        #expect(recorder.snapshot() == LatencyHistogram())
        recorder.record(20)
        #expect(recorder.snapshot() == LatencyHistogram(recording: [20]))
    }

    @Test(arguments: Samples.allCases)
    func `adding a histogram equals recording its values`(samples: Samples) {
        var random = SeededGenerator.fromEnvironment()
        let (mine, theirs) = (samples.values(400, using: &random), samples.values(300, using: &random))
        var recorder = HistogramRecorder()
        for value in mine { recorder.record(value) }
        recorder.add(LatencyHistogram(recording: theirs))
        #expect(recorder.snapshot() == LatencyHistogram(recording: mine + theirs))
        let count = recorder.count
        #expect(count == 700)
    }

    @Test func `adding to an empty recorder takes over the extremes`() {
        var recorder = HistogramRecorder()
        recorder.add(LatencyHistogram(recording: [70, 90]))
        #expect(recorder.snapshot() == LatencyHistogram(recording: [70, 90]))
        recorder.add(LatencyHistogram())
        #expect(recorder.snapshot() == LatencyHistogram(recording: [70, 90]))
    }

    /// Files may say of a distribution that its values lie where it has no buckets.
    @Test func `counts outside the stated extremes are kept, and forgotten by a reset`() {
        let odd = LatencyHistogram(
            buckets: [.init(index: 3, count: 1), .init(index: 900, count: 2)], aboveRange: 0, sum: 100, min: 50, max: 60)
        var recorder = HistogramRecorder()
        recorder.record(55)
        recorder.add(odd)
        #expect(recorder.snapshot().buckets.map(\.index) == [3, 55, 900])
        recorder.reset()
        recorder.record(1)
        recorder.record(.max)
        let after = recorder.snapshot()
        #expect(after == LatencyHistogram(recording: [1, .max]))
        #expect(after.buckets.map(\.index) == [1])
        recorder.reset()
        for value in [0, 1 << 41] as [UInt64] { recorder.record(value) }
        #expect(recorder.snapshot() == LatencyHistogram(recording: [0, 1 << 41]))
    }

    @Test func `adding saturates at the largest count and sum`() {
        var recorder = HistogramRecorder()
        recorder.record(4)
        recorder.add(LatencyHistogram(buckets: [.init(index: 4, count: .max)], aboveRange: 0, sum: .max, min: 4, max: 4))
        let snapshot = recorder.snapshot()
        #expect(snapshot.count == .max)
        #expect(snapshot.sum == .max)
        #expect(snapshot.buckets == [.init(index: 4, count: .max)])
    }

    @Test func `the sum of recorded values saturates at the largest number`() {
        let histogram = LatencyHistogram(recording: [.max, .max])
        #expect(histogram.sum == .max)
        #expect(histogram.count == 2)
        #expect(histogram.mean == 1 << 63)
    }
}
