package import BPFRuntime
import CSyslatABI
import Glibc

/// The programs of one capture, loaded and attached, and the memory that steers them and holds their results.
///
/// Ownership: everything is detached and unloaded when it goes away, and by the kernel if the process dies.
package struct Probes: ~Copyable {
    /// What the programs deliver.
    package let ring: RingBuffer
    /// The details of slow calls.
    package let detailRing: RingBuffer
    /// The kernel side names the files of callers. Otherwise they must be looked up while the process is alive.
    package let namesCallers: Bool
    package let programSet: ProgramSet
    package let hooks: TracepointHooks
    /// Requests to io_uring are watched: they were asked for, and the kernel has the tracepoints.
    package var watchesRequests: Bool { links.watchesRequests }

    let object: BPFObject
    let control: ControlPage
    let thresholds: ThresholdTable
    let shares: CPUShares
    let slots: CallSlots
    let programs: ProgramSet.Programs
    let recordingPhase: syslat_phase
    private let rescue: Rescue?
    private let links: Links

    private struct Links: ~Copyable {
        let fork, exec, exit: BPFLink
        /// nil if it isn't noted where calls sleep.
        let taskSwitch: BPFLink?
        /// nil where the kernel lets no program attach after the work that calls leave.
        let work: BPFLink?
        let sysExit, sysEnter: BPFLink
        /// Not on kernels without the tracepoint.
        let vsyscall: BPFLink?
        let requests: RequestHooks?

        var watchesRequests: Bool {
            switch requests {
            case .some: true
            case nil: false
            }
        }
    }

    /// Loads and attaches. Nothing is recorded before ``startRecording()``.
    package init(_ options: ProbeOptions, _ features: KernelFeatures) throws(BPFError) { self = try Probes.made(options, features) }

    private static func made(_ options: ProbeOptions, _ features: KernelFeatures) throws(BPFError) -> Probes {
        // Only loaded programs tell whether there is more to find out, which costs nothing. Where the release suggests that there is, small
        // ones are asked first, and the large ones are loaded only once.
        if options.hook != .classic, !features.isLikelyToPreempt {
            let loaded = try Loaded.load(options, features, .direct)
            guard loaded.mayBePreempted() else { return try Probes(loaded, options, features, Attacher(events: nil)) }
        }
        let search = HookSearch(options, features)
        let hooks = search.hooks
        do throws(BPFError) {
            return try Probes(Loaded.load(options, features, hooks), options, features, search.attacher())
        } catch {
            guard !hooks.areDirect else { throw error }
            let direct = TracepointHooks(calls: .direct, others: .direct, obstacle: "\(error)")
            return try Probes(Loaded.load(options, features, direct), options, features, Attacher(events: nil))
        }
    }

    /// Sees to it that the kernel skips no more classic programs if it has begun to. Call it repeatedly: what was skipped before is lost.
    package func rescueSkippedCalls() {
        guard let rescue, !rescue.isSettled else { return }
        guard statistics().entry.recursionMisses + statistics().exit.recursionMisses + taskMisses > 0 else { return }
        rescue.begin(control, object)
    }

    private init(
        _ loaded: consuming Loaded, _ options: ProbeOptions, _ features: KernelFeatures, _ attacher: consuming Attacher
    ) throws(BPFError) {
        let (set, programs, config, hooks) = (loaded.set, loaded.programs, loaded.config, loaded.hooks)
        let object = loaded.object()
        for name in ["cpus", "slots", "watch", "threads", "blocks"] { object.discardInitialValue(of: ".bss.\(name)") }
        let ring = try RingBuffer(object.map("events"))
        let detailRing = try RingBuffer(object.map("details"))
        let thresholds = try ThresholdTable(object, options)
        let control = try ControlPage(object)
        let shares = try CPUShares(object, count: Int(config.cpu_mask) + 1)
        if options.countsFiles { try FileTable.prepare(object, options) }
        let slots = try CallSlots(object, count: Int(config.slot_mask) + 1)
        switch options.scope {
        case .cgroup(let path): try WatchList.watch(cgroup: path, in: object)
        case .all: try WatchList.watchAllOthers(in: object)
        case .processes: break
        }
        let fork = try attacher.attach(programs.fork, of: object)
        let exec = try attacher.attach(programs.exec, of: object)
        let exit = try attacher.attach(programs.exit, of: object)
        let work = attacher.firstLink(programs.workHooks, of: object)
        if work != nil { control.setFindsEndOfWork() }
        let taskSwitch: BPFLink? =
            switch programs.taskSwitch {
            case let program?: try object.attach(program)
            case nil: nil
            }
        let sysExit = try attacher.attach(programs.sysExit, of: object)
        let sysEnter = try attacher.attach(programs.sysEnter, of: object)
        // The tracepoint is there where the kernel emulates the page (CONFIG_X86_VSYSCALL_EMULATION).
        let vsyscall = try? attacher.attach(programs.vsyscall, of: object)
        let requests = programs.requests.flatMap { RequestHooks($0, attacher, object) }

        self.object = object
        self.ring = ring
        self.detailRing = detailRing
        self.thresholds = thresholds
        self.control = control
        self.shares = shares
        self.slots = slots
        self.programs = programs
        programSet = set
        self.hooks = hooks
        namesCallers = features.looksUpMappings
        rescue = programs.rescue.map { Rescue($0) }
        recordingPhase = options.scope.isCgroup ? SYSLAT_RECORDING_CGROUP : SYSLAT_RECORDING
        links = Links(
            fork: fork, exec: exec, exit: exit, taskSwitch: taskSwitch, work: work, sysExit: sysExit, sysEnter: sysEnter,
            vsyscall: vsyscall,
            requests: requests)
    }
}

