import Aggregation
import BPFRuntime
import CallSelection
import Glibc
package import Linux
package import Probes
package import Profile
import VDSO

/// Stands in the program as it is: packaging/make-release looks for it in a binary for another architecture, which can't be asked. Swift keeps
/// strings of up to 15 bytes in instructions, where nobody finds them.
private let versionInTheBinary: StaticString = "syslat version 0.1.0"
/// The version that every profile names.
package let syslatVersion = String(versionInTheBinary.description.dropFirst("syslat version ".utf8.count))

/// One capture, from loading the programs to the profile, driven by its owner.
///
/// ```
/// init ─► start ─► advance … advance ─► finish ─► detach
///                  snapshot at any time; endInterval and pause … resume in between
/// ```
/// Data from the kernel is taken in only while it advances: its owner must call ``advance(until:)`` at least every few seconds, or the
/// ring fills up.
///
/// Threading: one thread owns it, the only one that handles the signals that end a capture. Other threads get snapshots, which are values.
/// Ownership: programs, links and memory go away with it, and with the process.
package struct Session: ~Copyable {
    /// Why ``advance(until:)`` returned.
    package enum Stop: Sendable, Hashable {
        case deadline
        /// No process of the target is left.
        case targetEnded
        /// One that ends a capture, or another that the owner has ``loop`` handle.
        case signal(Int32)
        /// A descriptor or a timer that was added to ``loop``.
        case source(EventLoop.Source)
    }

    /// The stage of its life.
    enum Phase {
        case ready, recording, paused
        /// Recording has ended; what is in the kernel has yet to be taken in.
        case stopped
        case drained
    }

    /// For the owner to add descriptors and timers.
    package var loop: EventLoop
    let options: CaptureOptions
    let probes: Probes
    /// The target as the report names it.
    let targetName: String
    let calibration: Calibration
    var ticker: VDSOTicker
    var vdso: VDSOAccount
    /// Times a served call while there are ticks.
    var meter: ServedCallMeter
    private var nextMeterLook: UInt64 = 0
    var sampling: SamplingControl
    var intake: Intake
    /// nil if no single calls are kept.
    var slowCalls: SlowCallIntake?
    var files = FileIntake()
    /// As it was when a snapshot was first taken.
    var host: Host?
    /// Whose calls were in flight at the end of the last interval, and in the last snapshot.
    var intervalLooks = InFlightLooks()
    var snapshotLooks = InFlightLooks()
    var earlier = EarlierThreads()
    var watch: TargetWatch
    var phase = Phase.ready
    var times = RecordingTimes()
    /// When batches of quiet CPUs are sent next.
    var nextFlush: UInt64 = 0
    var notes: [String]
    /// When to look again whether processes that the target started still run.
    private var nextLookForDescendants: UInt64 = 0
    /// Requests to io_uring that were given up because their processes are gone.
    var removedRequests: UInt64 = 0
    /// Calls that the kernel side had lost at the last reading.
    var lostInKernel: UInt64 = 0
    /// The signal that ended it last.
    private var signal: Int32?

    /// How long events may wait in the ring before they are taken in, unless it fills up faster.
    private static let pollNanoseconds: UInt64 = 50_000_000
    /// How long events of a quiet CPU may wait in its batch.
    static let flushNanoseconds: UInt64 = 1_000_000_000
    /// How often to time a served call.
    private static let meterNanoseconds: UInt64 = 100_000_000
    /// How often to look whether processes that the target started still run.
    private static let descendantsNanoseconds: UInt64 = 250_000_000

    // MARK: Driving

    /// Begins to record. A command of the target is started.
    package mutating func start() throws(CaptureError) {
        precondition(phase == .ready, "a session starts once")
        notes += try watch.begin(probes, &loop)
        times = RecordingTimes(programs: ProgramCost(of: probes))
        probes.rescueSkippedCalls()
        sampling.start(probes, &intake.aggregator, cpuNanoseconds: times.cpuAtStart)
        slowCalls?.begin(probes)
        (times.skippedAtStart, times.skippedTasksAtStart) = (probes.skippedEntries, probes.skippedTasks)
        times.start = probes.startRecording()
        times.intervalStart = times.start
        nextFlush = times.start + sampling.firstLookNanoseconds
        ticker.start()
        phase = .recording
        try watch.release()
    }

    /// Takes in data until something happens that the owner must know, or until a time of ``Clock/monotonic``; forever if that is nil.
    package mutating func advance(until deadline: UInt64?) throws(CaptureError) -> Stop {
        while true {
            let now = Clock.monotonic
            if watch.hasEnded, try !awaitsDescendants(now) { return .targetEnded }
            let isDue = deadline.map { now >= $0 } ?? false
            probes.advanceCoarseClock(to: now)
            ticker.adapt(probes, at: now)
            if !ticker.isIdle, now >= nextMeterLook, calibration.selfTest.servesClock {
                nextMeterLook = now + Session.meterNanoseconds
                meter.look()
            }
            // What waits comes first: an owner who is late at every deadline must hear of a signal all the same.
            let event = loop.wait(until: isDue ? now : min(deadline ?? .max, now + Session.pollNanoseconds))
            intake.takeRing(probes)
            takeSlowCalls()
            try takeFiles()
            probes.rescueSkippedCalls()
            switch event {
            case .signal(let number):
                if Signals.thatEnd.contains(number) { signal = number }
                return .signal(number)
            case .processEnded(let pid): noteEnd(of: pid)
            case .timer(let source), .readable(let source): return .source(source)
            case nil: break
            }
            if now >= nextFlush { _ = try flush(now) }
            if isDue { return .deadline }
        }
    }

    /// Whether the target has ended, but processes that it started still run, and the capture waits for them.
    private mutating func awaitsDescendants(_ now: UInt64) throws(CaptureError) -> Bool {
        guard options.waitsForDescendants else { return false }
        guard now >= nextLookForDescendants else { return true }
        nextLookForDescendants = now + Session.descendantsNanoseconds
        return try explained { () throws(BPFError) in try !probes.watchedProcesses().isEmpty }
    }

    private mutating func noteEnd(of pid: Int32) {
        watch.noteEnd(of: pid)
        guard case .processes = options.target, !options.isWindowed else { return }
        notes.append("Process \(pid) ended \(times.phrase(of: Clock.monotonic)) after the capture began.")
    }

    /// Ends recording at one moment. ``endInterval()`` or ``finish()`` takes in what is left in the kernel.
    package mutating func stop() {
        guard phase == .recording || phase == .paused else { return }
        probes.stopRecording()
        ticker.stop()
        times.end = Clock.monotonic
        times.cpuAtEnd = Clock.ownCPU
        if let note = survivorsNote { notes.append(note) }
        if !ticker.isIdle, calibration.selfTest.servesClock { meter.look() }
        probes.waitForPrograms()
        phase = .stopped
    }

    /// Ends recording, if it has not ended, closes the books, and returns the profile.
    package mutating func finish() throws(CaptureError) -> Profile {
        stop()
        try drain()
        sampling.finish(entered: entered, &intake.aggregator, cpu: times.cpuAtEnd)
        return try profile(at: times.end)
    }

    /// Detaches and unloads the programs. What is left is the command of the target, which may run on.
    /// - Parameter ending: what ends the command, unless a signal that ended the capture does.
    package consuming func detach(ending: Int32? = nil) -> DetachedTarget {
        let signal = signal ?? ending
        // Taken out one after the other, for Swift 6.2.
        let watch = self.watch
        let loop = self.loop
        return DetachedTarget(watch: watch, loop: loop, signal: signal)
    }

    // MARK: What it knows

    /// The p50 of a call that does nothing under the programs of this capture; nil if they saw none.
    package var probeFloor: UInt64? { calibration.floor?.nanoseconds }

    /// That the boundary was measured with calls that have something before their entry; nil if they have not.
    package var noteOnBoundary: String? { calibration.noteOnBoundary }

    /// Whether there are vDSO ticks, or why not.
    package var vdsoTicks: VDSOTicks { ticker.state }

    package var programSet: ProgramSet { probes.programSet }

    /// The kind of the programs at system calls, as the kernel calls it.
    package var programKind: String { probes.hooks.calls == .classic ? "classic" : probes.programSet.kind }

    /// What calls the programs.
    package var hooks: TracepointHooks { probes.hooks }

    /// What the functions of the vDSO cost, and which of them the programs saw entering the kernel.
    package var selfTest: SelfTest { calibration.selfTest }

    /// The progress, for a waiting user.
    package var progress: Progress {
        Progress(
            elapsedNanoseconds: Clock.monotonic - times.start, completed: intake.aggregator.completed,
            lost: lostInKernel + intake.aggregator.malformedEvents)
    }

    /// What a waiting user wants to see.
    package struct Progress: Sendable {
        package var elapsedNanoseconds: UInt64
        package var completed: UInt64
        package var lost: UInt64
    }
}

