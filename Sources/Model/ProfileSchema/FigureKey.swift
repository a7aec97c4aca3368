package import LatencyHistogram

/// The names of figures, the same in reports and in CSV: of a call, of an outcome, of a process, of a case. Durations are whole
/// nanoseconds.
package struct FigureKey: CodingKey, Hashable, Sendable {
    package let stringValue: String
    package var intValue: Int? { nil }

    package init(stringValue: String) { self.stringValue = stringValue }
    package init?(intValue: Int) { nil }

    /// `p99_ns`, and `p999_ns` for the 99.9th percentile.
    package init(_ percentile: Percentile) { stringValue = "\(percentile.rawValue)_ns" }

    package static let calls = FigureKey(stringValue: "calls")
    package static let errors = FigureKey(stringValue: "errors")
    package static let errnos = FigureKey(stringValue: "errnos")
    package static let outcomes = FigureKey(stringValue: "outcomes")
    package static let afterExit = FigureKey(stringValue: "after_exit")
    package static let unmeasured = FigureKey(stringValue: "unmeasured")
    package static let measured = FigureKey(stringValue: "measured")
    package static let unrepresented = FigureKey(stringValue: "unrepresented")
    package static let buckets = FigureKey(stringValue: "buckets")
    package static let total = FigureKey(stringValue: "total_ns")
    package static let minimum = FigureKey(stringValue: "min_ns")
    package static let mean = FigureKey(stringValue: "mean_ns")
    package static let maximum = FigureKey(stringValue: "max_ns")
}
