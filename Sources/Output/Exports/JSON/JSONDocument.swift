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
    private let grouping: Grouping
    private let withBuckets: Bool

    init(_ profile: Profile, by grouping: Grouping, withBuckets: Bool) {
        (self.profile, self.grouping, self.withBuckets) = (profile, grouping, withBuckets)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: TopKey.self)
        try container.encode(Self.schema, forKey: .schema)
        try container.encode(profile.tool, forKey: .tool)
        try container.encode(HostPart(profile.host), forKey: .host)
        try container.encode(capture, forKey: .capture)
        try container.encode(balance, forKey: .balance)
        try container.encodeIfPresent(requests, forKey: .requests)
        try container.encode(profile.calls.map { CallFigures($0, withBuckets: withBuckets) }, forKey: .syscalls)
        // One by one: a list of thousands of parts would be in memory beside the document.
        var processes = container.nestedUnkeyedContainer(forKey: .processes)
        if grouping == .process {
            for process in profile.allProcesses { try processes.encode(ProcessFigures(process, withBuckets: withBuckets)) }
        } else {
            for process in profile.processes { try processes.encode(ProcessTotalsPart(process)) }
        }
        if let kind = grouping.groups, let groups = profile.groups, groups.kind == kind {
            var parts = container.nestedUnkeyedContainer(forKey: .groups)
            for group in groups.groups { try parts.encode(GroupFigures(group: group, kind: kind, withBuckets: withBuckets)) }
            let rest = profile.restOfCalls(after: groups.groups.lazy.flatMap(\.series))
            if !rest.isEmpty { try parts.encode(RestFigures(series: rest, kind: kind)) }
        }
        if grouping == .interval {
            let intervals = profile.intervals.map { IntervalFigures($0, on: profile.host, withBuckets: withBuckets) }
            try container.encode(intervals, forKey: .intervals)
        }
        try container.encode(profile.inFlight.map { InFlightPart($0, on: profile.host) }, forKey: .inFlight)
        try container.encode(profile.refused.map(RefusedPart.init), forKey: .refused)
        try container.encodeIfPresent(profile.slowCalls.map { SlowCallFigures($0, on: profile.host) }, forKey: .slowCalls)
        try container.encodeIfPresent(profile.vdso.map { VDSODetails($0, profile.capture) }, forKey: .vdso)
        try container.encodeIfPresent(profile.workload.map(WorkloadFigures.init), forKey: .workload)
    }

    private var capture: CapturePart {
        let balance = profile.balance
        var capture = profile.capture
        capture.warnings = Warning.all(of: profile).map(\.sentence)
        var part = CapturePart(capture)
        part.startedAt = Timestamp.rfc3339(nanosecondsSince1970: capture.startedAtNanoseconds)
        part.events = profile.events
        if let programs = capture.programs, balance.entered > 0 {
            part.programs?.nanosecondsPerCall = Double(programs.nanoseconds) / Double(balance.entered)
        }
        part.sampling?.budget?.spent = capture.sampling?.budget?.spent
        return part
    }

    private var requests: RequestsPart? {
        profile.requests.map { requests in
            var part = RequestsPart(requests)
            part.lost = requests.lost
            return part
        }
    }

    private var balance: BalancePart {
        var part = BalancePart(profile.balance)
        part.lost = profile.balance.lost
        return part
    }
}

/// One interval as a document of its own.
struct IntervalDocument: Encodable {
    private static let schema = "syslat.interval/1"

    let interval: Interval
    let host: Host
    let isSampled: Bool
    let withBuckets: Bool

    private enum Key: String, CodingKey { case sampled }

    func encode(to encoder: any Encoder) throws {
        try IntervalFigures(interval, on: host, withBuckets: withBuckets).encode(to: encoder)
        var container = encoder.container(keyedBy: TopKey.self)
        try container.encode(Self.schema, forKey: .schema)
        // Only where not every call was measured.
        var marks = encoder.container(keyedBy: Key.self)
        if isSampled { try marks.encode(true, forKey: .sampled) }
    }
}
