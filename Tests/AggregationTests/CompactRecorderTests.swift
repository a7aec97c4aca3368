import LatencyHistogram
import TestSupport
import Testing

@testable import Aggregation

@Suite struct CompactRecorderTests {
    /// The recorder that has a counter for every bucket is the oracle.
    @Test(arguments: [3, 255, 256, 257, 5000])
    func `a compact recorder counts what the dense one counts`(values: Int) {
        var random = SeededGenerator.fromEnvironment()
        var compact = CompactRecorder()
        var dense = HistogramRecorder()
        for number in 0..<values {
            let value = random.next() >> UInt64.random(in: 10...63, using: &random)
            let times = number % 3 == 0 ? UInt64.random(in: 1...1000, using: &random) : 1
            compact.record(value, times: times)
            dense.record(value, times: times)
            if number % 97 == 0 { compact.finish() }
        }
        let (mine, theirs) = (compact.snapshot(), dense.snapshot())
        #expect(mine == theirs)
        compact.finish()
        let afterwards = compact.snapshot()
        #expect(afterwards == theirs)
        compact.add(theirs)
        var doubled = theirs
        doubled.merge(theirs)
        let sum = compact.snapshot()
        #expect(sum == doubled)
    }

    @Test func `what is added to an empty recorder is all that it has`() {
        let added = LatencyHistogram(recording: [300, 7_000, 1 << 43])
        var compact = CompactRecorder()
        compact.add(LatencyHistogram())
        compact.add(added)
        let found = compact.snapshot()
        #expect(found == added && found.min == 300)
    }

    @Test func `nothing recorded is an empty distribution`() {
        var compact = CompactRecorder()
        let before = compact.snapshot()
        compact.finish()
        let after = compact.snapshot()
        #expect(before.isEmpty && after.isEmpty)
    }
}
