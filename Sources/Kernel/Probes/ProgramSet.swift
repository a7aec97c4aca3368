import BPFObjects

/// Which of the kernel side's programs a capture runs with: see BPF/typed.bpf.c and BPF/raw.bpf.c. The first that can be used is used.
package enum ProgramSet: String, Sendable, Hashable, CaseIterable {
    /// Typed programs that know threads by their registers: the fast path (BPF/fast.bpf.h) for captures of every call.
    case fast
    /// The same where calls are sampled.
    case fastSampling = "fast-sampling"
    /// Typed programs (tp_btf) that look up every thread: the general path, for selections, cgroups and older kernels.
    case typed
    /// The general path for kernels without BTF of their own, or too old for the others (raw_tp).
    case raw

    /// Why a set can't be used.
    enum Obstacle: Hashable {
        case noBTF
        /// The kernel lacks instructions or helpers.
        case tooOld
        /// The capture has a selection or watches a cgroup, which the fast path leaves out.
        case narrowedCapture
        /// Calls are sampled, or are not.
        case sampling
        /// Several programs may use one CPU share at a time: they preempt each other, or CPUs share it.
        case concurrency
    }

    /// What keeps the set from being used; nil if nothing does.
    func obstacle(_ options: ProbeOptions, _ features: KernelFeatures, isConcurrent: Bool) -> Obstacle? {
        switch self {
        case .raw: return nil
        case .typed:
            if !features.hasBTF || options.btfPath != nil { return .noBTF }
            return features.runsTypedPrograms ? nil : .tooOld
        case .fast, .fastSampling:
            if let obstacle = ProgramSet.typed.obstacle(options, features, isConcurrent: isConcurrent) { return obstacle }
            if !features.looksUpMappings || !features.findsRegisters { return .tooOld }
            if options.selection != nil || options.scope.isCgroup { return .narrowedCapture }
            if isConcurrent { return .concurrency }
            return options.samples == (self == .fastSampling) ? nil : .sampling
        }
    }

    /// The one that was asked for, or the first that can be used.
    static func best(_ options: ProbeOptions, _ features: KernelFeatures, isConcurrent: Bool) -> ProgramSet {
        let candidates = (options.programSet.map { [$0] } ?? []) + allCases
        return candidates.first { $0.obstacle(options, features, isConcurrent: isConcurrent) == nil } ?? .raw
    }

    // MARK: Programs

    /// The programs of one capture, by their names in the object.
    struct Programs {
        let sysEnter, sysExit: String
        let fork, exec, exit: String
        /// The one that notes where calls sleep; nil if that isn't wanted.
        let taskSwitch: String?
        /// For calls through the vsyscall page.
        let vsyscall: String
        /// Those that come after the work which calls leave to their threads, the best first.
        let workHooks: [String]
        /// The one that steps in where the kernel skips classic programs; nil if there is none.
        let rescue: String?
        /// Those that see requests to io_uring; nil if they are not watched.
        let requests: RequestHooks.Programs?

        /// Whether a program is to be loaded.
        func contains(_ name: String) -> Bool {
            ([sysEnter, sysExit, fork, exec, exit, vsyscall] + workHooks + Programs.inEverySet
                + [rescue, taskSwitch].compactMap { $0 } + (requests?.all ?? [])).contains(name)
        }

        private static let inEverySet = ["flush_batch", "tick_vdso", "may_be_preempted"]
    }

    /// - Parameters:
    ///   - names: the kernel can look up mappings, so the exit program names the files that bypass the vDSO.
    ///   - workHooks: the programs that come after the work which calls leave.
    ///   - rescues: the kernel takes a program that steps in where it skips classic ones.
    ///   - keepsCalls: the exit program keeps slow calls.
    ///   - notesSleep: a program notes where calls sleep.
    func programs(
        _ hooks: TracepointHooks, naming names: Bool, workHooks: [String], rescues: Bool, watchesRequests: Bool, keepsCalls: Bool,
        notesSleep: Bool
    ) -> Programs {
        let (suffix, kind) =
            switch self {
            case .fast: ("fast", "typed")
            case .fastSampling: ("fast_sampling", "typed")
            case .typed: ("typed", "typed")
            case .raw: ("raw", "raw")
            }
        // The fast programs always name them.
        let naming = names && !knowsThreads ? "_naming" : ""
        // The others ask their configuration.
        let keeping = keepsCalls && knowsThreads ? "_keeping" : ""
        let calls = hooks.calls.suffix
        let others = hooks.others == .direct ? "_\(kind)" : hooks.others.suffix
        return Programs(
            sysEnter: "sys_enter_\(suffix)\(calls)", sysExit: "sys_exit_\(suffix)\(naming)\(keeping)\(calls)",
            fork: "task_fork\(others)",
            exec: "task_exec\(others)", exit: "task_exit\(others)",
            // Context switches are no place where the kernel preempts or skips programs.
            taskSwitch: notesSleep ? "task_switch_\(kind)" : nil,
            vsyscall: "vsyscall\(hooks.others.suffix)",
            workHooks: workHooks,
            rescue: rescues ? "rescue_\(suffix)\(keeping)_classic" : nil,
            requests: watchesRequests ? RequestHooks.Programs(hooks.others) : nil)
    }

    /// The programs that come after the work which calls leave, the best first.
    func workHooks(_ features: KernelFeatures) -> [String] {
        guard self != .raw else { return [] }
        return (features.hooksFunctions ? ["task_work_done"] : []) + (features.findsRegisters ? ["rseq_updated"] : [])
    }

    /// Whether there may be a program that steps in where the kernel skips classic ones.
    func rescues(_ hooks: TracepointHooks, _ features: KernelFeatures) -> Bool {
        !hooks.areDirect && self != .raw && features.hooksFunctions
    }

    /// The object that has the programs.
    func image(_ features: KernelFeatures) -> [UInt8] {
        switch self {
        case .raw: BPFObjects.raw
        case _ where features.castsPointers: BPFObjects.typed
        default: BPFObjects.typed_uncast
        }
    }

    /// Threads are told by the address of their registers.
    var knowsThreads: Bool { self == .fast || self == .fastSampling }

    /// The kind of its programs where tracepoints themselves call them.
    package var kind: String { self == .raw ? "raw_tp" : "tp_btf" }
}

extension TracepointHooks.Hook {
    /// Ends the names of its programs.
    var suffix: String { self == .classic ? "_classic" : "" }
}
