import BPFRuntime
import Linux
import Probes
import Profile
import Symbols

/// Names the functions of the kernel in which calls slept.
///
/// Each address is looked up once. That reads /proc/kallsyms, which takes about 0.15 s, so new addresses are named together.
struct SleepStacks {
    /// By the number of the stack, without the functions of the scheduler.
    private var stacks: [UInt32: [UInt64]] = [:]
    private var places: [UInt64: KernelPlace] = [:]
    /// Addresses that have been looked for.
    private var sought: Set<UInt64> = []
    /// Why functions have no names.
    private(set) var problem: KernelSymbols.Problem?

    /// Reads a stack from the kernel, if it hasn't been read: what is kept under a number never changes. False if it can't be read.
    mutating func read(_ number: UInt32, from probes: borrowing Probes) -> Bool {
        if stacks[number] == nil { stacks[number] = try? probes.sleepStack(number) }
        return stacks[number] != nil
    }

    /// Names what has been read since.
    mutating func name() {
        let new = Set(stacks.values.joined()).subtracting(sought)
        guard !new.isEmpty else { return }
        let symbols = KernelSymbols(addresses: new, areReturns: true)
        places.merge(symbols.places) { first, _ in first }
        sought.formUnion(new)
        problem = symbols.problem
    }

    /// The functions of a stack, the innermost first, without those of the scheduler and of the program that looked. Addresses are not
    /// told, which the kernel hides from most. Empty if nothing could be named.
    func frames(of number: UInt32) -> [StackFrame] {
        let frames = (stacks[number] ?? []).map { address -> StackFrame in
            let place = places[address]
            return StackFrame(function: place?.name, functionOffset: place?.offset, file: place?.module, offset: 0)
        }
        guard frames.contains(where: { $0.function != nil }) else { return [] }
        let sleep = frames.firstIndex { $0.function == SleepStacks.switching }.map(frames.index(after:)) ?? 0
        return Array(frames[sleep...].drop { SleepStacks.wrappers.contains($0.function ?? "") })
    }

    /// The function that switches to another task, and those around it: kernel/sched/core.c.
    private static let switching = "__schedule"
    private static let wrappers: Set = ["schedule", "schedule_preempt_disabled", "schedule_rtlock", "preempt_schedule_common"]
}
