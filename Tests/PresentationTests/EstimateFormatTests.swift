import Profile
import Testing

@testable import Presentation

@Suite struct EstimateFormatTests {
    @Test(
        arguments: [
            (26_812_345, 25_446_000, 28_178_000, "≈ 27 M (±5 %)"), (1_249, 1_100, 1_390, "≈ 1.2 k (±12 %)"),
            (99, 90, 110, "≈ 99 (±11 %)"), (996, 990, 1_000, "≈ 1.0 k (±<1 %)"), (20_500, 0, 48_900, "up to 49 k"),
            (720_000, 210_000, 1_958_400, "up to 2.0 M"),
            (1_000, 500, 1_200, "≈ 1.0 k (±50 %)"), (1_000, 499, 1_200, "up to 1.2 k"),
            (270_000_000, 200_000_000, 999_000_000, "up to 1.0 G"), (0, 0, 0, "up to 0"),
            (.max, .max, .max, "≈ 18 E (±<1 %)"), (.max, 0, .max, "up to 18 E"), (5, 9, 2, "≈ 5 (±<1 %)"),
        ] as [(UInt64, UInt64, UInt64, String)])
    func `an estimate has two digits and an interval, or is a bound where that is wide`(
        calls: UInt64, low: UInt64, high: UInt64, text: String
    ) {
        let estimate = ServedEstimate(
            pid: 1, comm: "", function: "time", samples: 1, calls: calls, callsLow: low, callsHigh: high)
        #expect(HumanFormat.estimate(estimate) == text)
    }

    @Test func `costs and factors have tenths only while they are small`() {
        #expect(HumanFormat.cost(nanoseconds: 2.44).tight == "2.4ns" && HumanFormat.cost(nanoseconds: 0).tight == "0.0ns")
        #expect(HumanFormat.cost(nanoseconds: 99.94).tight == "99.9ns" && HumanFormat.cost(nanoseconds: 99.95).tight == "100ns")
        #expect(HumanFormat.cost(nanoseconds: 1_385).tight == "1.39µs")
        #expect(HumanFormat.factor(8.06) == "8.1×" && HumanFormat.factor(9.96) == "10×" && HumanFormat.factor(1_234) == "1.23k×")
        #expect(HumanFormat.factor(0.4) == "0.4×")
    }
}
