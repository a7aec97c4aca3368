import LatencyHistogram

/// The percentiles that every report gives, in rising order. Which ones those are is decided here alone.
enum Percentile: Int, CaseIterable, Sendable {
    case p50, p90, p99, p999

    var quantile: Quantile {
        switch self {
        case .p50: .p50
        case .p90: .p90
        case .p99: .p99
        case .p999: .p999
        }
    }

    /// The name as people read it.
    var label: String {
        switch self {
        case .p50: "p50"
        case .p90: "p90"
        case .p99: "p99"
        case .p999: "p99.9"
        }
    }
}

/// What a report says of one distribution. All durations are nanoseconds.
struct LatencyFigures: Sendable, Hashable {
    let minimum: UInt64
    let mean: UInt64
    let maximum: UInt64
    private let percentiles: [UInt64]

    /// nil of a distribution without a value.
    init?(_ distribution: LatencyHistogram) {
        guard let mean = distribution.mean,
            let percentiles = distribution.values(at: Percentile.allCases.map(\.quantile))
        else { return nil }
        self.minimum = distribution.min
        self.mean = mean
        self.maximum = distribution.max
        self.percentiles = percentiles
    }

    subscript(percentile: Percentile) -> UInt64 { percentiles[percentile.rawValue] }
}
