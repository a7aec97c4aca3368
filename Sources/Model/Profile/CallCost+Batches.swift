extension CallCost {
    /// What batches say of one call. Traps where there is none.
    /// - Parameter batches: nanoseconds of one call in each batch, in any order.
    package init(batches: [Double]) {
        let sorted = batches.sorted()
        self.init(
            median: CallCost.quantile(0.5, of: sorted), lowerQuartile: CallCost.quantile(0.25, of: sorted),
            upperQuartile: CallCost.quantile(0.75, of: sorted))
    }

    /// Of sorted values, between the two nearest (Hyndman and Fan's type 7).
    package static func quantile(_ part: Double, of sorted: [Double]) -> Double {
        let position = Double(sorted.count - 1) * part
        let below = Int(position)
        let above = min(below + 1, sorted.count - 1)
        return sorted[below] + (sorted[above] - sorted[below]) * (position - Double(below))
    }
}
