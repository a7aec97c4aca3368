import SaturatingMath
import CSyslatABI
import Foundation
import LatencyHistogram
import Profile
import SyscallTable
import TestSupport
import Testing

@testable import Aggregation

@Suite struct OverflowTests {
    private static let bucketCount = 320

    /// log2 as BPF/overflow.bpf.h computes it, with the table from that file.
    private struct KernelLog2 {
        let table: [Int]

        init() throws {
            let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent()
            let source = try String(contentsOf: root.appendingPathComponent("BPF/overflow.bpf.h"), encoding: .utf8)
            let body = try #require(source.split(separator: "log2_of_top_bits[64] = {").last).prefix { $0 != "}" }
            table = body.split { !$0.isNumber }.compactMap { Int($0) }
            try #require(table.count == 64)
            #expect(source.contains("#define DE_BRUIJN 0x03f79d71b4cb0a89ULL"))
        }

        func callAsFunction(_ value: UInt64) -> Int {
            var word = value
            for shift in [1, 2, 4, 8, 16, 32] as [UInt64] { word |= word >> shift }
            word ^= word >> 1
            return table[Int((word &* 0x03f7_9d71_b4cb_0a89) >> 58)]
        }
    }

    private func kernelBucket(_ value: UInt64, _ log2: KernelLog2) -> Int {
        let shift = log2(value | 15) - 3
        return (shift << 3) + Int(value >> UInt64(shift))
    }

    private func key(number: Int32 = 7, error: UInt16 = 0, abi: UInt8 = 0, outcome: UInt8 = 0) -> [UInt8] {
        Event(number: number, error: error, abi: abi, outcome: outcome).word.bytes
    }

    private func series(_ buckets: [Int: UInt64], sum: UInt64 = 0, aboveRange: UInt64 = 0) -> [UInt8] {
        let counts = (0..<Self.bucketCount).map { buckets[$0] ?? 0 }
        let count = counts.reduce(aboveRange) { $0.addingSaturating($1) }
        return ([count, sum, aboveRange] + counts).flatMap(\.bytes)
    }

    private func extremes(_ minimum: UInt64, _ maximum: UInt64) -> [UInt8] { (minimum + 1).bytes + (maximum + 1).bytes }
    private let unused = UInt64(0).bytes + UInt64(0).bytes

    @Test func `the kernel's log2 is right around every power of two`() throws {
        let log2 = try KernelLog2()
        for exponent in 0..<64 {
            let power: UInt64 = 1 << UInt64(exponent)
            #expect(log2(power) == exponent)
            #expect(log2(power | (power - 1)) == exponent)
        }
    }

    @Test func `overflow buckets match the kernel's and leave no gaps`() throws {
        let log2 = try KernelLog2()
        #expect(MemoryLayout<syslat_overflow>.size == (3 + Self.bucketCount) * 8)
        var next: UInt64 = 0
        for index in 0..<Self.bucketCount {
            let range = OverflowSeries.bounds(ofBucket: index)
            #expect(range.lowerBound == next, "bucket \(index)")
            for value in [range.lowerBound, range.lowerBound + (range.upperBound - range.lowerBound) / 2, range.upperBound] {
                #expect(kernelBucket(value, log2) == index, "\(value)")
            }
            next = range.upperBound + 1
        }
        #expect(next == BucketScheme.rangeEnd)
        #expect(kernelBucket(next, log2) == Self.bucketCount)
    }

    @Test func `an overflow bucket covers whole buckets of the histogram`() {
        for index in 0..<Self.bucketCount {
            let range = OverflowSeries.bounds(ofBucket: index)
            #expect(BucketScheme.lowerBound(of: BucketScheme.index(of: range.lowerBound)) == range.lowerBound)
            #expect(BucketScheme.upperBound(of: BucketScheme.index(of: range.upperBound)) == range.upperBound)
        }
    }

