import Presentation
import LatencyHistogram
import Profile
import SyscallTable

/// What a profile says of the vDSO, in JSON. What is not known is left out.
struct VDSOPart: Encodable {
    private let functions: [VDSOFunctionPart]
    private let entered: [Entered]
    private let served: [Served]
    private let vsyscalls: [Vsyscall]
    private let sampling: Sampling

    init(_ vdso: VDSOProfile, _ capture: CaptureSummary) {
        functions = vdso.functions.map { VDSOFunctionPart($0, probeFloor: capture.probeFloorNanoseconds) }
        entered = vdso.entered.map { Entered($0, vdso, capture) }
        served = vdso.served.map(Served.init)
        vsyscalls = vdso.vsyscalls.map(Vsyscall.init)
        sampling = Sampling(vdso.sampling)
    }

    private enum CodingKeys: String, CodingKey {
        case functions, entered, vsyscalls, sampling
        case served = "served_estimate"
    }

    private struct Entered: Encodable {
        let name, abi, reason: String
        let clock: String?
        let calls, total: UInt64
        let p50, p99: UInt64?
        let curable: Bool
        let savings: Double?
        /// Only where it is true.
        let isUpperBound: Bool?
        let processes: [Process]

        init(_ entry: VDSOEntry, _ vdso: VDSOProfile, _ capture: CaptureSummary) {
            (name, abi, reason, clock) = (entry.id.name, entry.id.abi.name, entry.reason.name, entry.clock?.name)
            (calls, total) = (entry.distribution.count, entry.distribution.sum)
            let figures = LatencyFigures(entry.distribution)
            (p50, p99) = (figures?[.p50], figures?[.p99])
            curable = vdso.isCurable(entry)
            let saved = vdso.savings(of: entry, in: capture)
            savings = saved.map { $0.nanosecondsPerSecond / 1e9 }?.ifFinite
            isUpperBound = saved?.isUpperBound == true ? true : nil
            processes = entry.processes.map(Process.init)
        }

        enum CodingKeys: String, CodingKey {
            case total = "total_ns"
            case p50 = "p50_ns"
            case p99 = "p99_ns"
            case savings = "savings_s_per_s"
            case isUpperBound = "savings_is_upper_bound"
            case name, abi, clock, reason, calls, curable, processes
        }
    }

    private struct Process: Encodable {
        let process: VDSOEntryProcess

        init(_ process: VDSOEntryProcess) { self.process = process }

        private enum Key: String, CodingKey {
            case pid, comm, calls, callers, file
            case total = "total_ns"
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            // Not encodeIfPresent: the row of the other processes says so by a null.
            try container.encode(process.pid, forKey: .pid)
            try container.encode(process.comm, forKey: .comm)
            try container.encode(process.calls, forKey: .calls)
            try container.encode(process.totalNanoseconds, forKey: .total)
            var callers = container.nestedUnkeyedContainer(forKey: .callers)
            for caller in process.callers {
                var row = callers.nestedContainer(keyedBy: Key.self)
                try row.encode(caller.file, forKey: .file)
                try row.encode(caller.calls, forKey: .calls)
            }
        }
    }

    private struct Served: Encodable {
        let estimate: ServedEstimate

        init(_ estimate: ServedEstimate) { self.estimate = estimate }

        private enum Key: String, CodingKey {
            case pid, comm, function, samples, calls
            case low = "calls_low"
            case high = "calls_high"
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(estimate.pid, forKey: .pid)
            try container.encode(estimate.comm, forKey: .comm)
            try container.encode(estimate.function, forKey: .function)
            try container.encode(estimate.samples, forKey: .samples)
            try container.encode(estimate.calls, forKey: .calls)
            try container.encode(estimate.callsLow, forKey: .low)
            try container.encode(estimate.callsHigh, forKey: .high)
        }
    }

    private struct Vsyscall: Encodable {
        let count: VsyscallCount

        init(_ count: VsyscallCount) { self.count = count }

        private enum Key: String, CodingKey { case pid, comm, abi, name, calls }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(count.pid, forKey: .pid)
            try container.encode(count.comm, forKey: .comm)
            try container.encode("vsyscall", forKey: .abi)
            try container.encode(count.name, forKey: .name)
            try container.encode(count.calls, forKey: .calls)
        }
    }

    private struct Sampling: Encodable {
        let state: String
        var hertz: UInt32?
        var reason: String?

        init(_ sampling: VDSOTicks) {
            switch sampling {
            case .on(let hertz): (state, self.hertz) = ("on", hertz)
            case .off: state = "off"
            case .unavailable(let reason): (state, self.reason) = ("unavailable", reason)
            }
        }
    }
}

/// One function of the self-test. Costs are medians of batches, and their quartiles.
struct VDSOFunctionPart: Encodable {
    private let name: String
    private let clock: String?
    private let served: Bool?
    private let vdso, syscall, boundary, ratio: Double?
    private let vdsoQuartiles, syscallQuartiles: [Double]?
    private let kernelP50: UInt64?
    /// Why there are no figures.
    private var error, notCalled: String?

    init(_ function: VDSOFunction, probeFloor: UInt64?, absence: VDSOReport.Trial.Absence? = nil) {
        (name, clock, served) = (function.name, function.clock?.name, function.isServed)
        (vdso, vdsoQuartiles) = VDSOFunctionPart.figures(function.vdso)
        (syscall, syscallQuartiles) = VDSOFunctionPart.figures(function.syscall)
        kernelP50 = function.kernelP50Nanoseconds
        boundary = function.boundaryNanoseconds(probeFloor: probeFloor)?.ifFinite
        ratio = function.ratio?.ifFinite
        switch absence {
        case .failed(let error): self.error = error
        case .notCalled(let reason): notCalled = reason
        case nil: break
        }
    }

    /// JSON has no word for what is no finite number.
    private static func figures(_ cost: CallCost?) -> (median: Double?, quartiles: [Double]?) {
        guard let cost, [cost.median, cost.lowerQuartile, cost.upperQuartile].allSatisfy(\.isFinite) else { return (nil, nil) }
        return (cost.median, [cost.lowerQuartile, cost.upperQuartile])
    }

    enum CodingKeys: String, CodingKey {
        case name, clock, served, ratio, error
        case vdso = "vdso_ns"
        case vdsoQuartiles = "vdso_ns_quartiles"
        case syscall = "syscall_ns"
        case syscallQuartiles = "syscall_ns_quartiles"
        case kernelP50 = "kernel_p50_ns"
        case boundary = "boundary_ns"
        case notCalled = "not_called"
    }
}

extension Double {
    var ifFinite: Double? { isFinite ? self : nil }
}
