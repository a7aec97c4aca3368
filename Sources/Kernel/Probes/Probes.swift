package import BPFRuntime
import CSyslatABI
import Glibc

/// The programs of one capture, loaded and attached, and the memory that steers them and holds their results.
///
/// Ownership: everything is detached and unloaded when it goes away, and by the kernel if the process dies.
package struct Probes: ~Copyable {
    /// What the programs deliver.
    package let ring: RingBuffer
    /// The kernel side names the files of callers. Otherwise they must be looked up while the process is alive.
    package let namesCallers: Bool
    package let programSet: ProgramSet
    /// Requests to io_uring are watched: they were asked for, and the kernel has the tracepoints.
    package var watchesRequests: Bool { links.watchesRequests }

    let object: BPFObject
    let control: ControlPage
    let shares: CPUShares
    let slots: CallSlots
    let programs: ProgramSet.Programs
    let recordingPhase: syslat_phase
    private let links: Links

    private struct Links: ~Copyable {
        let fork, exec, exit: BPFLink
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
    package init(_ options: ProbeOptions, _ features: KernelFeatures) throws(BPFError) {
        var isConcurrent = features.cpuShares(limit: options.cpuShareLimit) < features.cpuLimit
        var loaded = try Loaded.load(options, features, isConcurrent: isConcurrent)
        // Only the loaded programs tell, at no cost, which tracepoint it is. On kernels that may preempt programs they are loaded anew.
        if !isConcurrent, loaded.mayBePreempted() {
            isConcurrent = true
            loaded = try Loaded.load(options, features, isConcurrent: true)
        }
        try self.init(loaded, options, features)
    }

    private init(_ loaded: consuming Loaded, _ options: ProbeOptions, _ features: KernelFeatures) throws(BPFError) {
        let (set, programs, config) = (loaded.set, loaded.programs, loaded.config)
        let object = loaded.object()
        for name in ["cpus", "slots", "watch", "threads", "blocks"] { object.discardInitialValue(of: ".bss.\(name)") }
        let ring = try RingBuffer(object.map("events"))
        let control = try ControlPage(object)
        let shares = try CPUShares(object, count: Int(config.cpu_mask) + 1)
        let slots = try CallSlots(object, count: Int(config.slot_mask) + 1)
        switch options.scope {
        case .cgroup(let path): try WatchList.watch(cgroup: path, in: object)
        case .all: try WatchList.watchAllOthers(in: object)
        case .processes: break
        }
        let fork = try object.attach(programs.fork)
        let exec = try object.attach(programs.exec)
        let exit = try object.attach(programs.exit)
        let work = programs.workHooks.firstLink(in: object)
        if work != nil { control.setFindsEndOfWork() }
        let sysExit = try object.attach(programs.sysExit)
        let sysEnter = try object.attach(programs.sysEnter)
        // The tracepoint is there where the kernel emulates the page (CONFIG_X86_VSYSCALL_EMULATION).
        let vsyscall = try? object.attach("vsyscall")
        let requests = programs.watchesRequests ? RequestHooks(object) : nil

        self.object = object
        self.ring = ring
        self.control = control
        self.shares = shares
        self.slots = slots
        self.programs = programs
        programSet = set
        namesCallers = features.looksUpMappings
        recordingPhase = options.scope.isCgroup ? SYSLAT_RECORDING_CGROUP : SYSLAT_RECORDING
        links = Links(
            fork: fork, exec: exec, exit: exit, work: work, sysExit: sysExit, sysEnter: sysEnter, vsyscall: vsyscall,
            requests: requests)
    }
}

/// Programs that are loaded but not attached yet.
private struct Loaded: ~Copyable {
    let set: ProgramSet
    let programs: ProgramSet.Programs
    let config: syslat_config
    private let loaded: BPFObject

    /// Loads all programs that the kernel takes. It refuses one whose hook it lacks, and with that one all others: the hooks behind the work
    /// of calls and the programs that see requests can be left out.
    static func load(_ options: ProbeOptions, _ features: KernelFeatures, isConcurrent: Bool) throws(BPFError) -> Loaded {
        let set = ProgramSet.best(options, features, isConcurrent: isConcurrent)
        let hooks = set.workHooks(features)
        var fewer = options
        fewer.watchesRequests = false
        for (options, hooks) in [(options, hooks), (options, []), (fewer, hooks)] {
            if let loaded = try? Loaded(options, features, set, workHooks: hooks, isConcurrent: isConcurrent) { return loaded }
        }
        return try Loaded(fewer, features, set, workHooks: [], isConcurrent: isConcurrent)
    }

    private init(
        _ options: ProbeOptions, _ features: KernelFeatures, _ set: ProgramSet, workHooks: [String], isConcurrent: Bool
    ) throws(BPFError) {
        let programs = set.programs(
            naming: features.looksUpMappings, workHooks: workHooks, watchesRequests: options.watchesRequests)
        let config = syslat_config(options, features, set, isConcurrent: isConcurrent)
        let opened = try OpenBPFObject(name: "syslat", image: set.image, btfPath: options.btfPath)
        try opened.setInitialValue(of: ".rodata.config", to: config)
        try opened.setEntries(of: "events", to: options.ringBytes)
        if !options.samples { try opened.setEntries(of: "unmeasured", to: 1) }
        opened.setAutoload { programs.contains($0) }
        loaded = try opened.load()
        (self.set, self.programs, self.config) = (set, programs, config)
    }

    /// Whether the kernel may preempt a program on the tracepoints of system calls: then another thread's program finds the batch in use.
    /// Assumed of a kernel that doesn't tell.
    ///
    /// Up to Linux 6.18 tracepoints run programs with preemption off (__BPF_DECLARE_TRACE_SYSCALL, include/trace/bpf_probe.h); a program
    /// that is preempted on a later kernel is skipped on its CPU until it goes on (`active` of struct bpf_prog). Those calls are lost, with
    /// the causes `recursion` and `missed_exit`.
    func mayBePreempted() -> Bool {
        let call = loaded.tracepoint(of: programs.sysEnter)
        guard KernelProbe.takesSleepingProgram(on: call) ?? true else { return false }
        // Linux up to 6.1 takes such a program for any tracepoint, without a look at what it is. Later ones tell those of system calls
        // from all others.
        guard call != nil, let other = loaded.tracepoint(of: programs.exit) else { return true }
        return KernelProbe.takesSleepingProgram(on: other) != true
    }

    consuming func object() -> BPFObject { loaded }
}
