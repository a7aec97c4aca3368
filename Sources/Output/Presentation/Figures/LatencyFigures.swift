package import LatencyHistogram

/// What a report says of one distribution. All durations are nanoseconds.
package struct LatencyFigures: Sendable, Hashable {
    package let minimum: UInt64
    package let mean: UInt64
    package let maximum: UInt64
    private let percentiles: [Percentile: UInt64]

    /// nil of a distribution without a value.
    package init?(_ distribution: LatencyHistogram) {
        guard let mean = distribution.mean,
            let percentiles = distribution.values(at: Percentile.allCases.map(\.quantile))
        else { return nil }
        self.minimum = distribution.min
        self.mean = mean
        self.maximum = distribution.max
        self.percentiles = Dictionary(uniqueKeysWithValues: zip(Percentile.allCases, percentiles))
    }

    package subscript(percentile: Percentile) -> UInt64 { percentiles[percentile] ?? 0 }
}
