import BPFObjects
import BPFRuntime
import CLinux
import CSyslatABI
import Glibc
import Linux
import Profile
import SyscallTable
import Synchronization

/// The programs of one capture, loaded and attached, with the memory by which they are steered.
///
/// Ownership: everything is detached and unloaded when it goes away, and by the kernel if the process dies.
struct Probes: ~Copyable {
    let ring: RingBuffer
    let object: BPFObject
    private let control: MappedMemory
    private let cpus: MappedMemory
    private let shareCount: Int
    let slots: CallSlots
    private let links: Links
    /// Not on kernels without the tracepoint.
    private let vsyscallLink: BPFLink?
    /// The kernel side names the files of callers; else they must be looked up while their process lives.
    let namesCallers: Bool
    /// The typed twins are in use, or those for kernels without BTF of their own.
    let isTyped: Bool
    private let programs: ProgramChoice
    private let recordingPhase: syslat_phase

    private struct Links: ~Copyable {
        let fork: BPFLink
        let exec: BPFLink
        let exit: BPFLink
        let sysExit: BPFLink
        let sysEnter: BPFLink
    }

    /// Loads and attaches. Nothing is recorded before ``enter(_:)`` says so.
    init(options: CaptureOptions, kernel: KernelRequirements, vdso: VDSOLayout, typed: Bool) throws(BPFError) {
        let possibleSlots = Int(SYSLAT_MAX_SLOTS)
        var slotCount = 64
        while slotCount < min(kernel.pidLimit, options.slotLimit ?? possibleSlots, possibleSlots) { slotCount *= 2 }
        let programs = ProgramChoice(options, kernel, typed: typed)

        let opened = try OpenBPFObject(name: "syslat", image: BPFObjects.syslat, btfPath: options.btfPath)
        var config = Probes.configuration(
            options: options, kernel: kernel, programs: programs, slotCount: slotCount, direct: kernel.pidLimit <= slotCount)
        vdso.fill(&config)
        try opened.setInitialValue(of: ".rodata.config", to: config)
        try opened.setEntries(of: "events", to: options.ringBytes)
        if options.sampling == .everyCall { try opened.setEntries(of: "unmeasured", to: 1) }
        opened.setAutoload { programs.has($0) }
        let object = try opened.load()
        for name in ["cpus", "slots", "watch", "threads", "blocks"] { object.discardInitialValue(of: ".bss.\(name)") }

        let ring = try RingBuffer(object.map("events"))
        let control = try MappedMemory(object.map(".data.control"), writable: true)
        // No more than is in use: what is mapped counts as memory of ours, whether it is read or not.
        let shareCount = Int(config.cpu_mask) + 1
        let cpus = try MappedMemory(object.map(".bss.cpus"), first: shareCount * MemoryLayout<syslat_cpu>.stride, writable: true)
        let slots = try CallSlots(object, count: slotCount)
        switch options.target {
        case .cgroup(let path): try Probes.watch(cgroup: path, in: object.map("cgroup"))
        case .all: try Probes.watchAllOthers(in: object.map(".bss.watch"))
        case .processes, .command: break
        }
        let fork = try object.attach(programs.twin("task_fork"))
        let exec = try object.attach(programs.twin("task_exec"))
        let exit = try object.attach(programs.twin("task_exit"))
        let sysExit = try object.attach(programs.sysExit)
        let sysEnter = try object.attach(programs.sysEnter)
        let vsyscall = Probes.attachVsyscall(object)

        self.object = object
        self.ring = ring
        self.control = control
        self.cpus = cpus
        self.shareCount = shareCount
        self.slots = slots
        links = Links(fork: fork, exec: exec, exit: exit, sysExit: sysExit, sysEnter: sysEnter)
        vsyscallLink = vsyscall
        namesCallers = kernel.canLookUpMappings
        isTyped = typed
        self.programs = programs
        recordingPhase = options.target.isCgroup ? SYSLAT_RECORDING_CGROUP : SYSLAT_RECORDING
    }

