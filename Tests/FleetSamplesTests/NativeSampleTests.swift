import Comparison
import ComparisonSupport
import Foundation
import JSONLine
import LatencyHistogram
import SyscallTable
import TestSupport
import Testing

@testable import Exports
@testable import FleetSamples

struct NativeSampleTests {
    private func counts(_ histogram: LatencyHistogram, schema: Int) throws -> NativeCounts {
        let text = SimulatedServer.sample(histogram, schema: schema).dropFirst("\"histogram\":".count)
        return try NativeCounts(try JSONTree.decode(ServerAnswer.Stamped<NativeSample>.self, from: Array(text.utf8)).value)
    }

    private func random(using random: inout SeededGenerator) -> LatencyHistogram {
        var recorder = HistogramRecorder()
        let octaves = Double.random(in: 1...30, using: &random)
        for _ in 0..<Int.random(in: 1...3000, using: &random) {
            recorder.record(UInt64(exp2(Double.random(in: 0...octaves, using: &random))) - 1)
        }
        return recorder.snapshot()
    }

    @Test func `what is exported comes back within a bucket`() throws {
        var random = SeededGenerator.fromEnvironment()
        for round in 0..<rounds(60) {
            let schema = 3 + round % 4
            let original = self.random(using: &random)
            let back = try counts(original, schema: schema).histogram
            #expect(back.count == original.count)
            // The bucket of a value, and what the export may have moved it by: a bucket of ours, or a nanosecond.
            let width = exp(NativeCounts.width(ofSchema: schema)) * (1 + 1.0 / 128)
            for parts in [10, 50, 90, 99] as [UInt64] {
                let quantile = Quantile(parts, of: 100)
                let (mine, theirs) = (Double(original.value(at: quantile) ?? 0), Double(back.value(at: quantile) ?? 0))
                #expect(theirs <= mine * width + 1 && theirs >= mine / width - 1, "p\(parts): \(mine) \(theirs), schema \(schema)")
            }
        }
    }

    @Test func `coarser buckets are those of an export with that schema`() throws {
        var random = SeededGenerator.fromEnvironment()
        for _ in 0..<rounds(40) {
            let original = self.random(using: &random)
            let fine = try counts(original, schema: 6)
            for schema in 3...5 {
                let (made, direct) = (fine.coarsened(to: schema), try counts(original, schema: schema))
                #expect(made.schema == direct.schema || direct.schema == nil)
                #expect(made.counts.elementsEqual(direct.counts) { $0 == $1 } && made.zero == direct.zero)
            }
            #expect(fine.coarsened(to: 8).schema == fine.schema)
        }
    }

    @Test func `fractions of calls are carried, not lost`() throws {
        let buckets = (0..<100).map {
            NativeSample.Bucket(lower: exp2(Double($0 - 600) / 32), upper: exp2(Double($0 - 599) / 32), count: 0.33)
        }
        let histogram = try NativeCounts(NativeSample(count: 33, sum: 1e-4, buckets: buckets)).histogram
        #expect(histogram.count == 33)
        let tiny = try NativeCounts(NativeSample(count: 0.4, sum: 1e-4, buckets: [buckets[0]])).histogram
        #expect(tiny.isEmpty)
    }

    @Test func `crumbs below zero are none, and real ones are refused`() throws {
        let bucket = NativeSample.Bucket(lower: 1, upper: 2, count: 1000)
        let crumb = NativeSample.Bucket(lower: 2, upper: 4, count: -1e-9)
        #expect(try NativeCounts(NativeSample(count: 1000, sum: -1, buckets: [bucket, crumb])).histogram.count == 1000)
        for bad in [-1, .nan, .infinity, 1e300] {
            #expect(throws: NativeCounts.Fault.notCounts) {
                try NativeCounts(
                    NativeSample(count: 1, sum: 1, buckets: [bucket, NativeSample.Bucket(lower: 2, upper: 4, count: bad)]))
            }
        }
    }

    @Test(
        arguments: [
            [(1.0, 3.0)], [(1, 2), (2, 2.5)], [(1, 2), (1, 2)], [(2, 4), (1, 2)], [(-2, -1)], [(0, 1)], [(1, .infinity)],
            [(.nan, 1)], [(2, 1)],
            [(1e-300, 1e300)],
        ] as [[(Double, Double)]])
    func `bounds of no standard schema are refused`(_ bounds: [(Double, Double)]) {
        #expect(throws: NativeCounts.Fault.notStandard) {
            try NativeCounts(
                NativeSample(count: 1, sum: 1, buckets: bounds.map { NativeSample.Bucket(lower: $0.0, upper: $0.1, count: 1) }))
        }
    }

    @Test func `values above the range are above the range`() throws {
        let bucket = NativeSample.Bucket(lower: 8192, upper: 16384, count: 7)
        let histogram = try NativeCounts(NativeSample(count: 7, sum: 1e5, buckets: [bucket])).histogram
        #expect(histogram.aboveRange == 7 && histogram.buckets.isEmpty && histogram.count == 7)
        let straddling = NativeSample.Bucket(lower: 4096, upper: 8192, count: 100)
        #expect(try NativeCounts(NativeSample(count: 100, sum: 5e5, buckets: [straddling])).histogram.count == 100)
    }
}
