package import Profile

/// The formats in which metrics are exposed.
package enum ExpositionFormat: Sendable, Hashable {
    /// Messages of Protocol Buffers, with native histograms of a schema of ``schemas``.
    case protobuf(schema: Int)
    /// OpenMetrics 1.0.
    case openMetrics
    /// The text format of Prometheus, 0.0.4.
    case prometheusText

    /// How fine native histograms can be: a bucket of schema n is 2^(1/2^n) times as wide as the one below.
    package static let schemas = NativeHistogram.schemas
    /// A bucket is 2.2 % wide: a quantile is wrong by half a percent, where schema 3, which Prometheus proposes, gives 1 to 4.
    package static let defaultSchema = 5

    /// What HTTP calls it.
    package var contentType: String {
        switch self {
        case .protobuf: "application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited"
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        case .prometheusText: "text/plain; version=0.0.4; charset=utf-8"
        }
    }
}

/// The metrics of a profile at one moment.
package struct Exposition: Sendable {
    private var families: [MetricFamily]
    private let startedAtNanoseconds: UInt64
    private let endedAtNanoseconds: UInt64

    /// - Parameters:
    ///   - byProcess: calls and times by the names of processes too.
    ///   - process: the process that serves the metrics, to be among them.
    package init(_ profile: Profile, byProcess: Bool = false, process: ServingProcess? = nil) {
        families = ProfileMetrics.families(profile, byProcess: byProcess) + (process.map(ServingMetrics.families) ?? [])
        startedAtNanoseconds = profile.capture.startedAtNanoseconds
        endedAtNanoseconds = startedAtNanoseconds.addingReportingOverflow(profile.capture.durationNanoseconds).partialValue
    }

    /// The same profile always gives the same bytes. Text has exact counts and times; protobuf has doubles, except for the counts of
    /// histograms.
    ///
    /// - Parameter isTimestamped: each value has the time of the end of the capture. For files that are read later; a scrape has its own.
    ///
    /// Complexity: O(all buckets).
    package func render(_ format: ExpositionFormat, isTimestamped: Bool = false) -> [UInt8] {
        let time = isTimestamped ? endedAtNanoseconds : nil
        return switch format {
        case .protobuf(let schema): families.prometheusProtobuf(schema: schema, countingFrom: startedAtNanoseconds)
        case .openMetrics: families.openMetricsText(at: time)
        case .prometheusText: families.prometheusText(at: time)
        }
    }

    /// Lets no counter be lower than it was: see ``SteadyCounters``.
    package mutating func steady(_ counters: inout SteadyCounters) { counters.raise(&families) }

    /// Adds the calls of groups, whose counters don't fall by themselves.
    package mutating func add(_ groups: GroupExposition) { families += GroupMetrics.families(groups) }

    /// How many series there are; a histogram is one.
    package var seriesCount: Int { families.reduce(0) { $0 + $1.samples.count } }
}
