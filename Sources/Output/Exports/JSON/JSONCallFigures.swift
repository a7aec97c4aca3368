import LatencyHistogram
import Presentation
import Profile
import ProfileSchema
import SaturatingMath
import SyscallTable

/// One call and its figures.
struct CallFigures: Encodable {
    private let call: CallProfile
    private let withBuckets: Bool

    init(_ call: CallProfile, withBuckets: Bool) { (self.call, self.withBuckets) = (call, withBuckets) }

    func encode(to encoder: any Encoder) throws {
        try CallPart(call.id).encode(to: encoder)
        var container = encoder.container(keyedBy: FigureKey.self)
        try container.encode(call.calls, forKey: .calls)
        try container.encode(call.errors, forKey: .errors)
        let errnos = call.errnos.map { (ErrnoTable.name($0.errno), $0.count) }
        try container.encode(Dictionary(errnos) { $0.addingSaturating($1) }, forKey: .errnos)
        try container.encode(call.distribution.sum, forKey: .total)
        if let figures = LatencyFigures(call.distribution) { try container.encode(figures) }
        if call.series.contains(where: { $0.inferred > 0 || $0.unrepresented > 0 }) {
            try container.encode(call.measured, forKey: .measured)
        }
        let unrepresented = call.series.reduce(UInt64(0)) { $0.addingSaturating($1.unrepresented) }
        if unrepresented > 0 { try container.encode(unrepresented, forKey: .unrepresented) }
        if withBuckets { try container.encode(buckets: call.distribution) }
        let outcomes = Outcome.allCases.compactMap { outcome in
            OutcomeFigures(call, outcome, withBuckets: withBuckets).map { (outcome.name, $0) }
        }
        try container.encode(Dictionary(uniqueKeysWithValues: outcomes), forKey: .outcomes)
        try container.encodeIfPresent(call.afterExit.map { AfterExitFigures($0, withBuckets: withBuckets) }, forKey: .afterExit)
    }
}

/// The work that calls left; only where they did.
private struct AfterExitFigures: Encodable {
    let afterExit: AfterExit
    let withBuckets: Bool

    init(_ afterExit: AfterExit, withBuckets: Bool) { (self.afterExit, self.withBuckets) = (afterExit, withBuckets) }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: FigureKey.self)
        try container.encode(afterExit.calls, forKey: .calls)
        if afterExit.inferred > 0 { try container.encode(afterExit.measured, forKey: .measured) }
        try container.encode(afterExit.unmeasured, forKey: .unmeasured)
        try container.encode(afterExit.distribution.sum, forKey: .total)
        if let figures = LatencyFigures(afterExit.distribution) { try container.encode(figures) }
        if withBuckets { try container.encode(buckets: afterExit.distribution) }
    }
}

private struct OutcomeFigures: Encodable {
    let calls, total: UInt64
    /// nil where no call was measured.
    let figures: LatencyFigures?
    /// nil unless asked for.
    let buckets: LatencyHistogram?

    /// nil for an outcome that did not occur.
    init?(_ call: CallProfile, _ outcome: Outcome, withBuckets: Bool) {
        calls = call.calls { $0.outcome == outcome }
        guard calls > 0 else { return nil }
        let distribution = call.distribution(of: outcome)
        figures = LatencyFigures(distribution)
        total = distribution.sum
        buckets = withBuckets ? distribution : nil
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: FigureKey.self)
        try container.encode(calls, forKey: .calls)
        try container.encode(total, forKey: .total)
        if let figures { try container.encode(figures, [.p50, .p99]) }
        if let buckets { try container.encode(buckets: buckets) }
    }
}

extension KeyedEncodingContainer<FigureKey> {
    /// All figures, each under its name.
    mutating func encode(_ figures: LatencyFigures) throws {
        try encode(figures.minimum, forKey: .minimum)
        try encode(figures.mean, forKey: .mean)
        try encode(figures, Percentile.allCases)
        try encode(figures.maximum, forKey: .maximum)
    }

    /// The buckets of a distribution: `[from, below, calls]`.
    mutating func encode(buckets distribution: LatencyHistogram) throws {
        try encode(distribution.bucketRows.map { [$0.from, $0.below, $0.calls] }, forKey: .buckets)
    }

    /// Some percentiles, each under its name.
    mutating func encode(_ figures: LatencyFigures, _ percentiles: [Percentile]) throws {
        for percentile in percentiles { try encode(figures[percentile], forKey: FigureKey(percentile)) }
    }
}

/// The calls of one interval, as they stand in the summary.
struct IntervalFigures: Encodable {
    private let interval: Interval
    private let host: Host
    private let withBuckets: Bool

    init(_ interval: Interval, on host: Host, withBuckets: Bool) {
        (self.interval, self.host, self.withBuckets) = (interval, host, withBuckets)
    }

    func encode(to encoder: any Encoder) throws {
        var part = IntervalPart(interval)
        part.startedAt = interval.startedAtNanoseconds.map { Timestamp.rfc3339(nanosecondsSince1970: $0) }
        part.inFlight = interval.inFlight?.calls.map { InFlightPart($0, on: host) }
        try part.encode(to: encoder)
        var container = encoder.container(keyedBy: TopKey.self)
        try container.encode(interval.calls.map { CallFigures($0, withBuckets: withBuckets) }, forKey: .syscalls)
    }
}
