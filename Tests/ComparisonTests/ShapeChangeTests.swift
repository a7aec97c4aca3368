import ComparisonSupport
import Foundation
import LatencyHistogram
import TestSupport
import Testing

@testable import Comparison

/// How far a whole distribution moved.
@Suite struct ShapeChangeTests {
    private func shares(_ nanoseconds: Double, count: UInt64 = 10_000) -> [BucketShare] {
        BucketShare.of(SyntheticBoots.distribution(around: nanoseconds, count: count))
    }

    @Test func `equal distributions have distance 0 and p 1`() {
        let side = (0..<5).map { _ in shares(1000) }
        let change = ShapeChange(base: side, new: side)
        #expect(change.distance == 0 && change.shift == 0 && change.p == 1)
    }

    /// The distance is exact to the width of the buckets. Of all ways to deal ten boots out, only the true one and its mirror
    /// image reach it.
    @Test func `calls a tenth slower are a distance of ln 1.1`() throws {
        let base = (0..<5).map { shares(1000 + Double($0)) }
        let change = ShapeChange(base: base, new: (0..<5).map { shares(1100 + Double($0)) })
        #expect(abs(change.distance - log(1.1)) < 0.008 && abs(change.shift - change.distance) < 1e-9)
        #expect(try #require(change.p) == 2 / 252)
        let back = ShapeChange(base: (0..<5).map { shares(1100 + Double($0)) }, new: base)
        #expect(abs(back.shift + change.shift) < 1e-9 && back.p == change.p)
    }

    /// The slow mode grows from 0.2 % to 0.6 % of the calls, which no percentile of the gate sees.
    @Test func `a growing slow mode that no percentile sees is found`() throws {
        func boot(_ slow: UInt64, _ number: Int) -> [BucketShare] {
            var distribution = SyntheticBoots.distribution(around: 1000 + Double(number), count: 10_000)
            distribution.merge(SyntheticBoots.distribution(around: 1_000_000, count: slow))
            return BucketShare.of(distribution)
        }
        let change = ShapeChange(base: (0..<5).map { boot(20, $0) }, new: (0..<5).map { boot(60, $0) })
        #expect(try #require(change.p) < 0.05)
        #expect(change.shift > 0.02 && change.shift < 0.04, "0.4 % of the calls, a thousandfold")
    }

    /// Compares with a count by brute force, for sides of different sizes.
    @Test func `the p-value counts every deal of the boots`() throws {
        var random = SeededGenerator.fromEnvironment()
        for (base, new) in [(3, 4), (4, 3), (1, 5), (3, 3)] {
            let boots = (0..<base + new).map { _ in shares(.random(in: 500...2000, using: &random)) }
            let change = ShapeChange(base: Array(boots[..<base]), new: Array(boots[base...]))
            var (reached, all) = (0, 0)
            Choices.forEach(base + new, choosing: new) { chosen in
                let other = ShapeChange(
                    base: boots.indices.filter { !chosen.contains($0) }.map { boots[$0] }, new: chosen.map { boots[$0] })
                all += 1
                if other.distance >= change.distance - 1e-9 { reached += 1 }
            }
            #expect(try #require(change.p) == Double(reached) / Double(all))
        }
    }

    @Test func `sides with too many deals to count have no p-value`() {
        let side = (0..<11).map { shares(1000 + Double($0), count: 200) }
        #expect(ShapeChange(base: side, new: side).p == nil)
    }

    @Test func `files of one boot have equal weight in its mean distribution`() {
        let mean = BucketShare.mean([shares(1000), shares(1000)])
        #expect(mean.map(\.share) == shares(1000).map(\.share))
        #expect(abs(BucketShare.mean([shares(500), shares(4000, count: 100)]).reduce(0) { $0 + $1.share } - 1) < 1e-12)
    }
}
