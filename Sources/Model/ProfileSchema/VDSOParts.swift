import LatencyHistogram
package import Profile
import SyscallTable

/// The head of what a file says of the vDSO: the self-test, and how served calls were looked for.
package struct VDSOPart: Codable {
    private var functions: [VDSOFunctionPart]
    /// Always there, but under its old name in files of version 1.
    private var ticks: VDSOTicksPart?
    /// What files of version 1 call the ticks.
    private var sampling: VDSOTicksPart?

    package init(_ vdso: VDSOProfile) {
        functions = vdso.functions.map { VDSOFunctionPart($0, withCosts: true) }
        ticks = VDSOTicksPart(vdso.ticks)
    }

    package func decoded() throws(ProfileDefect) -> (functions: [VDSOFunction], ticks: VDSOTicks) {
        guard let ticks = ticks ?? sampling else { throw ProfileDefect("'ticks' is missing at .vdso") }
        struct Key: Hashable {
            let name: String
            let clock: ClockID?
        }
        var known: Set<Key> = []
        var decoded: [VDSOFunction] = []
        for part in functions {
            let function = try part.decoded()
            guard known.insert(Key(name: function.name, clock: function.clock)).inserted else {
                let clock = function.clock.map { " for \($0.name)" } ?? ""
                throw ProfileDefect("the function \(function.name)\(clock) is there twice")
            }
            decoded.append(function)
        }
        return (decoded, try ticks.decoded())
    }
}

/// The names in the `vdso` of a report.
package enum VDSOKey: String, CodingKey {
    case functions, ticks, entered, vsyscalls
    case served = "served_estimate"
}

/// One function of the self-test.
package struct VDSOFunctionPart: Codable {
    private var name: String
    private var clock: String?
    private var served: Bool?
    /// Files have the costs whole; reports have them as figures of their own.
    private var vdso, syscall: CostPart?
    private var kernelP50: UInt64?

    enum CodingKeys: String, CodingKey {
        case kernelP50 = "kernel_p50_ns"
        case name, clock, served, vdso, syscall
    }

    package init(_ function: VDSOFunction, withCosts: Bool) {
        (name, clock, served) = (function.name, function.clock?.name, function.isServed)
        if withCosts { (vdso, syscall) = (function.vdso.map(CostPart.init), function.syscall.map(CostPart.init)) }
        kernelP50 = function.kernelP50Nanoseconds
    }

    func decoded() throws(ProfileDefect) -> VDSOFunction {
        VDSOFunction(
            name: name, clock: try ClockID(partName: clock), isServed: served, vdso: try vdso?.decoded(),
            syscall: try syscall?.decoded(), kernelP50Nanoseconds: kernelP50)
    }
}

/// How served calls were looked for.
package struct VDSOTicksPart: Codable {
    private var state: String
    private var hertz: UInt32?
    private var reason: String?

    package init(_ ticks: VDSOTicks) {
        switch ticks {
        case .on(let hertz): (state, self.hertz) = ("on", hertz)
        case .off: state = "off"
        case .unavailable(let reason): (state, self.reason) = ("unavailable", reason)
        }
    }

    func decoded() throws(ProfileDefect) -> VDSOTicks {
        switch (state, hertz) {
        case ("on", let hertz?): return .on(hertz: hertz)
        case ("on", nil): throw ProfileDefect("ticks that are on have their hertz")
        case ("off", _): return .off
        case ("unavailable", _): return .unavailable(reason ?? "")
        default: throw ProfileDefect("'\(state)' is not a state of the ticks")
        }
    }
}

/// Which calls entered the kernel, and why.
package struct VDSOEntryPart: Codable {
    private let call: CallPart
    private let clock: String?
    /// As it stands in the file: versions to come may have others.
    package let reason: String
    private let processes: [VDSOEntryProcessPart]

    private enum CodingKeys: String, CodingKey { case clock, reason, processes }

    package init(_ entry: VDSOEntry) {
        (call, clock, reason) = (CallPart(entry.id), entry.clock?.name, entry.reason.name)
        processes = entry.processes.map(VDSOEntryProcessPart.init)
    }

    package init(from decoder: any Decoder) throws {
        call = try CallPart(from: decoder)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        clock = try container.decodeIfPresent(String.self, forKey: .clock)
        reason = try container.decode(String.self, forKey: .reason)
        processes = try container.decode([VDSOEntryProcessPart].self, forKey: .processes)
    }

    package func encode(to encoder: any Encoder) throws {
        try call.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(clock, forKey: .clock)
        try container.encode(reason, forKey: .reason)
        try container.encode(processes, forKey: .processes)
    }

    fileprivate func decoded(_ distribution: LatencyHistogram) throws(ProfileDefect) -> VDSOEntry {
        VDSOEntry(
            id: try call.decoded(), clock: try ClockID(partName: clock), reason: try EntryReason(partName: reason),
            distribution: distribution, processes: processes.map(\.process))
    }
}

