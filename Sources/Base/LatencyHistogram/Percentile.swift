/// The percentiles that syslat gives, in ascending order. Reports, exports, sort keys and comparisons take them from here.
package enum Percentile: String, Sendable, Hashable, CaseIterable {
    case p50, p90, p99, p999

    package var quantile: Quantile {
        switch self {
        case .p50: Quantile(50, of: 100)
        case .p90: Quantile(90, of: 100)
        case .p99: Quantile(99, of: 100)
        case .p999: Quantile(999, of: 1000)
        }
    }

    /// As people read and type it: `p50`, `p99.9`.
    package var label: String { self == .p999 ? "p99.9" : rawValue }
}

extension Quantile {
    package static let p50 = Percentile.p50.quantile
    package static let p90 = Percentile.p90.quantile
    package static let p99 = Percentile.p99.quantile
    package static let p999 = Percentile.p999.quantile
}
