/// The machine and boot that a profile was made on.
public struct Host: Sendable, Hashable {
    /// `uname -r` and `uname -v`.
    public var kernelRelease: String
    public var kernelVersion: String
    /// `uname -m`.
    public var arch: String
    /// /proc/sys/kernel/random/boot_id: the unit that a comparison of kernels counts.
    public var bootID: String
    public var cpuModel: String
    public var microcode: String
    public var onlineCPUs: Int
    /// The kernel's current clock source.
    public var clocksource: String
    /// /sys/devices/system/cpu/vulnerabilities: name to state.
    public var mitigations: [String: String]
    /// The functions of the vDSO that the kernel maps into every process; empty where it maps none.
    public var vdsoSymbols: [String]

    public init(
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
public struct CaptureSummary: Sendable, Hashable {
    /// When the capture began, in nanoseconds since 1970-01-01 00:00 UTC.
    public var startedAtNanoseconds: UInt64
    public var durationNanoseconds: UInt64
    /// What was watched, as a phrase: `all processes`, `pid 1234 and its children`.
    public var scope: String
    /// The selection of system calls, as it was typed; nil for all.
    public var selection: String?
    /// The command that was run and its exit status (128 + signal number where a signal ended it).
    public var command: [String]?
    public var exitStatus: Int32?
    /// The p50 of a call that does nothing, under these same programs.
    public var probeFloorNanoseconds: UInt64?
    /// CPU time that syslat itself used while capturing.
    public var consumerCPUNanoseconds: UInt64
    /// What the programs in the kernel took; nil where the kernel kept no statistics of programs.
    public var programs: ProgramCost?
    /// How calls were sampled; nil where every call was measured.
    public var sampling: CallSampling?
    /// What the reader must know before trusting the figures, each a sentence.
    public var remarks: [String]
    /// What happened meanwhile and is in order, each a sentence.
    public var notes: [String]

    public init(
        startedAtNanoseconds: UInt64, durationNanoseconds: UInt64, scope: String, selection: String? = nil,
        command: [String]? = nil, exitStatus: Int32? = nil, probeFloorNanoseconds: UInt64? = nil,
        consumerCPUNanoseconds: UInt64 = 0, programs: ProgramCost? = nil, sampling: CallSampling? = nil, remarks: [String] = [], notes: [String] = []
    ) {
        self.startedAtNanoseconds = startedAtNanoseconds
        self.durationNanoseconds = durationNanoseconds
        self.scope = scope
        self.selection = selection
        self.command = command
        self.exitStatus = exitStatus
        self.probeFloorNanoseconds = probeFloorNanoseconds
        self.consumerCPUNanoseconds = consumerCPUNanoseconds
        self.programs = programs
        self.sampling = sampling
        self.remarks = remarks
        self.notes = notes
    }
}
