import Aggregation
import BPFRuntime
import CallArguments
import Probes
import Profile
import SyscallTable

/// Takes in the details of slow calls, if any are wanted.
struct SlowCallIntake: ~Copyable {
    private let options: SlowCallOptions
    private var keeper: SlowCallKeeper
    private var stacks: StackCache
    /// Those that have come since they were last taken, if they are logged. Their owner takes them a few times a second.
    private var log: [SlowCall] = []
    /// Details that no kernel side of this version can have written.
    private(set) var malformed: UInt64 = 0
    /// Calls that were not kept before it began anew.
    private var unkeptBefore: UInt64 = 0

    init(_ options: SlowCallOptions, target: Target) {
        self.options = options
        stacks = StackCache(programs: target.programs)
        keeper = SlowCallKeeper(options.rule)
    }

    /// Sets the thresholds from which on calls are slow.
    func begin(_ probes: borrowing Probes) {
        switch options.rule {
        case .slowest: probes.setSlowThresholds { _ in 0 }
        case .slower(let thresholds):
            let others = thresholds.first { $0.call == nil }?.nanoseconds
            probes.setSlowThresholds { call in (call.map { thresholds.nanoseconds(of: $0) } ?? others) ?? .max }
        }
    }

    /// Takes in what has come.
    /// - Parameter wallClock: the time in nanoseconds since 1970 of a moment of CLOCK_MONOTONIC.
    mutating func take(_ probes: borrowing Probes, wallClock: (UInt64) -> UInt64) {
        var records: [DetailRecord] = []
        _ = unsafe probes.detailRing.consume {
            if let record = unsafe DetailRecord($0) { records.append(record) } else { malformed += 1 }
        }
        for record in records {
            let call = SlowCall(record, startedAt: wallClock(record.enteredAt), stack: stacks.frames(of: record))
            keeper.take(call)
            if options.isLogged { log.append(call) }
        }
    }

    /// The calls that have come since this was last called.
    mutating func takeLog() -> [SlowCall] {
        defer { log = [] }
        return log
    }

    func calls(_ counters: KernelCounters) -> SlowCalls { keeper.calls(unkept: unkept(counters) - unkeptBefore) }

    private func unkept(_ counters: KernelCounters) -> UInt64 { counters.detailsUnkept + malformed }

    /// Forgets the calls that were kept, and what was slow beside them.
    mutating func beginAnew(_ probes: borrowing Probes, _ counters: KernelCounters) throws(BPFError) {
        keeper = SlowCallKeeper(options.rule)
        unkeptBefore = unkept(counters)
        try probes.forgetLongestCalls()
        begin(probes)
    }
}

extension SlowCall {
    init(_ record: DetailRecord, startedAt: UInt64, stack: [StackFrame]) {
        var details = CallDetails(userStack: stack)
        if !record.hasOtherArguments {
            details.arguments = record.arguments
            details.descriptors = record.files.map { DescriptorArgument($0) }
            details.paths = record.paths
        }
        self.init(
            id: record.id, startedAtNanoseconds: startedAt, durationNanoseconds: record.durationNanoseconds,
            outcome: record.outcome,
            result: record.errno.map { -Int64($0) } ?? record.result, pid: record.pid, tid: record.tid, comm: record.comm,
            thread: record.thread,
            details: details)
    }
}

extension DetailRecord {
    /// Whether the registers are not those of the call any more: a new program has new ones, and a signal handler returns to what it
    /// interrupted.
    fileprivate var hasOtherArguments: Bool {
        switch id.name.split(separator: ":").last ?? "" {
        case "execve", "execveat": errno == nil
        case "rt_sigreturn", "sigreturn": true
        default: false
        }
    }
}

extension ArgumentPlaces {
    /// As the signature of a call has them.
    init(of call: SyscallID) {
        let arguments = NamedArguments(of: call)
        self.init(
            descriptors: [arguments.descriptor, arguments.secondDescriptor].compactMap { $0 }, paths: arguments.paths)
    }
}

extension SlowCallWatch {
    init(_ options: SlowCallOptions) {
        let slowest: Int? = if case .slowest(let count) = options.rule { count } else { nil }
        self.init(slowest: slowest, takesStacks: options.takesStacks, places: ArgumentPlaces.init(of:))
    }
}
