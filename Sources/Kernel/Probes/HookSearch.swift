import BPFRuntime

/// Finds out which hooks a capture needs on a kernel that may preempt the programs of tracepoints, and whether it can have them.
struct HookSearch: ~Copyable {
    let hooks: TracepointHooks
    /// nil if the hooks are direct.
    private let events: TracepointEvents?

    init(_ options: ProbeOptions, _ features: KernelFeatures) {
        let conditions = TracepointConditions.look(btfPath: options.btfPath, always: options.hook == .classic)
        let needed = TracepointHooks.needed(conditions) { KernelProbe.takesSleepingProgram(on: "sys_enter") }
        let (calls, others) = (options.hook ?? needed.calls, options.hook ?? needed.others)
        guard calls == .classic || others == .classic else {
            let isSafe = needed == (.direct, .direct)
            hooks = TracepointHooks(calls: .direct, others: .direct, obstacle: isSafe ? nil : "direct hooks were asked for")
            events = nil
            return
        }
        do throws(ProbesError) {
            let found = try TracepointEvents()
            let facts = try HookSearch.facts(conditions, features, found, calls: calls == .classic, others: others == .classic)
            try found.check()
            hooks = TracepointHooks(
                calls: calls, others: others, isMeasured: conditions.others == .on || conditions.calls == .on, source: found.source,
                facts: facts)
            events = consume found
        } catch {
            hooks = TracepointHooks(calls: .direct, others: .direct, obstacle: error.description)
            events = nil
        }
    }

    private static func facts(
        _ conditions: TracepointConditions, _ features: KernelFeatures, _ events: borrowing TracepointEvents, calls: Bool,
        others: Bool
    ) throws(ProbesError) -> ClassicFacts {
        guard let place = conditions.registersPlace, features.looksUpMappings else {
            throw ProbesError("the registers of threads can't be found")
        }
        // In the order of enum syslat_event_kind.
        let kinds: [(tracepoint: String, isClassic: Bool)] = [
            ("raw_syscalls/sys_enter", calls), ("raw_syscalls/sys_exit", calls), ("task/task_newtask", others),
            ("sched/sched_process_exec", others), ("sched/sched_process_exit", others),
        ]
        var numbers: [UInt32] = [0]
        for (tracepoint, isClassic) in kinds {
            guard let number = events.number(of: tracepoint) else {
                throw ProbesError(
                    "the kernel has no event of the tracepoint \(tracepoint) (CONFIG_FTRACE_SYSCALLS, CONFIG_EVENT_TRACING)")
            }
            numbers.append(isClassic ? UInt32(truncatingIfNeeded: number) : 0)
        }
        return ClassicFacts(registersPlace: place, events: numbers)
    }

    consuming func attacher() -> Attacher { Attacher(events: events) }
}
