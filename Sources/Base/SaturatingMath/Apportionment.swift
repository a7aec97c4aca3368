extension UInt64 {
    /// Divides this number into whole parts that are as the weights are to each other, and add up to it: rounded down, and what is
    /// left over goes to the largest remainders, the first of equal ones. The same arguments always give the same parts.
    ///
    /// Nothing where all weights are 0. Weights whose sum does not fit are taken as if it did: they are halved until it does.
    package func apportioned(by weights: [UInt64]) -> [UInt64] {
        var weights = weights
        var total = UInt64.sum(of: weights)
        while total == nil {
            weights = weights.map { $0 / 2 }
            total = UInt64.sum(of: weights)
        }
        guard let total, total > 0 else { return weights.map { _ in 0 } }
        var parts: [UInt64] = []
        var remainders: [(index: Int, remainder: UInt64)] = []
        var left = self
        for (index, weight) in weights.enumerated() {
            let (part, remainder) = total.dividingFullWidth(multipliedFullWidth(by: weight))
            parts.append(part)
            left -= part
            if remainder > 0 { remainders.append((index, remainder)) }
        }
        // Fewer are left than there are remainders.
        remainders.sort { ($1.remainder, $0.index) < ($0.remainder, $1.index) }
        for (index, _) in remainders.prefix(Int(left)) { parts[index] += 1 }
        return parts
    }

    /// nil where it does not fit.
    private static func sum(of numbers: [UInt64]) -> UInt64? {
        var total: UInt64 = 0
        for number in numbers {
            let (sum, overflow) = total.addingReportingOverflow(number)
            if overflow { return nil }
            total = sum
        }
        return total
    }
}