    @Test func `an overflow histogram keeps its count, sum, extremes and buckets`() throws {
        var random = SeededGenerator.fromEnvironment()
        let log2 = try KernelLog2()
        for round in 0..<30 {
            // Latencies of all magnitudes, or from a few coarse buckets that the extremes cut.
            let shifts = round % 2 == 0 ? 20...60 : 30...31
            let values = (0..<Int.random(in: 1...3000, using: &random)).map { _ in
                (random.next() | 1 << 63) >> UInt64(Int.random(in: shifts, using: &random))
            }
            let inRange = values.filter { $0 < BucketScheme.rangeEnd }
            let coarse = Dictionary(inRange.map { (kernelBucket($0, log2), UInt64(1)) }, uniquingKeysWith: +)
            let (low, high) = (values.min() ?? 0, values.max() ?? 0)
            let sum = values.reduce(0, +)
            let feed = Feed()
            feed.sendOverflow(
                key: key(number: 7, error: 11, abi: 1, outcome: 1),
                series: series(coarse, sum: sum, aboveRange: UInt64(values.count - inRange.count)),
                extremes: [extremes(low, low), unused, extremes(high, high)])

            #expect(feed.completed == UInt64(values.count) && feed.overflowed == feed.completed && feed.malformed == 0)
            let call = try #require(feed.call(.ia32, 7))
            #expect(call.series.map(\.outcome) == [.blocked] && call.series.map(\.failed) == [true])
            #expect(call.errnos == [ErrnoCount(errno: 11, count: UInt64(values.count))])
            let found = call.distribution
            #expect(found.count == UInt64(values.count))
            #expect(found.sum == sum && found.min == low && found.max == high)
            #expect(found.aboveRange == UInt64(values.count - inRange.count))
            #expect(
                found.buckets.allSatisfy {
                    BucketScheme.upperBound(of: $0.index) >= low && BucketScheme.lowerBound(of: $0.index) <= high
                })
            let buckets = found.buckets.map { (kernelBucket(BucketScheme.lowerBound(of: $0.index), log2), $0.count) }
            let back = Dictionary(buckets, uniquingKeysWith: +)
            #expect(back == coarse)
        }
    }

    @Test func `the count of an overflow bucket is spread evenly over the histogram's`() throws {
        // 16 fine buckets in 1 048 576 ... 1 179 647.
        let feed = Feed()
        let range = OverflowSeries.bounds(ofBucket: 144)
        #expect(range.lowerBound == 1 << 20 && range.upperBound == (1 << 20) + (1 << 17) - 1)
        feed.sendOverflow(
            key: key(), series: series([144: 35]), extremes: [extremes(range.lowerBound, range.upperBound)])
        let counts = try #require(feed.call(.x86_64, 7)).distribution.buckets.map(\.count)
        #expect(counts == [3, 3, 3] + Array(repeating: 2, count: 13))
    }

    @Test(arguments: [(0, 131_071), (20_000, 131_071), (0, 100_000), (20_000, 100_000), (70_000, 70_000)] as [(UInt64, UInt64)])
    func `a count is spread only between the smallest and largest latency`(low: UInt64, high: UInt64) throws {
        let feed = Feed()
        feed.sendOverflow(
            key: key(), series: series([144: 160]), extremes: [extremes((1 << 20) + low, (1 << 20) + high)])
        let indices = try #require(feed.call(.x86_64, 7)).distribution.buckets.map(\.index)
        #expect(indices == Array(BucketScheme.index(of: (1 << 20) + low)...BucketScheme.index(of: (1 << 20) + high)))
    }

    @Test func `extremes that contradict the buckets lose no calls`() throws {
        for (low, high) in [(0, 0), (.max - 1, .max - 1), (1 << 40, 1 << 40), (1 << 40, 5)] as [(UInt64, UInt64)] {
            let feed = Feed()
            feed.sendOverflow(key: key(), series: series([0: 3, 144: 35, 319: 2]), extremes: [extremes(low, high)])
            #expect(feed.call(.x86_64, 7)?.distribution.buckets.reduce(0) { $0 + $1.count } == 40)
        }
    }

    @Test func `without extremes, the buckets' bounds give the minimum and maximum`() throws {
        for extremes in [[], [unused, unused]] {
            let feed = Feed()
            feed.sendOverflow(key: key(), series: series([16: 2, 144: 4]), extremes: extremes)
            let found = try #require(feed.call(.x86_64, 7)).distribution
            #expect(found.count == 6)
            #expect(found.min == 16 && found.max == (1 << 20) + (1 << 17) - 1)
            #expect(found.value(at: .p50) ?? 0 >= 1 << 20)
        }
        let feed = Feed()
        feed.sendOverflow(key: key(), series: series([16: 1], aboveRange: 3), extremes: [])
        let found = try #require(feed.call(.x86_64, 7)).distribution
        #expect(found.count == 4 && found.min == 16 && found.max == BucketScheme.rangeEnd)
    }

    @Test func `an overflow series without calls makes no row`() {
        let feed = Feed()
        feed.sendOverflow(key: key(error: 5), series: series([:]), extremes: [extremes(5, 9)])
        #expect(feed.calls().isEmpty)
        #expect(feed.completed == 0 && feed.malformed == 0)
    }

    @Test func `overflowed calls join their series but no process`() throws {
        let feed = Feed()
        feed.send([Event(duration: 50, number: 7), Event(duration: 70, number: 7)])
        feed.sendOverflow(key: key(), series: series([3: 2], sum: 6), extremes: [extremes(3, 3)])
        let call = try #require(feed.call(.x86_64, 7))
        #expect(call.series.count == 1)
        #expect(call.distribution == LatencyHistogram(recording: [3, 3, 50, 70]))
        #expect(feed.completed == 4 && feed.overflowed == 2)
        #expect(feed.processes().map(\.calls) == [2])
    }

    /// Work after the exit is no call, and 0 ns stand for work that was not measured.
    @Test func `work for which the ring had no room is counted as work`() {
        let feed = Feed()
        feed.sendOverflow(key: key(outcome: 3), series: series([0: 5, 3: 2], sum: 6), extremes: [extremes(0, 3)])
        feed.sendOverflow(key: key(outcome: 3), series: series([0: 6, 3: 2, 4: 1], sum: 10), extremes: [extremes(0, 4)])
        let work = feed.calls().first?.afterExit
        #expect(work?.unmeasured == 6)
        #expect(work?.distribution == LatencyHistogram(recording: [3, 3, 4]))
        #expect(feed.completed == 0 && feed.overflowed == 0 && feed.malformed == 0)
    }

    @Test func `call words that no program writes are malformed`() {
        let impossible = [
            Event(outcome: 3, request: 1).word.bytes, Event(evidence: 6).word.bytes, Event(sampling: 1, request: 1).word.bytes,
        ]
        for (position, key) in impossible.enumerated() {
            let feed = Feed()
            feed.sendOverflow(key: key, series: series([3: 2]), extremes: [extremes(3, 3)])
            #expect(feed.malformedRecords == 1, "case \(position)")
            #expect(feed.completed == 0 && feed.overflowed == 0 && feed.calls().isEmpty, "case \(position)")
        }
    }

    @Test func `overflow counts saturate at the largest number`() throws {
        let feed = Feed()
        for outcome in [0, 0, 1] as [UInt8] {
            feed.sendOverflow(
                key: key(error: 5, outcome: outcome), series: series([3: .max, 9: .max], sum: .max, aboveRange: .max),
                extremes: [extremes(3, 1 << 50)])
        }
        #expect(feed.completed == .max && feed.overflowed == .max)
        let call = try #require(feed.call(.x86_64, 7))
        #expect(call.calls == .max && call.errors == .max)
        #expect(call.errnos == [ErrnoCount(errno: 5, count: .max)])
    }
}