// MARK: Beginning

extension Session {
    /// Checks the target, loads and attaches the programs, and measures the probe floor. Nothing is recorded yet. Until all that is done a
    /// signal ends this process: there is nothing to lose.
    package init(_ options: CaptureOptions) throws(CaptureError) {
        try self.init(options, recorder: nil)
    }

    /// The same with a self-test of the vDSO whose calls have been timed; they are now repeated under the trace.
    package init(_ options: CaptureOptions, selfTest: SelfTest) throws(CaptureError) {
        try self.init(options, selfTest: selfTest, recorder: nil)
    }

    /// - Parameter recorder: gets each record of the ring as it comes.
    init(
        _ options: CaptureOptions, selfTest: SelfTest = SelfTest(effort: .quick) { $0.main }, recorder: RingRecorder?
    ) throws(CaptureError) {
        DescriptorLimit.raise()
        var loop = try EventLoop.forCapture()
        let watch = try TargetWatch(options.target, &loop)
        try options.validate()
        let targetName = options.target.phrase
        let layout = VDSOLayout(selfTest.vdso?.image)
        let probes = try Session.load(options, layout)
        var meter = ServedCallMeter(selfTest.vdso)
        let calibration = try Calibration(probes, selfTest, options.sampling) { meter.look() }
        try loop.addRings(of: probes)
        try loop.handleInterrupts()
        let ticker = VDSOTicker(probes, hertz: layout.isSelected(options.selection) ? options.vdsoTickHertz : nil)
        let aggregator = Aggregator(
            keepsProcessDistributions: options.keepsProcessDistributions, processRowLimit: options.processRowLimit,
            endedProcessLimit: options.endedProcessLimit, grouping: options.grouping, newestGroups: options.newestGroups)
        // Nothing can fail from here on.
        self.init(
            loop: loop, options: options, probes: probes, targetName: targetName, calibration: calibration, ticker: ticker,
            vdso: VDSOAccount(calibration.selfTest, layout), meter: meter,
            sampling: SamplingControl(options.sampling, target: options.target, costs: calibration.costs),
            intake: Intake(aggregator, recorder: recorder),
            slowCalls: options.slowCalls.map { SlowCallIntake($0, target: options.target) }, watch: watch,
            notes: options.selection?.notes ?? [])
    }

