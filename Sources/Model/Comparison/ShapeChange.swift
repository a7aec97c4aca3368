import Glibc
import LatencyHistogram

/// How much a whole distribution moved, in one number: W = ∫ |F_new - F_base| d ln v, the Wasserstein distance on a logarithmic
/// axis, between the mean distributions of both sides. It finds a growing slow mode that p50 and p99 miss.
package struct ShapeChange: Sendable, Hashable {
    /// The mean distance that a call moved, in ln of its time: without its sign, and with it (above 0 is slower).
    package let distance, shift: Double
    /// The share of all ways to deal the boots out to two sides of the same sizes whose distance is at least as large; nil where there
    /// are more than ``mostDeals`` ways.
    package let p: Double?

    /// All ways are counted, and none is drawn: ten boots a side have 184,756.
    package static let mostDeals = 200_000.0

    /// - Parameters: the distributions of the boots of each side, none of them empty.
    init(base: [[BucketShare]], new: [[BucketShare]], countsDeals: Bool = true) {
        let grid = Array(Set((base + new).joined().map(\.index))).sorted()
        let deals = Deals(base + new, grid: grid, newBoots: new.count)
        let differences = deals.differences(Array(base.count..<base.count + new.count))
        let sum = differences.reduce(0) { $0 + abs($1) }
        distance = sum > Deals.rounding ? sum : 0
        shift = sum > Deals.rounding ? -differences.reduce(0, +) : 0
        let ways = Choices.count(base.count + new.count, choosing: new.count)
        p = countsDeals && ways <= Self.mostDeals ? deals.share(reaching: distance) : nil
    }
}

/// The ways to deal boots out to two sides, and how far the sides are then apart.
private struct Deals {
    /// Each boot's cumulative distribution. Every value is multiplied by the width of its step and by `1 / new + 1 / base`, so a sum
    /// over the new side and ``nothing`` give the difference of both means.
    private let curves: [[SIMD4<Double>]]
    /// The difference where no boot is on the new side.
    private let nothing: [SIMD4<Double>]
    private let newBoots: Int
    private let bucketCount: Int

    /// Distances that differ by less are the same.
    static let rounding = 1e-9

    /// A difference of two means of F is `part / new - (all - part) / base`, where `part` is the sum over the new side: a sum over
    /// the new side alone, less a constant.
    init(_ boots: [[BucketShare]], grid: [Int], newBoots: Int) {
        let places = grid.map(Deals.logarithm)
        let steps = zip(places.dropFirst(), places).map { $0 - $1 }
        let baseBoots = Double(boots.count - newBoots)
        let scale = 1 / Double(newBoots) + 1 / baseBoots
        let plain = boots.map { Deals.cumulative($0, grid) }
        curves = plain.map { curve in Deals.packed(zip(curve, steps).map { $0 * $1 * scale }) }
        let all: [Double] = steps.indices.map { place in
            let sum = plain.reduce(0.0) { $0 + $1[place] }
            return -sum / baseBoots * steps[place]
        }
        nothing = Deals.packed(all)
        self.newBoots = newBoots
        bucketCount = steps.count
    }

    /// The differences of both sides, each times its step, with these boots on the new side.
    func differences(_ chosen: [Int]) -> [Double] {
        let sums = chosen.reduce(nothing) { sum($0, curves[$1]) }
        return (0..<bucketCount).map { place in sums[place / 4][place % 4] }
    }

    /// The share of all deals whose sides are as far apart.
    func share(reaching distance: Double) -> Double {
        // A rounding error doesn't make a distance smaller.
        var count = Count(least: distance - Deals.rounding)
        if newBoots * 2 == curves.count {
            // Exchanging the sides changes nothing: half of the deals are all.
            deal(from: 1, left: newBoots - 1, onto: sum(nothing, curves[0]), &count)
        } else {
            deal(from: 0, left: newBoots, onto: nothing, &count)
        }
        return Double(count.reached) / Double(count.all)
    }

    private struct Count {
        var least: Double
        var reached = 0
        var all = 0
    }

    /// Deals the boots from one on to the new side, to which `left` more belong.
    private func deal(from first: Int, left: Int, onto part: [SIMD4<Double>], _ count: inout Count) {
        guard left > 0 else {
            count.all += 1
            if size(part, nil) >= count.least { count.reached += 1 }
            return
        }
        for boot in first...(curves.count - left) {
            if left > 1 {
                deal(from: boot + 1, left: left - 1, onto: sum(part, curves[boot]), &count)
            } else {
                count.all += 1
                if size(part, curves[boot]) >= count.least { count.reached += 1 }
            }
        }
    }

    private func sum(_ first: [SIMD4<Double>], _ second: [SIMD4<Double>]) -> [SIMD4<Double>] {
        first.indices.map { first[$0] + second[$0] }
    }

    /// The sum of the sizes of all places of two sums.
    private func size(_ first: [SIMD4<Double>], _ second: [SIMD4<Double>]?) -> Double {
        var sum = SIMD4<Double>.zero
        for place in first.indices {
            let value = second.map { first[place] + $0[place] } ?? first[place]
            sum += value.replacing(with: -value, where: value .< 0)
        }
        return sum.sum()
    }

    private static func packed(_ values: [Double]) -> [SIMD4<Double>] {
        stride(from: 0, to: values.count, by: 4).map { start in
            var four = SIMD4<Double>.zero
            for place in start..<min(start + 4, values.count) { four[place - start] = values[place] }
            return four
        }
    }

    private static func logarithm(_ index: Int) -> Double {
        guard index < BucketScheme.bucketCount else { return log(Double(BucketScheme.rangeEnd)) }
        return log(max(1, Double(BucketScheme.lowerBound(of: index)) + Double(BucketScheme.width(of: index) - 1) / 2))
    }

    /// The share of the calls at or below each bucket of the grid but the last, where it is 1 on both sides.
    private static func cumulative(_ shares: [BucketShare], _ grid: [Int]) -> [Double] {
        var (sum, next) = (0.0, 0)
        return grid.dropLast().map { index in
            while next < shares.count, shares[next].index <= index {
                sum += shares[next].share
                next += 1
            }
            return sum
        }
    }
}
