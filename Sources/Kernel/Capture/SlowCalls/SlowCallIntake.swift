import Aggregation
import BPFRuntime
import CallArguments
import Linux
import Probes
import Profile
import Symbols
import SyscallTable

/// Takes in the details of slow calls, if any are wanted.
struct SlowCallIntake: ~Copyable {
    private let options: SlowCallOptions
    private var keeper: SlowCallKeeper
    private var stacks = StackCache()
    private var sleepStacks = SleepStacks()
    private let naming: NamingThread
    /// Of how many kept calls the functions were not looked up in time, when that was last looked at.
    private var callsUnnamed = 0
    /// Calls that slept nobody knows where: there was no room for another stack, or another thread had the place of theirs.
    private var sleepsUnkept: UInt64 = 0
    /// Those that have come since they were last taken, if they are logged. Their owner takes them a few times a second.
    private var log: [(kept: KeptCall, since: UInt64)] = []
    /// How long calls wait in the log for the names of their functions, in nanoseconds.
    private static let logPatience: UInt64 = 2_000_000_000
    /// Details that no kernel side of this version can have written.
    private(set) var malformed: UInt64 = 0
    /// Calls that were not kept before it began anew.
    private var unkeptBefore: UInt64 = 0

    init(_ options: SlowCallOptions, target: Target) {
        self.options = options
        naming = NamingThread(programs: target.programs)
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
        var new: [NamedStack] = []
        for record in records {
            let stack = record.hasOtherProgram ? nil : stacks.stack(record.stack, process: record.pid, program: record.comm)
            let call = SlowCall(record, startedAt: wallClock(record.enteredAt))
            let kept = KeptCall(call: call, stack: stack, sleepStack: sleepStack(of: record, probes))
            keeper.take(kept)
            if let stack { new.append(stack) }
            if options.isLogged { log.append((kept, Clock.monotonic)) }
        }
        naming.name(new)
    }

    /// The calls that have come since this was last called, up to one whose functions are still looked up.
    /// - Parameter isEnd: whether all are to be taken, as none will be asked for later.
    mutating func takeLog(isEnd: Bool) -> [SlowCall] {
        let now = Clock.monotonic
        let end = isEnd ? nil : log.firstIndex { $0.kept.stack?.isNamed == false && now < $0.since + SlowCallIntake.logPatience }
        defer { log.removeSubrange(..<(end ?? log.endIndex)) }
        return log[..<(end ?? log.endIndex)].map { $0.kept.withProgram }
    }

    /// The number of the kernel stack in which a call slept, which has been read; nil if there is none, which is counted where there should be one.
    private mutating func sleepStack(of record: DetailRecord, _ probes: borrowing Probes) -> UInt32? {
        guard options.stacks == .all, record.outcome == .blocked else { return nil }
        if let stack = record.sleep?.stack, sleepStacks.read(stack, from: probes) { return stack }
        sleepsUnkept += 1
        return nil
    }

    /// Has everything looked up that has no name yet, and waits for that, but not longer than so many milliseconds. What takes longer has
    /// its names the next time.
    mutating func finishNames(within milliseconds: Int) {
        naming.name(keeper.unnamedStacks)
        naming.name(sleepStacks.takeNew())
        naming.wait(milliseconds: milliseconds)
        callsUnnamed = keeper.unnamedStacks.count
    }

    mutating func calls(_ counters: KernelCounters) -> SlowCalls {
        let names = naming.kernelNames
        return keeper.calls(unkept: unkept(counters) - unkeptBefore) { sleepStacks.frames(of: $0, names) }
    }

    /// Takes down where a thread sleeps in its call: in the program, and in the kernel.
    mutating func noteSleep(
        of thread: ThreadInCall, _ pid: Int32, _ comm: String, _ look: inout ThreadLook, _ probes: borrowing Probes
    ) {
        guard options.stacks == .all, let enteredAt = thread.enteredAt, let sleeping = try? probes.sleepingCall(of: thread.tid),
            sleeping.enteredAt == enteredAt
        else { return }
        if let number = sleeping.kernelStack, look.sleepStack != number, sleepStacks.read(number, from: probes) {
            look.sleepStack = number
            naming.name(sleepStacks.takeNew())
        }
        guard look.stack == nil, let number = sleeping.userStack, let addresses = try? probes.sleepStack(number) else { return }
        look.stack = stacks.stack(UserStackRecord(addresses.map { .address($0) }), process: pid, program: comm)
        if let stack = look.stack { naming.name([stack]) }
    }

    /// Waits for the names that were asked for, but not longer than so many milliseconds.
    mutating func waitForNames(milliseconds: Int) { naming.wait(milliseconds: milliseconds) }

    /// The functions of a kernel stack in which a call slept.
    func sleepFrames(of number: UInt32) -> [StackFrame] { sleepStacks.frames(of: number, naming.kernelNames) }

    /// What isn't known of where calls slept.
    var warnings: [String] {
        var warnings: [String] = []
        if let problem = naming.kernelNames.problem {
            warnings.append("The functions of the kernel in which calls slept have no names: \(problem)")
        }
        if sleepsUnkept > 0 {
            warnings.append("Of \(sleepsUnkept) slow calls it isn't known where they slept: there was no room for it.")
        }
        if callsUnnamed > 0 {
            let (calls, have) = callsUnnamed == 1 ? ("slow call", "has") : ("slow calls", "have")
            warnings.append("\(callsUnnamed) \(calls) \(have) no names of functions: looking them up took too long.")
        }
        return warnings + naming.losses.sentences
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
    /// Without the functions of the program.
    init(_ record: DetailRecord, startedAt: UInt64) {
        var details = CallDetails(sleep: record.sleep?.sleep)
        // Of a new program these are its own file.
        details.descriptors = record.files.map { DescriptorArgument($0) }
        if !record.hasOtherProgram { (details.arguments, details.paths) = (record.arguments, record.paths) }
        self.init(
            id: record.id, startedAtNanoseconds: startedAt, durationNanoseconds: record.durationNanoseconds,
            outcome: record.outcome,
            result: record.errno.map { -Int64($0) } ?? record.result, pid: record.pid, tid: record.tid, comm: record.comm,
            thread: record.thread,
            details: details)
    }
}

extension DetailRecord {
    /// Whether registers and stack are not those of the call any more: a new program has new ones, and a signal handler returns to what it
    /// interrupted.
    fileprivate var hasOtherProgram: Bool {
        id.executesProgram ? errno == nil : ["rt_sigreturn", "sigreturn"].contains(id.name)
    }
}

extension SyscallID {
    fileprivate var executesProgram: Bool { ["execve", "execveat"].contains(name) }
}

extension ArgumentPlaces {
    /// As the signature of a call has them.
    init(of call: SyscallID) {
        let arguments = NamedArguments(of: call)
        self.init(
            descriptors: [arguments.descriptor, arguments.secondDescriptor].compactMap { $0 }, paths: arguments.paths,
            executesProgram: call.executesProgram)
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
