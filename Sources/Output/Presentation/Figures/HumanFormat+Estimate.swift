package import Profile

extension HumanFormat {
    /// A count that is known from ticks alone, with its interval: `≈ 27 M (±5 %)`. Where the interval is wider than half of the count on
    /// a side, the count says nothing, and its upper end stands alone: `up to 49 k`.
    package static func estimate(_ estimate: ServedEstimate) -> String {
        let below = estimate.calls > estimate.callsLow ? estimate.calls - estimate.callsLow : 0
        let above = estimate.callsHigh > estimate.calls ? estimate.callsHigh - estimate.calls : 0
        let share = estimate.calls > 0 ? Double(max(below, above)) * 100 / Double(estimate.calls) : .infinity
        guard share <= widestShare else { return "up to \(roughly(max(estimate.callsHigh, estimate.calls)))" }
        return "≈ \(roughly(estimate.calls)) (±\(share < 1 ? "<1" : compactCount(share)) %)"
    }

    /// In percent.
    private static let widestShare = 50.0

    /// Two significant digits: more would look like a count.
    private static func roughly(_ count: UInt64) -> String {
        var unit: UInt64 = 1
        while count / unit >= 100 { unit *= 10 }
        var value = (Double(count) / Double(unit)).rounded() * Double(unit)
        var suffixes = ["", " k", " M", " G", " T", " P", " E"][...]
        while value >= 1000, suffixes.count > 1 {
            value /= 1000
            suffixes.removeFirst()
        }
        let decimals = value < 9.95 && suffixes.count < 7 ? 1 : 0
        return DecimalText.fixed(value, decimals: decimals) + (suffixes.first ?? "")
    }

    /// A cost in nanoseconds: with tenths below 100 ns, since that is what a call of the vDSO takes.
    package static func cost(nanoseconds: Double) -> Quantity {
        guard nanoseconds >= 0, nanoseconds < 99.95 else { return quantity(nanoseconds: nanoseconds) }
        return Quantity(number: DecimalText.fixed(nanoseconds, decimals: 1), unit: "ns")
    }

    /// How many times: `8.1×`, `124×`.
    package static func factor(_ value: Double) -> String {
        guard value >= 0, value < 9.95 else { return compactCount(value) + "×" }
        return DecimalText.fixed(value, decimals: 1) + "×"
    }

    /// What would be saved, for sentences: `up to ≈ 182 ms of CPU per second (estimate)`. nil if too few calls were seen to say.
    package static func sentence(_ savings: VDSOSavings) -> String? {
        guard savings.isTelling else { return nil }
        let amount = quantity(nanoseconds: savings.nanosecondsPerSecond).spaced
        return "\(savings.isUpperBound ? "up to " : "")≈ \(amount) of CPU per second (estimate)"
    }
}
