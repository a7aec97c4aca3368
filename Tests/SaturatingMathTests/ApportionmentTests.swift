import SaturatingMath
import LatencyHistogram
import TestSupport
import Testing

/// Divides whole numbers in proportion, and scales distributions that stand for more values than they hold.
@Suite struct ApportionmentTests {
    @Test(
        arguments: [
            (10, [1, 1, 1], [4, 3, 3]), (7, [0, 5, 0], [0, 7, 0]), (3, [2, 2], [2, 1]), (1, [1, 2, 3], [0, 0, 1]),
            (0, [4, 5], [0, 0]),
            (5, [0, 0], [0, 0]), (.max, [1, 1], [1 << 63, 1 << 63 - 1]), (4, [.max, .max], [2, 2]),
        ] as [(UInt64, [UInt64], [UInt64])])
    func `parts are in proportion to the weights`(total: UInt64, weights: [UInt64], parts: [UInt64]) {
        #expect(total.apportioned(by: weights) == parts)
    }

    @Test func `parts add up and are less than one off`() {
        var random = SeededGenerator.fromEnvironment()
        for _ in 0..<1000 {
            let weights = (0..<Int.random(in: 1...30, using: &random)).map { _ in
                UInt64.random(in: 0...1 << UInt64.random(in: 0...40, using: &random), using: &random)
            }
            let total = UInt64.random(in: 0...1 << UInt64.random(in: 0...50, using: &random), using: &random)
            let sum = weights.reduce(0, +)
            guard sum > 0 else { continue }
            let parts = total.apportioned(by: weights)
            #expect(parts.reduce(0, +) == total)
            for (part, weight) in zip(parts, weights) {
                let exact = Double(total) * Double(weight) / Double(sum)
                #expect(abs(Double(part) - exact) < 1 + exact * 1e-12)
                if weight == 0 { #expect(part == 0) }
            }
        }
    }

    @Test func `scaling a histogram keeps its shape`() {
        var random = SeededGenerator.fromEnvironment()
        for _ in 0..<200 {
            var recorder = HistogramRecorder()
            for _ in 0..<Int.random(in: 1...200, using: &random) {
                recorder.record(random.next() >> UInt64.random(in: 20...63, using: &random))
            }
            let one = recorder.snapshot()
            let target = UInt64.random(in: 0...100_000, using: &random)
            let scaled = one.scaled(to: target)
            #expect(scaled.count == target)
            #expect(one.scaled(to: one.count) == one)
            guard target > 0 else { continue }
            #expect(scaled.min == one.min && scaled.max == one.max)
            let inProportion: Double = Double(one.sum) * Double(target) / Double(one.count)
            let error: Double = abs(Double(scaled.sum) - inProportion)
            #expect(error <= inProportion * 1e-12 + 1)
            // A whole multiple is exact.
            let tenfold = one.scaled(to: one.count * 10)
            #expect(tenfold.buckets.map(\.count) == one.buckets.map { $0.count * 10 } && tenfold.aboveRange == one.aboveRange * 10)
            #expect(tenfold.values(at: [.p50, .p99]) == LatencyHistogram.repeated(one, times: 10).values(at: [.p50, .p99]))
        }
        #expect(LatencyHistogram().scaled(to: 7).isEmpty)
    }
}

extension LatencyHistogram {
    fileprivate static func repeated(_ distribution: LatencyHistogram, times: Int) -> LatencyHistogram {
        (0..<times).reduce(into: LatencyHistogram()) { sum, _ in sum.merge(distribution) }
    }
}