/// The same in a file, with the whole distribution.
package struct VDSOEnteredPart: Codable {
    package let entry: VDSOEntryPart
    private let distribution: DistributionPart

    package init(_ entry: VDSOEntry) {
        (self.entry, distribution) = (VDSOEntryPart(entry), DistributionPart(entry.distribution))
    }

    package init(from decoder: any Decoder) throws {
        (entry, distribution) = (try VDSOEntryPart(from: decoder), try DistributionPart(from: decoder))
    }

    package func encode(to encoder: any Encoder) throws {
        try entry.encode(to: encoder)
        try distribution.encode(to: encoder)
    }

    package func decoded() throws(ProfileDefect) -> VDSOEntry { try entry.decoded(try distribution.decoded()) }
}

/// One process's share of an entry.
package struct VDSOEntryProcessPart: Codable {
    private var pid: OwnerID
    private var comm: String
    private var calls, totalNanoseconds: UInt64
    /// Files of version 1 leave them out where there are none.
    private var callers: [Caller]?

    private struct Caller: Codable {
        var file: String
        var calls: UInt64
    }

    enum CodingKeys: String, CodingKey {
        case totalNanoseconds = "total_ns"
        case pid, comm, calls, callers
    }

    init(_ process: VDSOEntryProcess) {
        (pid, comm) = (OwnerID(process.pid), process.comm)
        (calls, totalNanoseconds) = (process.calls, process.totalNanoseconds)
        callers = process.callers.map { Caller(file: $0.file, calls: $0.calls) }
    }

    var process: VDSOEntryProcess {
        VDSOEntryProcess(
            pid: pid.pid, comm: comm, calls: calls, totalNanoseconds: totalNanoseconds,
            callers: (callers ?? []).map { CallerFile(file: $0.file, calls: $0.calls) })
    }
}

/// One estimate of served calls.
package struct VDSOServedPart: Codable {
    private var pid: OwnerID
    private var comm, function: String
    private var samples, calls, low, high: UInt64

    enum CodingKeys: String, CodingKey {
        case low = "calls_low"
        case high = "calls_high"
        case pid, comm, function, samples, calls
    }

    package init(_ estimate: ServedEstimate) {
        (pid, comm, function) = (OwnerID(estimate.pid), estimate.comm, estimate.function)
        (samples, calls, low, high) = (estimate.samples, estimate.calls, estimate.callsLow, estimate.callsHigh)
    }

    package var estimate: ServedEstimate {
        ServedEstimate(
            pid: pid.pid, comm: comm, function: function, samples: samples, calls: calls, callsLow: low, callsHigh: high)
    }
}

/// One count of calls through the vsyscall page.
package struct VDSOVsyscallPart: Codable {
    private var pid: OwnerID
    private var comm, name: String
    private var calls: UInt64
    /// `vsyscall`, for readers of all rows; files of version 1 leave it out.
    private var abi: String?

    package init(_ count: VsyscallCount) {
        (pid, comm, name, calls) = (OwnerID(count.pid), count.comm, count.name, count.calls)
        abi = "vsyscall"
    }

    package var count: VsyscallCount { VsyscallCount(pid: pid.pid, comm: comm, name: name, calls: calls) }
}

extension ClockID {
    fileprivate init?(partName name: String?) throws(ProfileDefect) {
        guard let name else { return nil }
        guard let clock = ClockID(name: name) else { throw ProfileDefect("'\(name)' is not a clock that syslat knows") }
        self = clock
    }
}

extension EntryReason {
    /// A reason that only a later version has is read as unknown: the calls entered the kernel all the same. What no version would
    /// write is a defect.
    fileprivate init(partName name: String) throws(ProfileDefect) {
        if let known = EntryReason(name: name) {
            self = known
            return
        }
        let stem = name.prefix { $0 != ":" }
        let isNew = !["clock-not-served", "clocksource"].contains(stem)
        let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
        guard isNew, stem.utf8.first.map(letters.contains) == true,
            stem.utf8.allSatisfy({ letters.contains($0) || "-_()0123456789".utf8.contains($0) })
        else { throw ProfileDefect("'\(name)' is not a reason to enter the kernel") }
        self = .unexplained
    }
}
