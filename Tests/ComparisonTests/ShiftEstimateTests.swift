import TestSupport
import Testing

@testable import Comparison

/// The Hodges–Lehmann shift, its interval and the p-values, as R computes them.
@Suite struct ShiftEstimateTests {
    private struct Golden {
        var base, new: [Double]
        var effect, low, high, greater, less: Double

        init(_ base: [Double], _ new: [Double], _ effect: Double, _ low: Double, _ high: Double, _ greater: Double, _ less: Double)
        {
            (self.base, self.new, self.effect, self.low, self.high) = (base, new, effect, low, high)
            (self.greater, self.less) = (greater, less)
        }
    }

    /// R 4.2.2 (Debian's r-base-core), for each pair of samples:
    ///
    /// ```
    /// w <- wilcox.test(new, base, conf.int = TRUE, exact = TRUE)      # w$estimate, w$conf.int
    /// wilcox.test(new, base, alternative = "greater", exact = TRUE)   # $p.value; and "less"
    /// ```
    private static let golden = [
        Golden([1.1, 2.2, 3.3, 4.4], [2.15, 3.25, 4.75, 6.05], 1.25, -2.25, 4.95, 0.242857142857143, 0.828571428571429),
        Golden(
            [0.8, 0.83, 1.89, 1.04, 1.45], [1.15, 0.88, 0.9, 0.74, 1.21], -0.14, -0.99, 0.35, 0.726190476190476,
            0.345238095238095),
        Golden(
            [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46], [1.15, 0.88, 0.9, 0.74, 1.21], -0.305, -0.76, 0.15,
            0.896769896769897, 0.127206127206127),
        Golden([10.01, 10.5, 9.7, 11.2, 10.9], [12.3, 12.9, 11.8, 13.4, 12.1], 2.09, 0.9, 3.2, 0.00396825396825397, 1),
        Golden(
            [5.1, 5.3, 4.9, 5.6, 5.2, 5.05], [5.15, 5.45, 4.95, 5.75, 5.35, 5], 0.075, -0.25, 0.45, 0.3495670995671,
            0.705627705627706),
        Golden(
            [7.01, 7.12, 6.93, 7.24, 7.05, 7.36, 6.87], [7.51, 7.62, 7.43, 7.74, 7.55, 7.86, 7.37], 0.5, 0.27, 0.73,
            0.000291375291375291, 1),
        Golden(
            [3.1, 1.2, 4.7, 2.8, 5.9, 3.3, 4.2, 2.05], [6.1, 5.5, 7.3, 4.95, 8.2, 6.6, 5.85, 7.05], 3.025, 1.65, 4.5,
            0.000543900543900544, 0.9996891996892),
        Golden(
            [-1.5, 0.25, 2.75, -3.1, 1.05, 0.9, -0.4, 3.3, 2.2, -2.6],
            [0.5, 1.75, -0.9, 2.9, 3.65, 1.35, -1.85, 4.1, 0.05, 2.45], 1, -1, 3.2, 0.139930502933599, 0.876274654138431),
        Golden([1, 2.5, 4, 5.75, 7.1, 8.3], [0.3, 1.9, 3.6, 5.1], -2.125, -6.4, 2.6, 0.914285714285714, 0.128571428571429),
        Golden(
            [100.1, 102.7, 99.4, 101.9, 98.2, 103.3, 100.8, 97.6, 104.5, 101.2, 99.9, 102.05],
            [97.1, 99.75, 96.3, 100.25, 98.85, 95.7, 101.5, 98, 96.95, 99.05, 97.85, 100.6], -2.45, -4.25, -0.6,
            0.997220204751501, 0.00340586859633838),
    ]

    @Test(arguments: golden.indices)
    func `shift, interval and p-values agree with R`(number: Int) throws {
        let golden = Self.golden[number]
        let distribution = MannWhitney(baseCount: golden.base.count, newCount: golden.new.count)
        let estimate = ShiftEstimate(base: golden.base, new: golden.new, distribution: distribution, alpha: 0.05)
        let interval = try #require(estimate.interval)
        #expect(abs(estimate.effect - golden.effect) < 1e-9)
        #expect(abs(interval.lowerBound - golden.low) < 1e-9 && abs(interval.upperBound - golden.high) < 1e-9)
        let p = distribution.test(base: golden.base, new: golden.new)
        #expect(abs(p.greater - golden.greater) < 1e-12 && abs(p.less - golden.less) < 1e-12)
    }

    @Test func `exchanging the samples negates the shift and its interval`() throws {
        var random = SeededGenerator.fromEnvironment()
        for _ in 0..<100 {
            let (base, new) = (sample(7, &random), sample(6, &random))
            let forward = estimate(base, new)
            let backward = estimate(new, base)
            #expect(forward.effect == -backward.effect)
            let (mine, theirs) = (try #require(forward.interval), try #require(backward.interval))
            #expect(mine.lowerBound == -theirs.upperBound && mine.upperBound == -theirs.lowerBound)
            #expect(mine.contains(forward.effect))
            #expect(estimate(base.reversed(), new.shuffled(using: &random)) == forward, "in any order")
        }
    }

    @Test func `samples with too few values have no interval`() {
        #expect(estimate([1], [2]) == ShiftEstimate(effect: 1, interval: nil))
        #expect(estimate([1, 2, 3], [2, 3, 4]).interval == nil)
    }

    @Test func `the mean of equal values is exactly that value`() {
        let value = 0.1 + 0.2
        #expect([Double](repeating: value, count: 10).mean == value)
        #expect([Double]().mean == nil && [Double]().median == nil && [3, 1].median == 2)
    }

    private func sample(_ count: Int, _ random: inout SeededGenerator) -> [Double] {
        (0..<count).map { _ in .random(in: 0...1, using: &random) }
    }

    private func estimate(_ base: [Double], _ new: [Double]) -> ShiftEstimate {
        ShiftEstimate(
            base: base, new: new, distribution: MannWhitney(baseCount: base.count, newCount: new.count), alpha: 0.05)
    }
}
