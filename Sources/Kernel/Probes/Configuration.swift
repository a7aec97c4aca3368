import CLinux
import CSyslatABI
import CallSelection
import Glibc
import Linux
import Profile
import SyscallTable

/// The constants of the programs (struct syslat_config), derived from the options and the kernel.
extension syslat_config {
    init(_ options: ProbeOptions, _ features: KernelFeatures, _ set: ProgramSet, _ hooks: TracepointHooks, isConcurrent: Bool) {
        self.init()
        self_tgid = UInt32(getpid())
        calibrating_tid = UInt32(clinux_gettid())
        switch options.scope {
        case .processes(let follows):
            follow = follows ? 1 : 0
            forgets_ended = 1
        case .all, .cgroup: break
        }
        let slots = syslat_config.slotCount(options, features)
        slot_mask = UInt32(slots - 1)
        direct_slots = features.pidLimit <= slots ? 1 : 0
        cpu_mask = UInt32(features.cpuShares(limit: options.cpuShareLimit) - 1)
        knows_threads = set.knowsThreads ? 1 : 0
        concurrent = isConcurrent ? 1 : 0
        if let facts = hooks.facts {
            registers_place = facts.registersPlace
            copy(facts.events, to: &classic_events)
        }
        may_skip = hooks.maySkip ? 1 : 0
        wake_bytes = UInt32(options.ringBytes / 4)
        sampling = options.samples ? 1 : 0
        if let selection = options.selection { fill(selection) }
        fill(options.vdso)
        if let slowCalls = options.slowCalls {
            keeps_calls = UInt32(slowCalls.takesStacks ? SYSLAT_KEEPS_STACKS : SYSLAT_KEEPS_ARGUMENTS)
            keeps_longest = UInt32(slowCalls.tracked)
            fill(slowCalls.filter)
            notes_sleep = slowCalls.notesSleep ? 1 : 0
        }
        if options.looksAtCalls { copy(ArgumentPlaces.packed(Architecture.current.abis, options.places), to: &argument_places) }
        switch options.grouping {
        case .thread: grouping = SYSLAT_BY_THREAD.rawValue
        case .cgroup(let hierarchy): (grouping, cgroup_hierarchy) = (SYSLAT_BY_CGROUP.rawValue, hierarchy.rawValue)
        case .file: grouping = SYSLAT_BY_FILE.rawValue
        case nil: break
        }
    }

    /// How many in-flight slots are in use: a power of two.
    private static func slotCount(_ options: ProbeOptions, _ features: KernelFeatures) -> Int {
        let most = Int(SYSLAT_MAX_SLOTS)
        var count = 64
        while count < min(features.pidLimit, options.slotLimit ?? most, most) { count *= 2 }
        return count
    }

    /// The filter must be one that ``NamePattern`` and ``SlowCallFilter/mostIDs`` allow.
    private mutating func fill(_ chosen: SlowCallFilter) {
        filters_calls = chosen.comm != nil || !chosen.tids.isEmpty || !chosen.errnos.isEmpty ? 1 : 0
        filter.tid_count = UInt32(min(chosen.tids.count, SlowCallFilter.mostIDs))
        filter.error_count = UInt32(min(chosen.errnos.count, SlowCallFilter.mostIDs))
        copy(chosen.tids.map { UInt32(bitPattern: $0) }, to: &filter.tids)
        copy(chosen.errnos.map { UInt32(bitPattern: $0) }, to: &filter.errors)
        guard let comm = chosen.comm, let pattern = NamePattern(comm) else { return }
        filter.by_name = 1
        filter.name.stars = pattern.stars
        filter.name.end = pattern.end
        copy(pattern.accepts, to: &filter.name.accepts)
    }

    private mutating func fill(_ vdso: VDSORegions) {
        vdso_bytes = UInt32(vdso.imageBytes)
        vdso_regions = UInt32(vdso.regions.count)
        let found = vdso.regions.map { syslat_vdso_region(start: UInt32($0.start), function: UInt32($0.function)) }
        copy(found, to: &regions)
    }

    /// The selection must fit (``SyscallSelection/numbersBeyondBitmap``).
    private mutating func fill(_ selection: SyscallSelection) {
        guard !selection.isEverything else { return }
        has_selection = 1
        others_selected = selection.includesOtherNumbers ? 1 : 0
        var words = [UInt64](repeating: 0, count: Int(SYSLAT_CALL_INDEXES) / 64)
        var others: [SyscallID] = []
        copy(selection.bitmap(abi: .ioUring), to: &selected_requests)
        for abi in selection.architecture.abis where abi != .ioUring {
            let first = Int(syslat_call_index(UInt32(abi.code), 0)) / 64
            for (position, word) in selection.bitmap(abi: abi).enumerated() { words[first + position] = word }
            others += selection.exceptions(abi: abi).map { SyscallID(abi: abi, number: $0) }
        }
        other_count = UInt32(others.count)
        copy(words, to: &selected)
        copy(others.map { UInt32($0.abi.code) }, to: &other_abis)
        copy(others.map(\.number), to: &other_numbers)
    }
}

/// Fills the beginning of a C array, which Swift sees as a tuple, within its bounds.
private func copy<Element: BitwiseCopyable, Tuple>(_ elements: [Element], to tuple: inout Tuple) {
    unsafe withUnsafeMutableBytes(of: &tuple) { target in
        unsafe elements.withUnsafeBytes { unsafe target.copyMemory(from: .init(rebasing: $0.prefix(target.count))) }
    }
}

extension SyscallSelection {
    /// How many numbers a selection names that have no bit of their own; ``mostNumbersBeyondBitmap`` fit.
    package var numbersBeyondBitmap: Int { architecture.abis.reduce(0) { $0 + exceptions(abi: $1).count } }

    package static var mostNumbersBeyondBitmap: Int { Int(SYSLAT_OTHER_NUMBERS) }
}
