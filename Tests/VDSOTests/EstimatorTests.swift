import Foundation
import Profile
import TestSupport
import Testing

@testable import VDSO

@Suite struct PoissonIntervalTests {
    /// Garwood's limits, as tables print them.
    @Test(
        arguments: [
            (0, 0.0, 3.6889), (1, 0.0253, 5.5716), (2, 0.2422, 7.2247), (3, 0.6187, 8.7673), (10, 4.7954, 18.3904),
            (20, 12.2165, 30.8884), (100, 81.3640, 121.6272),
        ] as [(UInt64, Double, Double)])
    func `the limits of an interval are those of published tables`(row: (count: UInt64, low: Double, high: Double)) {
        let interval = PoissonInterval(count: row.count)
        #expect(abs(interval.low - row.low) < 1e-3)
        #expect(abs(interval.high - row.high) < 1e-3)
    }

    /// Nothing jumps where the approximation begins, and the limits of very large counts are sane.
    @Test func `the limits of large counts continue those of small ones`() {
        var last = PoissonInterval(count: 990)
        for count in UInt64(991)...1010 {
            let next = PoissonInterval(count: count)
            #expect(next.low - last.low > 0.9 && next.low - last.low < 1.1, "\(count)")
            #expect(next.high - last.high > 0.9 && next.high - last.high < 1.1, "\(count)")
            last = next
        }
        for count in [1_000_000, 1 << 53, UInt64.max] {
            let interval = PoissonInterval(count: count)
            #expect(interval.low > 0 && interval.low <= Double(count) && Double(count) <= interval.high)
        }
    }

    @Test(arguments: [3.0, 10, 100, 1000]) func `at least 93 of 100 intervals hold the mean`(mean: Double) {
        var generator = SeededGenerator.fromEnvironment()
        let rounds = 4000
        var held = 0
        for _ in 0..<rounds {
            let interval = PoissonInterval(count: poisson(mean, &generator))
            if interval.low <= mean && mean <= interval.high { held += 1 }
        }
        #expect(Double(held) / Double(rounds) >= 0.93)
    }
}

@Suite struct ServedCallMeterTests {
    @Test func `other calls follow the metered one in proportion`() {
        let call = CallCost(median: 40, lowerQuartile: 39, upperQuartile: 41)
        let meter = CallCost(median: 30, lowerQuartile: 24, upperQuartile: 45)
        let reference = CallCost(median: 20, lowerQuartile: 20, upperQuartile: 20)
        let expected = CallCost(median: 60, lowerQuartile: 48, upperQuartile: 90)
        #expect(call.following(meter, reference: reference) == expected)
        #expect(call.following(nil, reference: reference) == call && call.following(meter, reference: nil) == call)
    }

    @Test func `the meter has a cost once it has looked, and none without a vDSO`() throws {
        var without = ServedCallMeter(nil)
        without.look()
        let none = without.cost
        #expect(none == nil)
        let vdso = try RunningVDSO.find()
        var meter = ServedCallMeter(vdso)
        let before = meter.cost
        #expect(before == nil)
        for _ in 0..<10_000 { meter.look() }
        let after = meter.cost
        let cost = try #require(after)
        #expect(cost.lowerQuartile <= cost.median * 0.85 && cost.upperQuartile >= cost.median * 1.15 && cost.median > 0)
    }
}

@Suite struct ServedCallsEstimatorTests {
    private func cost(_ median: Double, _ low: Double? = nil, _ high: Double? = nil) -> CallCost {
        CallCost(median: median, lowerQuartile: low ?? median, upperQuartile: high ?? median)
    }

    @Test func `the estimate is the time of the samples by the cost`() throws {
        let estimator = ServedCallsEstimator(periodNanoseconds: 1_000_000, served: cost(20, 19, 22), fallenBack: cost(5))
        let estimate = try #require(estimator.estimate(samples: 100, fellBack: 0))
        #expect(estimate.calls == 5_000_000)
        #expect(estimate.low == UInt64((PoissonInterval(count: 100).low * 1e6 / 22).rounded(.down)))
        #expect(estimate.high == UInt64((PoissonInterval(count: 100).high * 1e6 / 19).rounded(.up)))
    }

    @Test func `calls that fell back are subtracted from the estimate`() throws {
        let estimator = ServedCallsEstimator(periodNanoseconds: 1_000_000, served: cost(20), fallenBack: cost(5))
        // Four million of them took 20 of the 100 samples.
        #expect(try #require(estimator.estimate(samples: 100, fellBack: 4_000_000)).calls == 4_000_000)
        #expect(estimator.estimate(samples: 100, fellBack: 20_000_000) == nil, "they explain every sample")
        #expect(estimator.estimate(samples: 100, fellBack: 18_000_000) == nil, "they may explain every sample")
        #expect(estimator.estimate(samples: 100, fellBack: .max) == nil)
    }

    @Test func `there is no estimate without samples or a usable cost`() {
        let estimator = ServedCallsEstimator(periodNanoseconds: 1_000_000, served: cost(20), fallenBack: cost(5))
        #expect(estimator.estimate(samples: 0, fellBack: 0) == nil)
        for bad in [cost(0), cost(1, 0, 2), cost(.nan)] {
            #expect(
                ServedCallsEstimator(periodNanoseconds: 1, served: bad, fallenBack: cost(5)).estimate(samples: 9, fellBack: 0)
                    == nil)
        }
        let tiny = ServedCallsEstimator(periodNanoseconds: 1e9, served: cost(1e-9), fallenBack: cost(0))
        #expect(tiny.estimate(samples: .max, fellBack: 0)?.high == .max)
    }

    /// Known numbers of calls, sampled by chance, with and without calls that fell back.
    @Test(arguments: [3.0, 10, 100, 1000], [0.0, 0.5])
    func `at least 93 of 100 estimates hold the true number`(mean: Double, others: Double) {
        var generator = SeededGenerator.fromEnvironment()
        let estimator = ServedCallsEstimator(periodNanoseconds: 1_000_000, served: cost(25), fallenBack: cost(5))
        let truth = mean * 1_000_000 / 25
        let fellBack = UInt64(mean * others * 1_000_000 / 5)
        let rounds = 4000
        var held = 0
        for _ in 0..<rounds {
            let samples = poisson(mean + mean * others, &generator)
            guard let estimate = estimator.estimate(samples: samples, fellBack: fellBack) else {
                // Giving no estimate is wrong only if the upper limit is below the truth.
                let high = PoissonInterval(count: samples).high - mean * others
                if high >= mean { held += 1 }
                continue
            }
            #expect(estimate.low <= estimate.calls && estimate.calls <= estimate.high)
            if Double(estimate.low) <= truth && truth <= Double(estimate.high) { held += 1 }
        }
        #expect(Double(held) / Double(rounds) >= 0.93)
    }
}

/// A Poisson number: how many exponential waits fit into `mean`.
private func poisson(_ mean: Double, _ generator: inout SeededGenerator) -> UInt64 {
    var left = mean
    var count: UInt64 = 0
    while true {
        left += log(Double.random(in: Double.leastNonzeroMagnitude...1, using: &generator))
        if left < 0 { return count }
        count += 1
    }
}
