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
    private var sleepStacks = SleepStacks()
    /// Calls that slept nobody knows where: there was no room for another stack, or another thread had the place of theirs.
    private var sleepsUnkept: UInt64 = 0
    /// Those that have come since they were last taken, if they are logged. Their owner takes them a few times a second.
    private var log: [SlowCall] = []
    /// Details that no kernel side of this version can have written.
    private(set) var malformed: UInt64 = 0
    /// Calls that were not kept before it began anew.
    private var unkeptBefore: UInt64 = 0

    init(_ options: SlowCallOptions, target: Target) {
        self.options = options
        stacks = StackCache(programs: target.programs)
        keeper = SlowCallKeeper(options.rule, options.filter)
    }

    /// Sets the thresholds from which on calls are slow.
    func begin(_ probes: borrowing Probes) {
        switch options.rule {
        case .slowest: probes.setSlowThresholds { _ in options.filter.leastNanoseconds ?? 0 }
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
            let stack = stacks.frames(of: record.stack, process: record.pid, program: record.comm)
            let call = SlowCall(record, startedAt: wallClock(record.enteredAt), stack: stack)
            keeper.take(KeptCall(call: call, sleepStack: sleepStack(of: record, probes)))
            if options.isLogged { log.append(call) }
        }
    }

    /// The calls that have come since this was last called.
    mutating func takeLog() -> [SlowCall] {
        defer { log = [] }
        return log
    }

    /// The number of the kernel stack in which a call slept, which has been read; nil if there is none, which is counted where there should be one.
    private mutating func sleepStack(of record: DetailRecord, _ probes: borrowing Probes) -> UInt32? {
        guard options.stacks == .all, record.outcome == .blocked else { return nil }
        if let stack = record.sleep?.stack, sleepStacks.read(stack, from: probes) { return stack }
        sleepsUnkept += 1
        return nil
    }

    mutating func calls(_ counters: KernelCounters) -> SlowCalls {
        sleepStacks.name()
        return keeper.calls(unkept: unkept(counters) - unkeptBefore) { sleepStacks.frames(of: $0) }
    }

    /// Where the program made the call that a thread sleeps in; empty where that wasn't noted.
    /// - Parameter enteredAt: when the call was entered, by CLOCK_MONOTONIC.
    mutating func userStack(of call: InFlightCall, enteredAt: UInt64?, _ probes: borrowing Probes) -> [StackFrame] {
        guard options.stacks == .all, let enteredAt, let sleeping = try? probes.sleepingCall(of: call.tid),
            sleeping.enteredAt == enteredAt, let number = sleeping.userStack,
            let addresses = try? probes.sleepStack(number)
        else { return [] }
        let stack = UserStackRecord(addresses.map { .address($0) })
        return stacks.frames(of: stack, process: call.pid, program: call.comm)
    }

    /// What isn't known of where calls slept.
    var warnings: [String] {
        var warnings: [String] = []
        if let problem = sleepStacks.problem {
            warnings.append("The functions of the kernel in which calls slept have no names: \(problem)")
        }
        if sleepsUnkept > 0 {
            warnings.append("Of \(sleepsUnkept) slow calls it isn't known where they slept: there was no room for it.")
        }
        return warnings
    }

    private func unkept(_ counters: KernelCounters) -> UInt64 { counters.detailsUnkept + malformed }

    /// Forgets the calls that were kept, and what was slow beside them.
    mutating func beginAnew(_ probes: borrowing Probes, _ counters: KernelCounters) throws(BPFError) {
        keeper = SlowCallKeeper(options.rule, options.filter)
        unkeptBefore = unkept(counters)
        sleepsUnkept = 0
        try probes.forgetLongestCalls()
        begin(probes)
    }
}

extension SlowCall {
    init(_ record: DetailRecord, startedAt: UInt64, stack: [StackFrame]) {
        var details = CallDetails(userStack: stack, sleep: record.sleep?.sleep)
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
        self.init(
            slowest: slowest, takesStacks: options.stacks != .none, notesSleep: options.stacks == .all, filter: options.filter,
            places: ArgumentPlaces.init(of:))
    }
}
