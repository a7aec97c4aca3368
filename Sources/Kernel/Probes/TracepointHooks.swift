import BPFRuntime

/// What calls a capture's programs at tracepoints, and why.
package struct TracepointHooks: Sendable, Hashable {
    package enum Hook: String, Sendable, Hashable, CaseIterable {
        /// The tracepoint itself (tp_btf, raw_tp).
        case direct
        /// A perf event of the tracepoint, with preemption off on every kernel (BPF/classic.bpf.h). More expensive.
        case classic
    }

    /// Where the numbers of events were found.
    package enum Source: Sendable, Hashable {
        /// A tracefs that is mounted.
        case mounted(String)
        /// A tracefs that was mounted for this alone, nowhere.
        case unmounted
        /// The variables of the kernel that describe events, among its symbols.
        case symbols

        /// For a sentence.
        package var phrase: String {
            switch self {
            case .mounted(let place): "the tracefs at \(place)"
            case .unmounted: "a tracefs that syslat mounted for itself, where nobody else sees it"
            case .symbols: "the kernel's symbols"
            }
        }
    }

    /// Of the tracepoints of system calls.
    package let calls: Hook
    /// Of all other tracepoints.
    package let others: Hook
    /// Why programs are called directly though the kernel may preempt them then, which skips them for other threads; nil if they aren't.
    package let obstacle: String?
    /// The kernel was seen to preempt programs. Otherwise classic ones are used because it doesn't tell, or because they were asked for.
    package let isMeasured: Bool
    /// nil if all hooks are direct.
    package let source: Source?
    /// What classic programs need to know.
    let facts: ClassicFacts?

    /// On kernels that call the programs of all tracepoints with preemption off.
    static let direct = TracepointHooks(calls: .direct, others: .direct)

    init(
        calls: Hook, others: Hook, obstacle: String? = nil, isMeasured: Bool = false, source: Source? = nil,
        facts: ClassicFacts? = nil
    ) {
        (self.calls, self.others, self.obstacle, self.isMeasured) = (calls, others, obstacle, isMeasured)
        (self.source, self.facts) = (source, facts)
    }

    var areDirect: Bool { calls == .direct && others == .direct }

    /// Whether programs may preempt each other.
    var arePreemptible: Bool { obstacle != nil }

    /// Whether the kernel may skip programs at system calls: those that tracepoints call while it preempts one, and those that perf events call
    /// while a task of that CPU is inside an operation on a BPF map.
    var maySkip: Bool { arePreemptible || calls == .classic }

    /// What the kernel demands.
    /// - Parameter takesSleepingPrograms: whether it takes programs that sleep for the tracepoints of system calls; nil if unknown. A kernel
    ///   that doesn't can't preempt the others there either.
    static func needed(_ conditions: TracepointConditions, takesSleepingPrograms: () -> Bool?) -> (calls: Hook, others: Hook) {
        guard conditions.mayBePreempted != false else { return (.direct, .direct) }
        let calls: Hook =
            switch conditions.calls {
            case .off: .direct
            case .on: .classic
            case .unknown: takesSleepingPrograms() == false ? .direct : .classic
            }
        return (calls, conditions.others == .off ? .direct : .classic)
    }
}

/// What classic programs need to know of the kernel.
struct ClassicFacts: Sendable, Hashable {
    /// How far into its stack a thread's registers lie.
    let registersPlace: UInt32
    /// The numbers of the events that classic programs are for, by kind (enum syslat_event_kind); 0 for others.
    let events: [UInt32]
}
