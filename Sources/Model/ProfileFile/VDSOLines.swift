import LatencyHistogram
import Profile
import SyscallTable

/// The head of what a profile says of the vDSO: the self-test, and how served calls were looked for.
struct VDSOLine: Codable {
    var functions: [Function]
    var sampling: Sampling

    struct Function: Codable {
        var name: String
        var clock: String?
        var served: Bool?
        var vdso, syscall: Cost?
        var kernelP50: UInt64?

        enum CodingKeys: String, CodingKey {
            case kernelP50 = "kernel_p50_ns"
            case name, clock, served, vdso, syscall
        }
    }

    struct Cost: Codable {
        var median, lower, upper: Double

        enum CodingKeys: String, CodingKey {
            case median = "median_ns"
            case lower = "lower_quartile_ns"
            case upper = "upper_quartile_ns"
        }

        init(_ cost: CallCost) { (median, lower, upper) = (cost.median, cost.lowerQuartile, cost.upperQuartile) }

        func decoded() throws(LineDefect) -> CallCost {
            // As far as durations go everywhere else: no figure that is derived from these is infinite.
            guard [median, lower, upper].allSatisfy({ (0...0x1p64).contains($0) }) else {
                throw LineDefect("a cost is a number of nanoseconds from 0 to 2^64")
            }
            return CallCost(median: median, lowerQuartile: lower, upperQuartile: upper)
        }
    }

    struct Sampling: Codable {
        var state: String
        var hertz: UInt32?
        var reason: String?
    }

    init(_ vdso: VDSOProfile) {
        functions = vdso.functions.map { function in
            Function(
                name: function.name, clock: function.clock?.name, served: function.isServed, vdso: function.vdso.map(Cost.init),
                syscall: function.syscall.map(Cost.init), kernelP50: function.kernelP50Nanoseconds)
        }
        sampling =
            switch vdso.sampling {
            case .on(let hertz): Sampling(state: "on", hertz: hertz)
            case .off: Sampling(state: "off")
            case .unavailable(let reason): Sampling(state: "unavailable", reason: reason)
            }
    }

    func decoded() throws(LineDefect) -> (functions: [VDSOFunction], sampling: VDSOTicks) {
        var decoded: [VDSOFunction] = []
        for line in functions {
            let function = VDSOFunction(
                name: line.name, clock: try ClockID(lineName: line.clock), isServed: line.served,
                vdso: try line.vdso?.decoded(), syscall: try line.syscall?.decoded(), kernelP50Nanoseconds: line.kernelP50)
            guard !decoded.contains(where: { $0.name == function.name && $0.clock == function.clock }) else {
                let clock = function.clock.map { " for \($0.name)" } ?? ""
                throw LineDefect("the function \(function.name)\(clock) is there twice")
            }
            decoded.append(function)
        }
        return (decoded, try sampling.decoded())
    }
}

extension VDSOLine.Sampling {
    fileprivate func decoded() throws(LineDefect) -> VDSOTicks {
        switch (state, hertz) {
        case ("on", let hertz?): return .on(hertz: hertz)
        case ("on", nil): throw LineDefect("sampling that is on has its hertz")
        case ("off", _): return .off
        case ("unavailable", _): return .unavailable(reason ?? "")
        default: throw LineDefect("'\(state)' is no state of sampling")
        }
    }
}

/// The calls of one kind that entered the kernel for one reason, with the same distribution as a series.
struct VDSOEnteredLine: Codable {
    var abi, name, reason: String
    var number: Int32
    var clock: String?
    var processes: [Process]
    private var distribution: SeriesLine.Distribution

    struct Process: Codable {
        var pid: Int32?
        var comm: String
        var calls, total: UInt64
        var callers: [Caller]?

        enum CodingKeys: String, CodingKey {
            case total = "total_ns"
            case pid, comm, calls, callers
        }
    }

    struct Caller: Codable {
        var file: String
        var calls: UInt64
    }

    enum CodingKeys: String, CodingKey { case abi, number, name, clock, reason, processes }

