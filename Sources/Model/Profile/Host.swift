/// The machine and boot that a profile was made on.
package struct Host: Sendable, Hashable {
    /// `uname -r` and `uname -v`.
    package var kernelRelease: String
    package var kernelVersion: String
    /// `uname -m`.
    package var arch: String
    /// /proc/sys/kernel/random/boot_id: the unit that a comparison of kernels counts.
    package var bootID: String
    package var cpuModel: String
    package var microcode: String
    package var onlineCPUs: Int
    /// The kernel's current clock source.
    package var clocksource: String
    /// /sys/devices/system/cpu/vulnerabilities: name to state.
    package var mitigations: [String: String]
    /// The functions of the vDSO that the kernel maps into every process; empty where it maps none.
    package var vdsoSymbols: [String]

    package init(
        kernelRelease: String, kernelVersion: String, arch: String, bootID: String, cpuModel: String, microcode: String,
        onlineCPUs: Int, clocksource: String, mitigations: [String: String], vdsoSymbols: [String] = []
    ) {
        self.kernelRelease = kernelRelease
        self.kernelVersion = kernelVersion
        self.arch = arch
        self.bootID = bootID
        self.cpuModel = cpuModel
        self.microcode = microcode
        self.onlineCPUs = onlineCPUs
        self.clocksource = clocksource
        self.mitigations = mitigations
        self.vdsoSymbols = vdsoSymbols
    }
}

/// How and when a profile was made.
package struct CaptureSummary: Sendable, Hashable {
    /// When recording began, in nanoseconds since 1970-01-01 00:00 UTC.
    package var startedAtNanoseconds: UInt64
    package var durationNanoseconds: UInt64
    /// What was watched, as a phrase: `all processes`, `pid 1234 and its children`.
    package var scope: String
    /// The selection of system calls, as it was typed; nil for all.
    package var selection: String?
    /// The command that was run and its exit status (128 + signal number where a signal ended it).
    package var command: [String]?
    package var exitStatus: Int32?
    /// The p50 of a call that does nothing, under these same programs.
    package var probeFloorNanoseconds: UInt64?
    /// What nine of ten such calls read, less the quickest tenth; nil where it isn't known.
    package var probeFloorSpread: ProbeFloorSpread?
    /// What called the programs at tracepoints; nil where it isn't known.
    package var hooks: CaptureHooks?
    /// CPU time that syslat itself used while capturing.
    package var consumerCPUNanoseconds: UInt64
    /// What the programs in the kernel took; nil where the kernel kept no statistics of programs.
    package var programs: ProgramCost?
    /// How calls were sampled; nil where every call was measured.
    package var sampling: CallSampling?
    /// What the reader must know before trusting the figures, each a sentence.
    package var warnings: [String]
    /// What happened meanwhile and is in order, each a sentence.
    package var notes: [String]

    package init(
        startedAtNanoseconds: UInt64, durationNanoseconds: UInt64, scope: String, selection: String? = nil,
        command: [String]? = nil, exitStatus: Int32? = nil, probeFloorNanoseconds: UInt64? = nil,
        probeFloorSpread: ProbeFloorSpread? = nil, hooks: CaptureHooks? = nil,
        consumerCPUNanoseconds: UInt64 = 0, programs: ProgramCost? = nil, sampling: CallSampling? = nil, warnings: [String] = [],
        notes: [String] = []
    ) {
        self.startedAtNanoseconds = startedAtNanoseconds
        self.durationNanoseconds = durationNanoseconds
        self.scope = scope
        self.selection = selection
        self.command = command
        self.exitStatus = exitStatus
        self.probeFloorNanoseconds = probeFloorNanoseconds
        self.probeFloorSpread = probeFloorSpread
        self.hooks = hooks
        self.consumerCPUNanoseconds = consumerCPUNanoseconds
        self.programs = programs
        self.sampling = sampling
        self.warnings = warnings
        self.notes = notes
    }
}

/// What called the programs of a capture. The hook at system calls is a part of every latency.
package struct CaptureHooks: Sendable, Hashable {
    package enum Hook: String, Sendable, Hashable, CaseIterable {
        /// The tracepoint itself, with typed arguments.
        case typed = "tp_btf"
        /// The tracepoint itself, with raw arguments.
        case raw = "raw_tp"
        /// A perf event of the tracepoint, with preemption off.
        case perfEvent = "perf_event"
    }

    /// At system calls.
    package var calls: Hook
    /// At all other tracepoints.
    package var others: Hook

    package init(calls: Hook, others: Hook) { (self.calls, self.others) = (calls, others) }
}

/// How much the calls differ by which the probe floor is measured: their 10th and 90th percentile, in nanoseconds.
package struct ProbeFloorSpread: Sendable, Hashable {
    package var low, high: UInt64

    package init(low: UInt64, high: UInt64) { (self.low, self.high) = (low, high) }
}
