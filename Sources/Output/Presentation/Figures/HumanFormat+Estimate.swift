package import Profile

extension HumanFormat {
    /// A count that is known from samples alone, with its interval: `≈ 27 M (±5 %)`; `≈ 1.2 k (≤ 3.4 k)` where none is as likely.
    package static func estimate(_ estimate: ServedEstimate) -> String {
        let middle = "≈ \(roughly(estimate.calls))"
        let below = estimate.calls > estimate.callsLow ? estimate.calls - estimate.callsLow : 0
        let above = estimate.callsHigh > estimate.calls ? estimate.callsHigh - estimate.calls : 0
        if below >= estimate.calls { return "\(middle) (≤ \(roughly(max(estimate.callsHigh, estimate.calls))))" }
        let share = Double(max(below, above)) * 100 / Double(estimate.calls)
        return "\(middle) (±\(share < 1 ? "<1" : compactCount(share)) %)"
    }

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

    /// What would be saved, for sentences: `up to ≈ 182 ms of CPU per second (estimate)`.
    package static func sentence(_ savings: VDSOSavings) -> String {
        let amount = quantity(nanoseconds: savings.nanosecondsPerSecond).spaced
        return "\(savings.isUpperBound ? "up to " : "")≈ \(amount) of CPU per second (estimate)"
    }
}