    init(_ entry: VDSOEntry) {
        (abi, number, name) = (entry.id.abi.name, entry.id.number, entry.id.name)
        (clock, reason) = (entry.clock?.name, entry.reason.name)
        distribution = SeriesLine.Distribution(entry.distribution)
        processes = entry.processes.map { process in
            let callers = process.callers.map { Caller(file: $0.file, calls: $0.calls) }
            return Process(
                pid: process.pid, comm: process.comm, calls: process.calls, total: process.totalNanoseconds,
                callers: callers.isEmpty ? nil : callers)
        }
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        abi = try container.decode(String.self, forKey: .abi)
        number = try container.decode(Int32.self, forKey: .number)
        name = try container.decode(String.self, forKey: .name)
        clock = try container.decodeIfPresent(String.self, forKey: .clock)
        reason = try container.decode(String.self, forKey: .reason)
        processes = try container.decode([Process].self, forKey: .processes)
        distribution = try SeriesLine.Distribution(from: decoder)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(abi, forKey: .abi)
        try container.encode(number, forKey: .number)
        try container.encode(name, forKey: .name)
        try container.encodeIfPresent(clock, forKey: .clock)
        try container.encode(reason, forKey: .reason)
        try container.encode(processes, forKey: .processes)
        try distribution.encode(to: encoder)
    }

    func decoded() throws(LineDefect) -> VDSOEntry {
        VDSOEntry(
            id: try SyscallID(abiName: abi, number: number), clock: try ClockID(lineName: clock),
            reason: try EntryReason(lineName: reason), distribution: try distribution.decoded(),
            processes: processes.map { process in
                VDSOEntryProcess(
                    pid: process.pid, comm: process.comm, calls: process.calls, totalNanoseconds: process.total,
                    callers: process.callers?.map { CallerFile(file: $0.file, calls: $0.calls) } ?? [])
            })
    }
}

/// One estimate of served calls.
struct VDSOServedLine: Codable {
    var pid: Int32?
    var comm, function: String
    var samples, calls, low, high: UInt64

    enum CodingKeys: String, CodingKey {
        case low = "calls_low"
        case high = "calls_high"
        case pid, comm, function, samples, calls
    }

    init(_ estimate: ServedEstimate) {
        (pid, comm, function) = (estimate.pid, estimate.comm, estimate.function)
        (samples, calls, low, high) = (estimate.samples, estimate.calls, estimate.callsLow, estimate.callsHigh)
    }

    var estimate: ServedEstimate {
        ServedEstimate(
            pid: pid, comm: comm, function: function, samples: samples, calls: calls, callsLow: low, callsHigh: high)
    }
}

/// One count of calls through the vsyscall page.
struct VDSOVsyscallLine: Codable {
    var pid: Int32?
    var comm, name: String
    var calls: UInt64

    init(_ count: VsyscallCount) { (pid, comm, name, calls) = (count.pid, count.comm, count.name, count.calls) }

    var count: VsyscallCount { VsyscallCount(pid: pid, comm: comm, name: name, calls: calls) }
}

extension ClockID {
    fileprivate init?(lineName name: String?) throws(LineDefect) {
        guard let name else { return nil }
        guard let clock = ClockID(name: name) else { throw LineDefect("'\(name)' is no clock that syslat knows") }
        self = clock
    }
}

extension EntryReason {
    /// A reason that only a later version has is a reason that this one doesn't know: the calls entered the kernel all the same.
    /// What no version would write is a defect.
    fileprivate init(lineName name: String) throws(LineDefect) {
        if let known = EntryReason(name: name) {
            self = known
            return
        }
        let stem = name.prefix { $0 != ":" }
        let isNew = !["clock-not-served", "clocksource"].contains(stem)
        let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
        guard isNew, stem.utf8.first.map(letters.contains) == true,
            stem.utf8.allSatisfy({ letters.contains($0) || "-_()0123456789".utf8.contains($0) })
        else { throw LineDefect("'\(name)' is no reason to enter the kernel") }
        self = .unexplained
    }
}
