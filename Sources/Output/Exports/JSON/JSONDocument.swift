import Presentation
import SaturatingMath
import LatencyHistogram
import Profile
import SyscallTable

/// The shape and the names of the JSON summary. The names are a promise: renaming one is a new schema.
struct JSONDocument: Encodable {
    static let schema = "syslat.profile/1"

    private let profile: Profile

    init(_ profile: Profile) { self.profile = profile }

    private enum Key: String, CodingKey {
        case schema, tool, host, capture, balance, syscalls, processes, vdso, workload
        case inFlight = "in_flight"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(Self.schema, forKey: .schema)
        try container.encode(profile.tool, forKey: .tool)
        try container.encode(HostPart(profile.host), forKey: .host)
        try container.encode(CapturePart(profile), forKey: .capture)
        try container.encode(BalancePart(profile.balance), forKey: .balance)
        try container.encode(profile.calls.map(CallPart.init), forKey: .syscalls)
        try container.encode(profile.processes.map(ProcessPart.init), forKey: .processes)
        try container.encode(profile.inFlight.map(InFlightPart.init), forKey: .inFlight)
        try container.encodeIfPresent(profile.vdso.map { VDSOPart($0, profile.capture) }, forKey: .vdso)
        try container.encodeIfPresent(profile.workload.map(WorkloadPart.init), forKey: .workload)
    }
}

/// The calls of one interval, as they stand in the summary.
struct IntervalDocument: Encodable {
    private let schema = "syslat.interval/1"
    private let start: UInt64
    private let duration: UInt64
    private let calls: [CallPart]

    /// Only where not every call was measured.
    private let sampled: Bool?

    init(_ interval: Interval, isSampled: Bool) {
        sampled = isSampled ? true : nil
        start = interval.startNanoseconds
        duration = interval.durationNanoseconds
        calls = interval.calls.map(CallPart.init)
    }

    private enum CodingKeys: String, CodingKey {
        case schema
        case start = "start_ns"
        case duration = "duration_ns"
        case sampled
        case calls = "syscalls"
    }
}

private struct CapturePart: Encodable {
    let startedAt: String
    let durationNanoseconds: UInt64
    let scope: String
    let selection: String?
    let command: [String]?
    let exitStatus: Int32?
    let probeFloorNanoseconds: UInt64?
    let consumerCPUNanoseconds: UInt64
    let events: UInt64
    let programs: ProgramsPart?
    /// Only where not every call was measured.
    let sampling: SamplingPart?
    let remarks: [String]

    init(_ profile: Profile) {
        let capture = profile.capture
        startedAt = Timestamp.rfc3339(nanosecondsSince1970: capture.startedAtNanoseconds)
        durationNanoseconds = capture.durationNanoseconds
        scope = capture.scope
        selection = capture.selection
        command = capture.command
        exitStatus = capture.exitStatus
        probeFloorNanoseconds = capture.probeFloorNanoseconds
        consumerCPUNanoseconds = capture.consumerCPUNanoseconds
        events = profile.balance.events
        programs = capture.programs.map { ProgramsPart($0, calls: profile.balance.entered) }
        sampling = capture.sampling.map(SamplingPart.init)
        remarks = capture.remarks + capture.notes
    }

    enum CodingKeys: String, CodingKey {
        case startedAt = "started_at"
        case durationNanoseconds = "duration_ns"
        case scope, selection, command
        case exitStatus = "exit_status"
        case probeFloorNanoseconds = "probe_floor_p50_ns"
        case consumerCPUNanoseconds = "consumer_cpu_ns"
        case programs = "bpf"
        case events, sampling, remarks
    }
}

private struct BalancePart: Encodable {
    let entered, completed, inFlight, neverReturned, lost: UInt64
    let lostByCause: [String: UInt64]
    let beganBefore, newTaskReturns, refused, overflowed, unmeasured: UInt64

    init(_ balance: Balance) {
        entered = balance.entered
        completed = balance.completed
        inFlight = balance.inFlight
        neverReturned = balance.neverReturned
        lost = balance.lost
        lostByCause = Dictionary(uniqueKeysWithValues: balance.lostByCause.map { ($0.key.rawValue, $0.value) })
        beganBefore = balance.beganBefore
        newTaskReturns = balance.newTaskReturns
        refused = balance.refused
        overflowed = balance.overflowed
        unmeasured = balance.unmeasured
    }

