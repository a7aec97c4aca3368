import LatencyHistogram
import Profile

/// One metric with all its samples, as values: what the writers of the exposition formats take.
struct MetricFamily: Sendable {
    enum Kind: String, Sendable {
        case counter, gauge, histogram, info
    }

    /// One series at one moment. Its name is that of the family, with what the kind and the format want behind it.
    struct Sample: Sendable {
        let labels: [MetricLabel]
        var value: MetricValue
        /// Calls that the buckets of a histogram can point to, by falling duration.
        var slowCalls: [SlowCall] = []
    }

    /// Without `_total` and `_info`.
    let name: String
    let kind: Kind
    /// The unit, with which the name must end; empty of a number of something.
    let unit: String
    /// One line, without a backslash.
    let help: String
    var samples: [Sample] = []

    init(_ name: String, _ kind: Kind, unit: String = "", help: String) {
        precondition(unit.isEmpty || name.hasSuffix("_\(unit)"), "the name of a metric ends with its unit")
        (self.name, self.kind, self.unit, self.help) = (name, kind, unit, help)
    }

    mutating func add(_ labels: [MetricLabel] = [], _ value: MetricValue, slowCalls: [SlowCall] = []) {
        samples.append(Sample(labels: labels, value: value, slowCalls: slowCalls))
    }

    mutating func add(_ labels: [MetricLabel] = [], _ count: UInt64) { add(labels, .count(count)) }

    /// The name of the samples of all kinds but histograms.
    var sampleName: String {
        switch kind {
        case .counter: name + "_total"
        case .info: name + "_info"
        case .gauge, .histogram: name
        }
    }
}

/// What tells the series of a metric apart.
struct MetricLabel: Sendable, Hashable {
    let name, value: String

    init(_ name: String, _ value: String) { (self.name, self.value) = (name, value) }
}

/// A value as exact as it is known. Which double a format makes of it is the writer's business.
enum MetricValue: Sendable, Hashable {
    case count(UInt64)
    /// Seconds.
    case nanoseconds(UInt64)
    case histogram(LatencyHistogram)
}
