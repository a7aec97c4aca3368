import BPFRuntime
import Probes
import Profile
import Symbols

/// The kernel stacks in which calls slept. Each address is looked up once.
struct SleepStacks {
    /// By the number of the stack, without the functions of the scheduler.
    private var stacks: [UInt32: [UInt64]] = [:]
    /// Addresses of stacks that have been read since they were last taken.
    private var new: Set<UInt64> = []

    /// Reads a stack from the kernel, if it hasn't been read: what is kept under a number never changes. False if it can't be read.
    mutating func read(_ number: UInt32, from probes: borrowing Probes) -> Bool {
        if stacks[number] == nil, let stack = try? probes.sleepStack(number) {
            stacks[number] = stack
            new.formUnion(stack)
        }
        return stacks[number] != nil
    }

    /// The addresses of the stacks that have been read since this was last called.
    mutating func takeNew() -> Set<UInt64> {
        defer { new = [] }
        return new
    }

    /// The functions of a stack, the innermost first, without those of the scheduler and of the program that looked. Addresses are not
    /// told, which the kernel hides from most. Empty if nothing could be named.
    func frames(of number: UInt32, _ names: NamingThread.KernelNames) -> [StackFrame] {
        let frames = (stacks[number] ?? []).map { address -> StackFrame in
            let place = names.places[address]
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
