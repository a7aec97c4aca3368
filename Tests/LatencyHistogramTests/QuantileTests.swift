import LatencyHistogram
import TestPrograms
import TestSupport
import Testing

@Suite struct QuantileTests {
    private static let fractions: [Quantile] = [
        Quantile(0, of: 1), Quantile(1, of: 1000), Quantile(1, of: 10), Quantile(1, of: 4), .p50, Quantile(2, of: 3), .p90,
        .p99, .p999, Quantile(999_999, of: 1_000_000), Quantile(1, of: 1),
    ]

    /// ceil(count * parts / of), at least 1: the product has at most 128 bits and the sum stays below 2^128.
    private func exactRank(_ quantile: Quantile, in count: UInt64) -> UInt64 {
        let product = UInt128(count) * UInt128(quantile.parts)
        return UInt64(max(1, (product + UInt128(quantile.of) - 1) / UInt128(quantile.of)))
    }

    @Test(
        arguments: [
            (Quantile.p50, 1, 1), (.p50, 2, 1), (.p50, 3, 2), (.p99, 100, 99), (.p99, 101, 100), (.p999, 999, 999),
            (Quantile(0, of: 5), 10, 1), (Quantile(1, of: 1), 10, 10), (Quantile(1, of: 3), 3, 1),
        ] as [(Quantile, UInt64, UInt64)])
    func `the rank of a quantile follows the nearest-rank definition`(quantile: Quantile, count: UInt64, rank: UInt64) {
        #expect(quantile.rank(in: count) == rank)
    }

    @Test func `ranks are exact for huge counts`() {
        var random = SeededGenerator.fromEnvironment()
        var counts: [UInt64] = [1, 1 << 53, (1 << 53) + 1, 1 << 63, .max - 1, .max]
        counts += (0..<200).map { _ in random.next() | 1 << 62 }
        var quantiles = Self.fractions + [Quantile(.max, of: .max), Quantile(.max - 1, of: .max), Quantile(1, of: .max)]
        for _ in 0..<50 {
            let whole = UInt64.random(in: 1 ... .max, using: &random)
            quantiles.append(Quantile(.random(in: 0...whole, using: &random), of: whole))
        }
        for count in counts {
            for quantile in quantiles {
                #expect(quantile.rank(in: count) == exactRank(quantile, in: count), "\(quantile) of \(count)")
            }
        }
    }

    @Test(arguments: Samples.allCases, [1, 2, 3, 10, 999, 20_000])
    func `quantiles fall in the bucket of the exact value`(samples: Samples, count: Int) throws {
        var random = SeededGenerator.fromEnvironment()
        let sorted = samples.values(count, using: &random).sorted()
        let histogram = LatencyHistogram(recording: sorted)
        let found = try #require(histogram.values(at: Self.fractions))
        for (quantile, value) in zip(Self.fractions, found) {
            let rank = Int(exactRank(quantile, in: UInt64(count)))
            let exact = sorted[rank - 1]
            if rank == 1 || rank == count {
                #expect(value == exact, "\(quantile): the extremes are exact")
            } else if exact < BucketScheme.rangeEnd {
                #expect(BucketScheme.index(of: value) == BucketScheme.index(of: exact), "\(quantile): \(value) for \(exact)")
            } else {
                #expect(value == sorted.last, "\(quantile): only the maximum is known above the range")
            }
            #expect(value >= sorted[0] && value <= sorted[count - 1], "\(quantile)")
            #expect(histogram.value(at: quantile) == value, "\(quantile) asked for alone")
        }
        #expect(found == found.sorted())
    }

    @Test func `ranks are spread evenly over their bucket`() {
        // 1000 values in the bucket 1 048 576 ... 1 056 767, which is 8192 wide: rank k stands at (2k - 1)/2000 of it.
        let index = BucketScheme.index(of: 1 << 20)
        let histogram = LatencyHistogram(
            buckets: [.init(index: index, count: 1000)], aboveRange: 0, sum: 0, min: 1 << 20, max: (1 << 20) + 8191)
        for rank in [2, 250, 500, 501, 999] as [UInt64] {
            #expect(histogram.value(at: Quantile(rank, of: 1000)) == 1 << 20 + (2 * rank - 1) * 8192 / 2000)
        }
    }

    @Test func `a quantile never lies outside the extremes`() {
        let low = LatencyHistogram(buckets: [.init(index: 2000, count: 9)], aboveRange: 0, sum: 0, min: 0, max: 7)
        #expect(low.value(at: .p50) == 7)
        let high = LatencyHistogram(buckets: [.init(index: 5, count: 9)], aboveRange: 0, sum: 0, min: 77, max: 99)
        #expect(high.value(at: .p50) == 77)
    }

    @Test func `an empty histogram has no quantiles`() {
        #expect(LatencyHistogram().value(at: .p50) == nil)
        #expect(LatencyHistogram().values(at: [.p50, .p99]) == nil)
    }

    @Test(arguments: [1 << 62, (1 << 63) - 1, 1 << 63, (1 << 63) + 1, .max - 1, .max] as [UInt64])
    func `quantiles of huge counts in one bucket are exact`(count: UInt64) throws {
        for index in [0, 255, 256, 2000, BucketScheme.bucketCount - 1] {
            let (low, high) = (BucketScheme.lowerBound(of: index), BucketScheme.upperBound(of: index))
            let histogram = LatencyHistogram(
                buckets: [.init(index: index, count: count)], aboveRange: 0, sum: .max, min: low, max: high)
            for quantile in Self.fractions {
                let rank = exactRank(quantile, in: count)
                let offset = UInt128(BucketScheme.width(of: index)) * (2 * UInt128(rank) - 1) / (2 * UInt128(count))
                let expected = rank == 1 ? low : rank == count ? high : low + UInt64(offset)
                #expect(histogram.value(at: quantile) == expected, "\(quantile) in bucket \(index)")
            }
        }
    }

    @Test func `quantiles stay right when the total count saturates`() throws {
        let full = LatencyHistogram(buckets: [.init(index: 10, count: .max)], aboveRange: 0, sum: .max, min: 10, max: 10)
        var histogram = full
        histogram.merge(
            LatencyHistogram(buckets: [.init(index: 20, count: .max)], aboveRange: 5, sum: .max, min: 20, max: 1 << 50))
        #expect(histogram.count == .max)
        #expect(histogram.values(at: [.p50, .p99, Quantile(1, of: 1)]) == [10, 10, 1 << 50])
        var twice = LatencyHistogram(buckets: [.init(index: 3, count: 1 << 62)], aboveRange: 0, sum: 0, min: 3, max: 3)
        twice.merge(full)
        #expect(twice.values(at: [Quantile(1, of: 5), .p50, Quantile(1, of: 1)]) == [3, 10, 10])
    }

    @Test(arguments: [2, 1] as [UInt64]) func `a fraction outside 0 to 1 traps`(numerator: UInt64) throws {
        let run = try SeparateProcess.run("a fraction outside 0 to 1", part: "\(numerator)") { _ = Quantile(numerator, of: 1) }
        guard let run else { return }
        #expect(numerator > 1 ? run.hasTrapped : run.status == 0, "\(run.status) \(run.error)")
    }

    @Test func `a fraction of nothing traps`() throws {
        guard let run = try SeparateProcess.run("a fraction of nothing", part: "0", { _ = Quantile(0, of: 0) }) else { return }
        #expect(run.hasTrapped, "\(run.status) \(run.error)")
    }
}
