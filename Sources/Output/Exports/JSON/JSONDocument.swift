import LatencyHistogram
import Presentation
import Profile
import ProfileSchema
import SaturatingMath
import SyscallTable

/// A profile in JSON. The names are a promise: renaming one is a new schema.
struct JSONDocument: Encodable {
    static let schema = "syslat.profile/2"

    private let profile: Profile

    init(_ profile: Profile) { self.profile = profile }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: TopKey.self)
        try container.encode(Self.schema, forKey: .schema)
        try container.encode(profile.tool, forKey: .tool)
        try container.encode(HostPart(profile.host), forKey: .host)
        try container.encode(capture, forKey: .capture)
        try container.encode(balance, forKey: .balance)
        try container.encode(profile.calls.map(CallFigures.init), forKey: .syscalls)
        try container.encode(profile.processes.map(ProcessTotalsPart.init), forKey: .processes)
        try container.encode(profile.inFlight.map(InFlightPart.init), forKey: .inFlight)
        try container.encode(profile.refused.map(RefusedPart.init), forKey: .refused)
        try container.encodeIfPresent(profile.vdso.map { VDSODetails($0, profile.capture) }, forKey: .vdso)
        try container.encodeIfPresent(profile.workload.map(WorkloadFigures.init), forKey: .workload)
    }

    private var capture: CapturePart {
        let (capture, balance) = (profile.capture, profile.balance)
        var part = CapturePart(capture)
        part.startedAt = Timestamp.rfc3339(nanosecondsSince1970: capture.startedAtNanoseconds)
        part.events = balance.events
        if let programs = capture.programs, balance.entered > 0 {
            part.programs?.nanosecondsPerCall = Double(programs.nanoseconds) / Double(balance.entered)
        }
        part.sampling?.budget?.spent = capture.sampling?.budget?.spent
        return part
    }

    private var balance: BalancePart {
        var part = BalancePart(profile.balance)
        part.lost = profile.balance.lost
        return part
    }
}

/// The calls of one interval, as they stand in the summary.
struct IntervalDocument: Encodable {
    private static let schema = "syslat.interval/1"

    let interval: Interval
    let isSampled: Bool

    private enum Key: String, CodingKey { case sampled }

    func encode(to encoder: any Encoder) throws {
        var part = IntervalPart(interval)
        part.startedAt = interval.startedAtNanoseconds.map { Timestamp.rfc3339(nanosecondsSince1970: $0) }
        try part.encode(to: encoder)
        var container = encoder.container(keyedBy: TopKey.self)
        try container.encode(Self.schema, forKey: .schema)
        try container.encode(interval.calls.map(CallFigures.init), forKey: .syscalls)
        // Only where not every call was measured.
        var marks = encoder.container(keyedBy: Key.self)
        if isSampled { try marks.encode(true, forKey: .sampled) }
    }
}

/// One call and its figures.
private struct CallFigures: Encodable {
    let call: CallProfile

    init(_ call: CallProfile) { self.call = call }

    func encode(to encoder: any Encoder) throws {
        try CallPart(call.id).encode(to: encoder)
        var container = encoder.container(keyedBy: FigureKey.self)
        try container.encode(call.calls, forKey: .calls)
        try container.encode(call.errors, forKey: .errors)
        let errnos = call.errnos.map { (ErrnoTable.name($0.errno), $0.count) }
        try container.encode(Dictionary(errnos) { $0.addingSaturating($1) }, forKey: .errnos)
        try container.encode(call.distribution.sum, forKey: .total)
        if let figures = LatencyFigures(call.distribution) {
            try container.encode(figures.minimum, forKey: .minimum)
            try container.encode(figures.mean, forKey: .mean)
            try container.encode(figures, Percentile.allCases)
            try container.encode(figures.maximum, forKey: .maximum)
        }
        if call.series.contains(where: { $0.inferred > 0 || $0.unrepresented > 0 }) {
            try container.encode(call.measured, forKey: .measured)
        }
        let unrepresented = call.series.reduce(UInt64(0)) { $0.addingSaturating($1.unrepresented) }
        if unrepresented > 0 { try container.encode(unrepresented, forKey: .unrepresented) }
        let outcomes = Outcome.allCases.compactMap { outcome in OutcomeFigures(call, outcome).map { (outcome.name, $0) } }
        try container.encode(Dictionary(uniqueKeysWithValues: outcomes), forKey: .outcomes)
    }
}

private struct OutcomeFigures: Encodable {
    let calls, total: UInt64
    /// nil where no call was measured.
    let figures: LatencyFigures?

    /// nil for an outcome that did not occur.
    init?(_ call: CallProfile, _ outcome: Outcome) {
        calls = call.calls { $0.outcome == outcome }
        guard calls > 0 else { return nil }
        let distribution = call.distribution(of: outcome)
        figures = LatencyFigures(distribution)
        total = distribution.sum
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: FigureKey.self)
        try container.encode(calls, forKey: .calls)
        try container.encode(total, forKey: .total)
        if let figures { try container.encode(figures, [.p50, .p99]) }
    }
}

extension KeyedEncodingContainer<FigureKey> {
    /// Some percentiles, each under its name.
    mutating func encode(_ figures: LatencyFigures, _ percentiles: [Percentile]) throws {
        for percentile in percentiles { try encode(figures[percentile], forKey: FigureKey(percentile)) }
    }
}
