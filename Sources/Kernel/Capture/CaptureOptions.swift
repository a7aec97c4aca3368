package import CallSelection
import Linux
package import Probes
package import Profile
import SyscallTable

/// The options of a capture.
package struct CaptureOptions: Sendable {
    package var target: Target
    /// The calls to watch; nil for all.
    package var selection: SyscallSelection?
    /// The selection as it was typed.
    package var selectionText: String?
    /// When a one-shot capture ends, counted from the start of recording; nil to go on until a signal or the end of the target.
    package var durationNanoseconds: UInt64?
    /// Whether the capture goes on until the processes that the target has started, and theirs, have ended too.
    package var waitsForDescendants = false
    /// Length of the intervals of a one-shot capture's time series; nil for none.
    package var intervalNanoseconds: UInt64?
    /// Size of the ring buffer in bytes: a power of two between ``smallestRing`` and ``largestRing``.
    package var ringBytes: Int
    /// A BTF file of the running kernel, for kernels that carry none.
    package var btfPath: String?
    /// Whether each process gets a histogram of its own.
    package var keepsProcessDistributions: Bool
    /// Which calls are measured; all of them are counted.
    package var sampling: SamplingPolicy
    /// Single calls to keep with their details; nil for none.
    package var slowCalls: SlowCallOptions?
    /// What the calls are grouped by, besides calls and processes; nil for nothing.
    package var grouping: CallGroups.Kind?
    /// How many groups of ended processes are kept, for a capture without an end whose owner takes note of them; nil to lose none.
    package var newestGroups: Int?
    /// vDSO ticks per second and CPU, at most; nil to make no estimate of served calls.
    package var vdsoTickHertz: UInt32?
    /// Limits the in-flight slots, for tests that need collisions.
    package var slotLimit: Int?
    /// Limits the CPU shares, for tests in which CPUs need to use one together.
    package var cpuShareLimit: Int?

    /// The program set to use even if another suits better; a capture that it can't serve fails. For tests.
    package var programSet: ProgramSet?
    /// The hook to use at every tracepoint, whatever the kernel needs; a capture that can't use it fails. For tests, and for benches whose
    /// kernels are to be traced alike.
    package var hook: TracepointHooks.Hook?
    /// Limits the rows of processes; nil for the usual limit.
    package var processRowLimit: Int?
    /// Limits the rows of ended processes, for a capture without an end that is looked at again and again; nil for as many as there is room for.
    package var endedProcessLimit: Int?
    /// For ``endedProcessLimit``: each look at such a capture has all rows, and a busy machine starts a hundred processes in a second.
    package static let endedProcessesOfEndlessCaptures = 1024
    /// Records in windows, whose owner knows what the processes are doing.
    var isWindowed = false

    package static let smallestRing = 64 << 10
    package static let largestRing = 1 << 30
    package static let ringSizes = smallestRing...largestRing
    package static let defaultRing = 8 << 20
    /// Not a multiple of usual timer rates, to keep the ticks out of step with the timer.
    package static let defaultVDSOTickHertz: UInt32 = 997
    package static let vdsoTickHertzRange: ClosedRange<UInt32> = 1...10_000

    package init(
        target: Target, selection: SyscallSelection? = nil, selectionText: String? = nil, durationNanoseconds: UInt64? = nil,
        intervalNanoseconds: UInt64? = nil, ringBytes: Int = defaultRing, btfPath: String? = nil,
        programSet: ProgramSet? = nil, keepsProcessDistributions: Bool = false,
        sampling: SamplingPolicy = .everyCall, vdsoTickHertz: UInt32? = defaultVDSOTickHertz, slotLimit: Int? = nil,
        cpuShareLimit: Int? = nil
    ) {
        self.target = target
        self.selection = selection
        self.selectionText = selectionText
        self.durationNanoseconds = durationNanoseconds
        self.intervalNanoseconds = intervalNanoseconds
        self.ringBytes = ringBytes
        self.btfPath = btfPath
        self.programSet = programSet
        self.keepsProcessDistributions = keepsProcessDistributions
        self.sampling = sampling
        self.vdsoTickHertz = vdsoTickHertz
        self.slotLimit = slotLimit
        self.cpuShareLimit = cpuShareLimit
    }
}

extension CaptureOptions {
    /// Errors: requests that no host can fulfil.
    func validate() throws(CaptureError) {
        try target.validate()
        if grouping == .cgroup, CgroupHierarchy.current == nil {
            throw CaptureError("Calls can't be grouped by cgroup: this kernel has none.", kind: .wrongRequest)
        }
        if grouping == .file, sampling != .everyCall {
            throw CaptureError(
                "Calls are grouped by file only where each of them is measured: leave out --sample and --max-overhead.",
                kind: .wrongRequest)
        }
        guard let selection, selection.numbersBeyondBitmap > SyscallSelection.mostNumbersBeyondBitmap else { return }
        throw CaptureError(
            "\(selection.numbersBeyondBitmap) numbers outside 0 to \(SyscallSelection.bitmapBits - 1) are selected, but at most "
                + "\(SyscallSelection.mostNumbersBeyondBitmap) fit. Select fewer.", kind: .wrongRequest)
    }

    /// The options of the programs.
    func probes(_ layout: VDSOLayout) -> ProbeOptions {
        var options = ProbeOptions(scope: target.scope, selection: selection, ringBytes: ringBytes)
        options.isSampled = sampling != .everyCall
        // A window has the calls of a workload and nothing else.
        options.watchesRequests = !isWindowed && selection?.includesRequests ?? true
        options.slowCalls = slowCalls.map { SlowCallWatch($0) }
        options.grouping =
            switch grouping {
            case .thread: .thread
            case .cgroup: .cgroup(CgroupHierarchy.current ?? .unified)
            case .file: .file(places: ArgumentPlaces.init(of:))
            case .comm, nil: nil
            }
        options.btfPath = btfPath
        options.vdso = layout.regions
        options.programSet = programSet
        options.hook = hook
        (options.slotLimit, options.cpuShareLimit) = (slotLimit, cpuShareLimit)
        return options
    }
}

/// Which calls a capture measures.
package enum SamplingPolicy: Sendable, Hashable {
    case everyCall
    /// 1 of 2^shift, 1 ... ``CallSampling/largestShift``.
    case fixed(shift: UInt8)
    /// As many as an overhead of this share of the target's CPU time allows: 0.01 for 1 %.
    case budget(Double)
}