    private static func load(_ options: CaptureOptions, _ layout: VDSOLayout) throws(CaptureError) -> Probes {
        let features: KernelFeatures
        do throws(ProbesError) {
            features = try KernelFeatures()
            if let path = options.btfPath { try BTFFile.check(path, kernelCarriesOwn: features.hasBTF) }
        } catch {
            throw CaptureError(error)
        }
        if !features.hasBTF && options.btfPath == nil && !ProcFS.hasSys {
            throw CaptureError(
                "/sys isn't mounted here, so \(KernelFeatures.ownBTF) can't be read, the description of the kernel's data that the "
                    + "programs need. Mount it (mount -t sysfs sysfs /sys), or get a file that has it.", remedy: .btfFile)
        }
        if !features.hasBTF && options.btfPath == nil {
            throw CaptureError(
                "This kernel (\(features.release)) carries no BTF (no \(KernelFeatures.ownBTF)), the description of its data that "
                    + "the programs need. Get a file that has it: BTFHub has files for many kernels, and "
                    + "`pahole --btf_encode_detached FILE vmlinux` makes one from a kernel with debug information.",
                remedy: .btfFile)
        }
        let probes = try explained { () throws(BPFError) in try Probes(options.probes(layout), features) }
        if let wanted = options.programSet, wanted != probes.programSet {
            throw CaptureError(
                "The program set \(wanted.rawValue) can't be used here. This capture would use \(probes.programSet.rawValue).",
                kind: .wrongRequest)
        }
        if options.hook == .classic, probes.hooks.calls != .classic {
            throw CaptureError(
                "Classic hooks can't be used here: \(probes.hooks.obstacle ?? "the kernel doesn't tell why").", kind: .wrongRequest)
        }
        return probes
    }
}

extension EventLoop {
    fileprivate static func forCapture() throws(CaptureError) -> EventLoop {
        do throws(Errno) { return try EventLoop() } catch {
            throw CaptureError("Can't create the event loop: \(error).", ifTooMany: error)
        }
    }

    /// Signals that end a capture come as events.
    fileprivate mutating func handleInterrupts() throws(CaptureError) {
        do throws(Errno) { try handle(Signals.thatEnd) } catch {
            throw CaptureError("Can't handle signals: \(error).", ifTooMany: error)
        }
    }

    fileprivate mutating func addRings(of probes: borrowing Probes) throws(CaptureError) {
        do throws(Errno) {
            try add(ring: probes.ring.descriptor)
            try add(ring: probes.detailRing.descriptor)
        } catch {
            throw CaptureError("Can't wait for the ring: \(error).")
        }
    }
}
