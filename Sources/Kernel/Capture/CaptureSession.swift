import Aggregation
import BPFRuntime
import CLinux
import CSyslatABI
import Glibc
import LatencyHistogram
package import Profile
import SyscallTable
import VDSO

/// One capture, from loading the programs to the profile.
///
/// Threading: everything runs on the calling thread, which must be the only one that handles SIGINT and SIGTERM.
package struct CaptureSession: ~Copyable {
    /// What a person who waits wants to see.
    package struct Progress: Sendable {
        package var elapsedNanoseconds: UInt64
        package var completed: UInt64
        package var lost: UInt64
    }

    /// Who is told of what happens while it records.
    struct Observer {
        let interval: (Interval) -> Void
        let progress: (Progress) -> Void
    }

    let options: CaptureOptions
    let probes: Probes
    let loop: EventLoop
    let scope: String
    let floor: UInt64?
    let vdso: VDSOLayout
    let selfTest: SelfTest
    /// Samples user code for the estimate of served calls.
    var sampler: VDSOTicker
    /// The clock sources that were in force, in order.
    var clocksources = [Host.clocksource()]
    var callerFiles = CallerFiles()
    /// Which calls are measured.
    var sampling: SamplingControl
    var aggregator: Aggregator
    var remarks: [String] = []
    var notes: [String] = []
    /// What the intervals that have ended add up to.
    var completedIntervals: [CallProfile] = []
    /// Calls that the kernel side had lost when it was last asked.
    var lostInKernel: UInt64 = 0

    /// How long events may wait in the ring before they are consumed, unless it fills up faster.
    static let pollMilliseconds: Int32 = 50
    /// How long events of a quiet CPU may wait in its batch.
    static let flushNanoseconds: UInt64 = 1_000_000_000
    /// Null calls by which the probe floor is measured: about a millisecond.
    private static let calibrationCalls = 2000

    /// Checks the target, loads and attaches the programs, and measures the probe floor. Nothing is recorded yet.
    package init(_ options: CaptureOptions) throws(CaptureError) {
        try self.init(options, selfTest: SelfTest(effort: .quick) { $0.main })
    }

    /// The same with a self-test of the vDSO whose calls have been timed, and are made under the trace now.
    init(_ options: CaptureOptions, selfTest timed: SelfTest) throws(CaptureError) {
        var selfTest = timed
        let kernel = try KernelRequirements()
        try options.target.validate()
        try options.selection?.checkFits()
        let scope = options.target.phrase
        let loop = try EventLoop()
        let vdso = VDSOLayout(selfTest.vdso?.image)
        let probes = try CaptureSession.loadProbes(options, kernel: kernel, vdso: vdso)
        let (floor, costs) = try CaptureSession.calibrate(probes, &selfTest, options.sampling)
        let sampler = VDSOTicker(probes, hertz: vdso.isSelected(options.selection) ? options.vdsoTickHertz : nil)
        loop.add(probes.ring.descriptor, edgeTriggered: true)
        aggregator = Aggregator(keepsProcessDistributions: options.keepsProcessDistributions)
        sampling = SamplingControl(options.sampling, target: options.target, costs: costs)
        self.options = options
        self.probes = probes
        self.loop = loop
        self.scope = scope
        self.floor = floor
        self.vdso = vdso
        self.selfTest = selfTest
        self.sampler = sampler
    }

    private static func loadProbes(
        _ options: CaptureOptions, kernel: KernelRequirements, vdso: VDSOLayout
    ) throws(CaptureError) -> Probes {
        if !kernel.hasBTF && options.btfPath == nil {
            throw CaptureError(
                "This kernel (\(kernel.release)) carries no BTF (/sys/kernel/btf/vmlinux), the description of its data that the "
                    + "programs need. Give it a file with --btf FILE: BTFHub has them for many kernels, and "
                    + "`pahole --btf_encode_detached FILE vmlinux` makes one from a kernel with debug information.")
        }
        if let path = options.btfPath { try BTFFile.check(path, carriesOwn: kernel.hasBTF) }
        do throws(BPFError) {
            return try Probes(
                options: options, kernel: kernel, vdso: vdso, typed: kernel.hasTypedPrograms && options.btfPath == nil)
        } catch {
            throw CaptureError(error)
        }
    }

    /// The p50 of a call that does nothing, made by this thread under the very programs of the capture, and what such a call takes
    /// longer, if a budget depends on that. The self-test's calls are made under them as well.
    private static func calibrate(
        _ probes: borrowing Probes, _ selfTest: inout SelfTest, _ policy: SamplingPolicy
    ) throws(CaptureError) -> (floor: UInt64?, costs: CallCosts) {
        var aggregator = Aggregator()
        // In this order, and the other way round: while this process is in the watch list its children are not followed.
        probes.enter(SYSLAT_CALIBRATING)
        do throws(BPFError) { try probes.watch(pid: getpid()) } catch { throw CaptureError(error) }
        for _ in 0..<calibrationCalls { clinux_null_call() }
        var costs = CallCosts.unknown
        if case .budget = policy {
            var discarded = Aggregator()
            costs = CallCosts(probes, untraced: selfTest.nullCall?.median) {
                _ = unsafe probes.ring.consume { unsafe discarded.consume($0) }
            }
        }
        selfTest.makeCalls { _ = unsafe probes.ring.consume { unsafe aggregator.consume($0) } }
        do throws(BPFError) {
            try probes.watch(pid: getpid(), false)
            probes.enter(SYSLAT_IDLE)
            drain(probes, into: &aggregator)
            try probes.clearShares()
            try probes.clearCallers()
        } catch {
            throw CaptureError(error)
        }
        selfTest.see(aggregator.processes { _ in nil }.origins)
        let null = aggregator.calls().first { $0.id.name == "getppid" }
        return (null?.distribution(of: .ran).value(at: .p50), costs)
    }

    /// Takes in what lies in the ring and in all batches. Only while nothing is recorded: batches are read, not emptied.
    @discardableResult
    static func drain(
        _ probes: borrowing Probes, into aggregator: inout Aggregator
    ) -> syslat_counters {
        _ = unsafe probes.ring.consume { unsafe aggregator.consume($0) }
        for batch in probes.batches() { unsafe batch.withUnsafeBytes { unsafe aggregator.consume($0) } }
        return probes.counters()
    }

    /// Records until the duration is over, the target has ended or a signal comes, and gives the profile. The intervals of a
    /// time series are not in it: they are handed over one by one.
    /// - Parameters:
    ///   - onProgress: called a few times a second.
    ///   - onInterval: called with each interval of a time series as it ends.
    package consuming func run(
        onProgress: @escaping (Progress) -> Void = { _ in }, onInterval: @escaping (Interval) -> Void = { _ in }
    ) throws(CaptureError) -> Profile {
        let observer = Observer(interval: onInterval, progress: onProgress)
        guard case .command(let command, _) = options.target else {
            let recording = try record(processes: watchedProcesses(), observer: observer)
            return try profile(of: recording, observer)
        }
        let launched = try LaunchedCommand(command)
        try launched.waitUntilAsleep()
        try watch(launched.pid)
        loop.add(launched.descriptor, edgeTriggered: false)
        let recording = try record(command: launched, observer: observer)
        var result = try profile(of: recording, observer)
        result.capture.command = command.arguments
        result.capture.exitStatus = try waitForEnd(of: launched, recording)
        return result
    }
}