/// Programs that are loaded but not attached yet.
private struct Loaded: ~Copyable {
    let set: ProgramSet
    let programs: ProgramSet.Programs
    let config: syslat_config
    let hooks: TracepointHooks
    private let loaded: BPFObject

    /// Loads all programs that the kernel takes. It refuses one whose hook it lacks, and with that one all others: the hooks behind the work
    /// of calls and the programs that see requests can be left out.
    static func load(
        _ options: ProbeOptions, _ features: KernelFeatures, _ hooks: TracepointHooks
    ) throws(BPFError) -> Loaded {
        let isConcurrent = hooks.arePreemptible || features.cpuShares(limit: options.cpuShareLimit) < features.cpuLimit
        let set = ProgramSet.best(options, features, isConcurrent: isConcurrent)
        let config = syslat_config(options, features, set, hooks, isConcurrent: isConcurrent)
        let workHooks = set.workHooks(features)
        func load(_ workHooks: [String], rescues: Bool, requests: Bool) throws(BPFError) -> Loaded {
            let programs = set.programs(
                hooks, naming: features.looksUpMappings, workHooks: workHooks, rescues: rescues, watchesRequests: requests,
                keepsCalls: options.looksAtCalls, notesSleep: options.notesSleep)
            return try Loaded(options, set, programs, config, hooks, image: set.image(features))
        }
        let requests = options.watchesRequests
        // CPUs that share their memory can't tell whose event has been handled.
        if !isConcurrent, set.rescues(hooks, features), let loaded = try? load(workHooks, rescues: true, requests: requests) {
            return loaded
        }
        for (workHooks, requests) in [(workHooks, requests), ([], requests), (workHooks, false)] {
            if let loaded = try? load(workHooks, rescues: false, requests: requests) { return loaded }
        }
        return try load([], rescues: false, requests: false)
    }

    private init(
        _ options: ProbeOptions, _ set: ProgramSet, _ programs: ProgramSet.Programs, _ config: syslat_config,
        _ hooks: TracepointHooks, image: [UInt8]
    ) throws(BPFError) {
        let opened = try OpenBPFObject(name: "syslat", image: image, btfPath: options.btfPath)
        try opened.setInitialValue(of: ".rodata.config", to: config)
        try opened.setEntries(of: "events", to: options.ringBytes)
        if !options.samples { try opened.setEntries(of: "unmeasured", to: 1) }
        if let slowCalls = options.slowCalls { try opened.setEntries(of: "longest", to: slowCalls.longestEntries) }
        if options.notesSleep {
            try opened.setEntries(of: "sleeps", to: Int(config.slot_mask) + 1)
            try opened.setEntries(of: "sleep_stacks", to: Int(SYSLAT_SLEEP_STACKS))
        }
        if options.countsFiles { try FileTable.setSizes(opened, options) }
        try opened.setEntries(of: "details", to: options.slowCalls?.ringBytes ?? Int(sysconf(Int32(_SC_PAGESIZE))))
        opened.setAutoload { programs.contains($0) }
        loaded = try opened.load()
        (self.set, self.programs, self.config, self.hooks) = (set, programs, config, hooks)
    }

    /// Whether the kernel may preempt programs that tracepoints call.
    func mayBePreempted() -> Bool { (try? loaded.run("may_be_preempted")) != 0 }

    consuming func object() -> BPFObject { loaded }
}
