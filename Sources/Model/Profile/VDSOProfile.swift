package import LatencyHistogram
package import SyscallTable

/// The calls that the vDSO serves without entering the kernel, beside those that entered it all the same.
package struct VDSOProfile: Sendable, Hashable {
    /// What the functions of this host's vDSO do and cost: the self-test that was made before the capture.
    package var functions: [VDSOFunction]
    /// Calls that the vDSO could have served but that entered the kernel, by falling total time.
    package var entered: [VDSOEntry]
    /// Calls that were served, as far as samples tell, by falling calls.
    package var served: [ServedEstimate]
    /// Calls through the legacy vsyscall page, by falling calls.
    package var vsyscalls: [VsyscallCount]
    /// How the served calls were estimated, or why they were not.
    package var ticks: VDSOTicks

    package init(
        functions: [VDSOFunction], entered: [VDSOEntry], served: [ServedEstimate], vsyscalls: [VsyscallCount],
        ticks: VDSOTicks
    ) {
        self.functions = functions
        self.entered = entered.sorted(falling: \.distribution.sum, then: \.order)
        self.served = served.sorted(falling: \.calls, then: { $0.pid ?? .max }, \.function)
        self.vsyscalls = vsyscalls.sorted(falling: \.calls, then: { $0.pid ?? .max }, \.name)
        self.ticks = ticks
    }
}

/// How long one call takes as the program sees it, in nanoseconds: the median of batches and their quartiles.
package struct CallCost: Sendable, Hashable {
    package var median: Double
    package var lowerQuartile: Double
    package var upperQuartile: Double

    package init(median: Double, lowerQuartile: Double, upperQuartile: Double) {
        self.median = median
        self.lowerQuartile = lowerQuartile
        self.upperQuartile = upperQuartile
    }
}

/// What one function of the vDSO did in the self-test, for one clock where it takes one.
package struct VDSOFunction: Sendable, Hashable {
    /// The name without its prefix: `clock_gettime`.
    package var name: String
    package var clock: ClockID?
    /// Whether it answered without entering the kernel, as seen under our own trace; nil where nothing was traced.
    package var isServed: Bool?
    /// One call of the function, whether served or not; nil where the host's vDSO has no such function.
    package var vdso: CallCost?
    /// The same call as a real system call, while nothing is traced.
    package var syscall: CallCost?
    /// p50 of that system call between its two tracepoints, the probe floor included; nil where nothing was traced.
    package var kernelP50Nanoseconds: UInt64?

    package init(
        name: String, clock: ClockID? = nil, isServed: Bool? = nil, vdso: CallCost? = nil, syscall: CallCost? = nil,
        kernelP50Nanoseconds: UInt64? = nil
    ) {
        self.name = name
        self.clock = clock
        self.isServed = isServed
        self.vdso = vdso
        self.syscall = syscall
        self.kernelP50Nanoseconds = kernelP50Nanoseconds
    }
}

/// The completed calls of one kind that the vDSO could have served, and why it did not.
package struct VDSOEntry: Sendable, Hashable {
    package var id: SyscallID
    /// The clock that was asked for; nil for calls that take none.
    package var clock: ClockID?
    package var reason: EntryReason
    /// The latencies of these calls in the kernel.
    package var distribution: LatencyHistogram
    /// Who made them, by falling total time. Calls whose process is not known are in ``distribution`` only.
    package var processes: [VDSOEntryProcess]

    package init(
        id: SyscallID, clock: ClockID?, reason: EntryReason, distribution: LatencyHistogram, processes: [VDSOEntryProcess]
    ) {
        self.id = id
        self.clock = clock
        self.reason = reason
        self.distribution = distribution
        self.processes = processes.sorted(falling: \.totalNanoseconds, then: { $0.pid ?? .max })
    }

    /// Decides between rows of the same total time.
    fileprivate var order: String { "\(id.abi.rawValue) \(id.number) \(clock?.name ?? "") \(reason.name)" }
}

/// One process's share of a ``VDSOEntry``.
package struct VDSOEntryProcess: Sendable, Hashable {
    /// nil for the row that gathers the processes for which there was no row of their own.
    package var pid: Int32?
    package var comm: String
    package var calls: UInt64
    package var totalNanoseconds: UInt64
    /// For the reason `bypass`: the files whose code made the calls, by falling calls. They may add up to fewer calls.
    package var callers: [CallerFile]

    package init(pid: Int32?, comm: String, calls: UInt64, totalNanoseconds: UInt64, callers: [CallerFile] = []) {
        self.pid = pid
        self.comm = comm
        self.calls = calls
        self.totalNanoseconds = totalNanoseconds
        self.callers = callers.sorted(falling: \.calls, then: \.file)
    }
}

/// A file whose code made system calls.
package struct CallerFile: Sendable, Hashable {
    /// The path, or the name alone where no more is known; empty for memory that belongs to no file.
    package var file: String
    package var calls: UInt64

    package init(file: String, calls: UInt64) {
        self.file = file
        self.calls = calls
    }
}

/// How many calls of one function the vDSO served for one process: an estimate from samples, never a count.
package struct ServedEstimate: Sendable, Hashable {
    package var pid: Int32?
    package var comm: String
    /// The name without its prefix: `clock_gettime`.
    package var function: String
    /// Samples that hit the function.
    package var samples: UInt64
    package var calls: UInt64
    /// Ends of the interval in which the true number lies in 95 of 100 cases, as far as chance goes.
    package var callsLow: UInt64
    package var callsHigh: UInt64

    package init(
        pid: Int32?, comm: String, function: String, samples: UInt64, calls: UInt64, callsLow: UInt64, callsHigh: UInt64
    ) {
        self.pid = pid
        self.comm = comm
        self.function = function
        self.samples = samples
        self.calls = calls
        self.callsLow = callsLow
        self.callsHigh = callsHigh
    }
}

/// How many calls of one process went through the vsyscall page, which no system call tracepoint sees. No latency is known.
package struct VsyscallCount: Sendable, Hashable {
    package var pid: Int32?
    package var comm: String
    /// `gettimeofday`, `time` or `getcpu`.
    package var name: String
    package var calls: UInt64

    package init(pid: Int32?, comm: String, name: String, calls: UInt64) {
        self.pid = pid
        self.comm = comm
        self.name = name
        self.calls = calls
    }
}

/// How served calls were looked for.
package enum VDSOTicks: Sendable, Hashable {
    /// User instruction pointers were sampled on every CPU, so many times a second.
    case on(hertz: UInt32)
    /// Nobody asked for it.
    case off
    /// It was asked for and could not be done: a sentence says why.
    case unavailable(String)
}