    enum CodingKeys: String, CodingKey {
        case entered, completed
        case inFlight = "in_flight"
        case neverReturned = "never_returned"
        case lost
        case lostByCause = "lost_by_cause"
        case beganBefore = "began_before"
        case newTaskReturns = "new_task_returns"
        case refused, overflowed, unmeasured
    }
}

/// The names of the figures, shared by a call and by its outcomes.
private struct FigureKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
    init(_ percentile: Percentile) { stringValue = "\(percentile.rawValue)_ns" }

    static let abi = FigureKey(stringValue: "abi")
    static let number = FigureKey(stringValue: "number")
    static let name = FigureKey(stringValue: "name")
    static let calls = FigureKey(stringValue: "calls")
    static let errors = FigureKey(stringValue: "errors")
    static let errnos = FigureKey(stringValue: "errnos")
    static let outcomes = FigureKey(stringValue: "outcomes")
    static let unrepresented = FigureKey(stringValue: "unrepresented")
    static let total = FigureKey(stringValue: "total_ns")
    static let minimum = FigureKey(stringValue: "min_ns")
    static let mean = FigureKey(stringValue: "mean_ns")
    static let maximum = FigureKey(stringValue: "max_ns")
}

private struct CallPart: Encodable {
    let call: CallProfile

    init(_ call: CallProfile) { self.call = call }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: FigureKey.self)
        try container.encode(call.id.abi.name, forKey: .abi)
        try container.encode(call.id.number, forKey: .number)
        try container.encode(call.id.name, forKey: .name)
        try container.encode(call.calls, forKey: .calls)
        try container.encode(call.errors, forKey: .errors)
        let errnos = call.errnos.map { (ErrnoTable.name($0.errno), $0.count) }
        try container.encode(Dictionary(errnos) { $0.addingSaturating($1) }, forKey: .errnos)
        try container.encode(call.distribution.sum, forKey: .total)
        if let figures = LatencyFigures(call.distribution) {
            try container.encode(figures.minimum, forKey: .minimum)
            try container.encode(figures.mean, forKey: .mean)
            for percentile in Percentile.allCases {
                try container.encode(figures[percentile], forKey: FigureKey(percentile))
            }
            try container.encode(figures.maximum, forKey: .maximum)
        }
        let unrepresented = call.series.reduce(UInt64(0)) { $0.addingSaturating($1.unrepresented) }
        if unrepresented > 0 { try container.encode(unrepresented, forKey: .unrepresented) }
        let outcomes = Outcome.allCases.compactMap { outcome in OutcomePart(call, outcome).map { (outcome.name, $0) } }
        try container.encode(Dictionary(uniqueKeysWithValues: outcomes), forKey: .outcomes)
    }
}

private struct OutcomePart: Encodable {
    let calls, total: UInt64
    /// nil where no call was measured.
    let figures: LatencyFigures?

    /// nil of an outcome that did not occur.
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
        guard let figures else { return }
        for percentile in [Percentile.p50, .p99] {
            try container.encode(figures[percentile], forKey: FigureKey(percentile))
        }
    }
}

private struct ProcessPart: Encodable {
    let process: ProcessProfile

    init(_ process: ProcessProfile) { self.process = process }

    private enum Key: String, CodingKey {
        case pid, comm, calls, errors
        case total = "total_ns"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        // Not encodeIfPresent: the row of the other processes says so by a null.
        try container.encode(process.pid, forKey: .pid)
        try container.encode(process.comm, forKey: .comm)
        try container.encode(process.calls, forKey: .calls)
        try container.encode(process.errors, forKey: .errors)
        try container.encode(process.totalNanoseconds, forKey: .total)
    }
}

private struct InFlightPart: Encodable {
    let pid, tid: Int32
    let comm, abi: String
    let number: Int32
    let name: String
    let age: UInt64
    /// Only where it is true: the age is a lower bound then.
    let beganBefore: Bool?

    init(_ call: InFlightCall) {
        pid = call.pid
        tid = call.tid
        comm = call.comm
        abi = call.id.abi.name
        number = call.id.number
        name = call.id.name
        age = call.ageNanoseconds
        beganBefore = call.beganBefore ? true : nil
    }

    enum CodingKeys: String, CodingKey {
        case pid, tid, comm, abi, number, name
        case age = "age_ns"
        case beganBefore = "began_before"
    }
}