    /// The tracepoint is there where the kernel emulates the page (CONFIG_X86_VSYSCALL_EMULATION).
    private static func attachVsyscall(_ object: borrowing BPFObject) -> BPFLink? {
        do throws(BPFError) { return try object.attach("vsyscall") } catch { return nil }
    }

    private static func configuration(
        options: CaptureOptions, kernel: KernelRequirements, programs: ProgramChoice, slotCount: Int, direct: Bool
    ) -> syslat_config {
        var config = syslat_config()
        config.self_tgid = UInt32(getpid())
        config.calibrating_tid = UInt32(clinux_gettid())
        switch options.target {
        case .processes(_, let follow), .command(_, let follow):
            config.follow = follow ? 1 : 0
            config.forgets_ended = 1
        case .all, .cgroup: break
        }
        config.slot_mask = UInt32(slotCount - 1)
        config.direct_slots = direct ? 1 : 0
        config.cpu_mask = UInt32(kernel.cpuShares(limit: options.cpuShareLimit) - 1)
        config.knows_threads = programs.areFast ? 1 : 0
        config.concurrent = kernel.hasConcurrentPrograms(shareLimit: options.cpuShareLimit) ? 1 : 0
        config.wake_bytes = UInt32(options.ringBytes / 4)
        config.sampling = options.sampling == .everyCall ? 0 : 1
        if let selection = options.selection { selection.fill(&config) }
        return config
    }

    /// Watches every process, those to come as well, but this one.
    private static func watchAllOthers(in list: BPFMap) throws(BPFError) {
        let memory = try MappedMemory(list, writable: true)
        // A byte for each process id.
        unsafe memset(memory.base, 1, memory.size)
        unsafe memory.base.storeBytes(of: 0, toByteOffset: Int(getpid()), as: UInt8.self)
    }

    private static func watch(cgroup path: String, in map: BPFMap) throws(BPFError) {
        let descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw BPFError("open the cgroup \(path)", code: errno) }
        defer { close(descriptor) }
        try map.update(UInt32(0), to: UInt32(bitPattern: descriptor))
    }

    // MARK: Steering

    /// Tells the programs what to do from now on. Every program that starts after this call sees it.
    func enter(_ phase: syslat_phase) { changeEpoch(phase) }

    /// Begins an epoch, in which nothing holds that the programs know of threads: in another phase, or in the same one. To be called
    /// after whatever has changed.
    private func changeEpoch(_ phase: syslat_phase? = nil) {
        // `epoch` is the first word of the mapped struct syslat_control; the programs only read it.
        let epoch = unsafe control.base.assumingMemoryBound(to: Atomic<UInt32>.self)
        let bits = UInt32(SYSLAT_EPOCH_PHASE_BITS)
        let last = unsafe epoch.pointee.load(ordering: .relaxed)
        let changes = (last >> bits) &+ 1
        unsafe epoch.pointee.store(
            changes << bits | (phase?.rawValue ?? last & (1 << bits - 1)), ordering: .sequentiallyConsistent)
    }

    /// Begins recording, and says when that was (CLOCK_MONOTONIC).
    func startRecording() -> UInt64 {
        let now = ProcFS.monotonicNanoseconds()
        set(\.recording_start_ns, to: now)
        set(\.coarse_now_ns, to: now)
        resumeRecording()
        return now
    }

    /// Goes on recording.
    func resumeRecording() { enter(recordingPhase) }

    /// Measures 1 of 2^shift calls from now on. Only where the options ask for sampling.
    func sample(shift: UInt8) {
        set(\.sampling_shift, to: UInt32(shift))
        changeEpoch()
    }

    /// Says what time it is (CLOCK_MONOTONIC): calls that are not measured begin by this clock.
    func advanceCoarseClock(to now: UInt64) { set(\.coarse_now_ns, to: now) }

    /// Says what time a vDSO tick stands for, in nanoseconds.
    func setTickPeriod(_ period: UInt64) { set(\.tick_period_ns, to: period) }

    /// The vDSO ticks until now; the count may begin again at 0.
    var vdsoTickCount: UInt32 {
        // Inside the mapped struct syslat_control; the programs write it.
        let address = unsafe control.base + MemoryLayout<syslat_control>.offset(of: \.vdso_ticks)!
        return unsafe address.assumingMemoryBound(to: Atomic<UInt32>.self).pointee.load(ordering: .relaxed)
    }

    private func set<Value: BitwiseCopyable>(_ field: KeyPath<syslat_control, Value>, to value: Value) {
        // Inside the mapped struct syslat_control; aligned words are written whole.
        unsafe control.base.storeBytes(of: value, toByteOffset: MemoryLayout<syslat_control>.offset(of: field)!, as: Value.self)
    }

    /// Watches a process, whose id must be one that Linux gives, or no longer does so.
    func watch(pid: Int32, _ isWatched: Bool = true) throws(BPFError) {
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let (index, offset) = Int(pid).quotientAndRemainder(dividingBy: page)
        // Only the page with the process's byte: all of the list would count as memory of ours.
        let memory = try MappedMemory(
            descriptor: object.map(".bss.watch").descriptor, size: page, offset: index * page, writable: true,
            name: "the watch list")
        unsafe memory.base.storeBytes(of: isWatched ? 1 : 0, toByteOffset: offset, as: UInt8.self)
        changeEpoch()
    }

    /// Empties the batches of all CPUs that have one waiting.
    ///
    /// Incomplete if one was in use just then, or its CPU is offline: that one waits for the next time, or for the end. Gives also
    /// the counters of all CPUs together.
    func flush() throws(BPFError) -> (isComplete: Bool, counters: syslat_counters) {
        var isComplete = true
        let counters = counters()
        for id in 0..<shareCount {
            guard unsafe share(id).pointee.batch.header.count > 0 else { continue }
            do throws(BPFError) {
                if try object.run("flush_batch", onCPU: id) != 0 { isComplete = false }
            } catch {
                guard error.code == ENXIO else { throw error }
                isComplete = false
            }
        }
        return (isComplete, counters)
    }

    // MARK: Reading

    /// The programs write it at any time; each counter is written whole.
    private func share(_ id: Int) -> UnsafeMutablePointer<syslat_cpu> {
        // The mapped array holds `shareCount` of them.
        unsafe cpus.base.assumingMemoryBound(to: syslat_cpu.self) + id
    }

    /// The counters of all CPUs and slots together.
    func counters() -> syslat_counters {
        var total = syslat_counters()
        for id in 0..<shareCount { total.add(unsafe share(id).pointee.counters) }
        total.entered += slots.entered
        return total
    }

    /// The events in the batches, each batch as a record of the ring. Only while nothing is recorded.
    func batches() -> [[UInt8]] {
        (0..<shareCount).compactMap { id in
            var batch = unsafe share(id).pointee.batch
            let count = min(Int(batch.header.count), Int(SYSLAT_BATCH_EVENTS))
            guard count > 0 else { return nil }
            batch.header.version = UInt16(SYSLAT_ABI_VERSION)
            batch.header.kind = UInt16(SYSLAT_RECORD_BATCH.rawValue)
            let size = MemoryLayout<syslat_record_header>.size + count * MemoryLayout<syslat_event>.stride
            return unsafe withUnsafeBytes(of: batch) { unsafe Array($0[..<size]) }
        }
    }

    /// Forgets counters, batches and calls that were not measured. Only while nothing is recorded.
    func clearShares() throws(BPFError) {
        for index in try unmeasured().keys { try object.map("unmeasured").clearAllCPUs(UInt32(index)) }
        unsafe met.initialize(repeating: 0)
        for id in 0..<shareCount { unsafe share(id).pointee = syslat_cpu() }
        slots.clear()
    }

    /// A byte for each call index, 0 of those that have not been called while calls were sampled.
    private var met: UnsafeMutableBufferPointer<UInt8> {
        // A field of the mapped struct syslat_control.
        let address = unsafe control.base + MemoryLayout<syslat_control>.offset(of: \.met)!
        return unsafe UnsafeMutableBufferPointer(
            start: address.assumingMemoryBound(to: UInt8.self), count: Int(SYSLAT_CALL_INDEXES))
    }

    /// The unmeasured calls that have completed: by call index, the words of `syslat_unmeasured` of all CPUs together. Only indexes
    /// at which there may be some.
    func unmeasured() throws(BPFError) -> [Int: [UInt64]] {
        let map = try object.map("unmeasured")
        var totals: [Int: [UInt64]] = [:]
        // The mapped bytes are written by the programs, each once.
        for index in unsafe met.indices where unsafe met[index] != 0 && index < map.entries {
            for bytes in try map.values(of: UInt32(index), perCPU: true) ?? [] {
                // Whole words: the value is one struct syslat_unmeasured.
                let words = unsafe bytes.withUnsafeBytes { unsafe Array($0.bindMemory(to: UInt64.self)) }
                totals[index] = totals[index].map { zip($0, words).map(&+) } ?? words
            }
        }
        return totals
    }

    /// The calls that have not returned.
    func inFlight() throws(BPFError) -> [syslat_slot] {
        var calls = slots.inFlight
        let spill = try object.map("spill")
        for tid in spill.keys(as: UInt32.self) {
            guard let bytes = try spill.values(of: tid, perCPU: false)?.first else { continue }
            calls.append(unsafe bytes.withUnsafeBytes { unsafe $0.loadUnaligned(as: syslat_slot.self) })
        }
        return calls
    }

    /// The overflow histograms: key, series and each CPU's extremes, as bytes.
    func overflow() throws(BPFError) -> [(key: [UInt8], series: [UInt8], extremes: [[UInt8]])] {
        let (overflow, extremes) = (try object.map("overflow"), try object.map("extremes"))
        var found: [(key: [UInt8], series: [UInt8], extremes: [[UInt8]])] = []
        for key in overflow.keys(as: syslat_overflow_key.self) {
            guard let series = try overflow.values(of: key, perCPU: false)?.first else { continue }
            let bytes = unsafe withUnsafeBytes(of: key) { unsafe Array($0) }
            found.append((bytes, series, try extremes.values(of: key, perCPU: true) ?? []))
        }
        return found
    }

    /// Who bypassed the vDSO or used the vsyscall page.
    func callers() throws(BPFError) -> [(key: syslat_caller_key, caller: syslat_caller)] {
        try object.map("callers").entries(syslat_caller_key.self, syslat_caller.self)
    }

    /// The vDSO ticks by process and function.
    func ticks() throws(BPFError) -> [(key: syslat_tick_key, ticks: syslat_ticks)] {
        try object.map("ticks").entries(syslat_tick_key.self, syslat_ticks.self)
    }

    /// Forgets who called while the probes were calibrated. Only while nothing is recorded.
    func clearCallers() throws(BPFError) {
        let map = try object.map("callers")
        for key in map.keys(as: syslat_caller_key.self) { try map.remove(key) }
    }

    /// What the programs at entry and at exit took until now, as far as the kernel kept statistics.
    func programCost() -> ProgramCost {
        let (entry, exit) = statistics()
        return ProgramCost(runs: entry.runs + exit.runs, nanoseconds: entry.nanoseconds + exit.nanoseconds)
    }

    /// What the kernel says of the programs at entry and at exit.
    func statistics() -> (entry: BPFObject.ProgramStatistics, exit: BPFObject.ProgramStatistics) {
        (object.statistics(of: programs.sysEnter), object.statistics(of: programs.sysExit))
    }
}
