import Profile
import SaturatingMath
import SyscallTable

/// A slow call, and what has yet to be named of it.
struct KeptCall {
    var call: SlowCall
    /// The functions of the program; nil if its stack wasn't taken.
    var stack: NamedStack?
    /// The number of the kernel stack in which it slept; nil if that isn't known.
    var sleepStack: UInt32?

    /// The call with the functions of the program, as far as they have been looked up.
    var withProgram: SlowCall {
        var call = call
        if let stack { call.details.userStack = stack.frames }
        return call
    }
}

/// Keeps the slowest calls, or all that were slower than a threshold up to a limit, as they come.
struct SlowCallKeeper {
    private let rule: SlowCalls.Rule
    /// By call, each by falling duration: those of ``SlowCalls/Rule/slowest(_:)``.
    private var slowest: [SyscallID: [KeptCall]] = [:]
    /// In order of their ends: those of ``SlowCalls/Rule/slower(_:)``.
    private var slower: [KeptCall] = []
    /// Calls that found no room beside slower ones.
    private var displaced: UInt64 = 0

    private let filter: SlowCallFilter

    init(_ rule: SlowCalls.Rule, _ filter: SlowCallFilter) { (self.rule, self.filter) = (rule, filter) }

    /// What is kept now.
    /// - Parameters:
    ///   - unkept: calls for whose details the kernel had no room.
    ///   - frames: the functions of a kernel stack with a number.
    func calls(unkept: UInt64, frames: (UInt32) -> [StackFrame]) -> SlowCalls {
        let calls = (slowest.values.flatMap { $0 } + slower).map { kept in
            var call = kept.withProgram
            if let stack = kept.sleepStack { call.details.kernelStack = frames(stack) }
            return call
        }
        return SlowCalls(rule: rule, filter: filter, calls: calls, unkept: unkept.addingSaturating(displaced))
    }

    /// The stacks of what is kept now that have no names yet.
    var unnamedStacks: [NamedStack] {
        (slowest.values.joined() + slower).compactMap(\.stack).filter { !$0.isNamed }
    }

    mutating func take(_ kept: KeptCall) {
        switch rule {
        case .slowest(let count): insert(kept, most: count)
        case .slower:
            slower.append(kept)
            if slower.count >= 2 * SlowCalls.limit { dropQuickest() }
        }
    }

    private mutating func insert(_ kept: KeptCall, most: Int) {
        var list = slowest.removeValue(forKey: kept.call.id) ?? []
        let place = list.firstIndex { $0.call.durationNanoseconds < kept.call.durationNanoseconds } ?? list.count
        if place < most {
            list.insert(kept, at: place)
            if list.count > most { list.removeLast() }
        }
        slowest[kept.call.id] = list
    }

    private mutating func dropQuickest() {
        slower.sort { $0.call.durationNanoseconds > $1.call.durationNanoseconds }
        displaced = displaced.addingSaturating(UInt64(slower.count - SlowCalls.limit))
        slower.removeSubrange(SlowCalls.limit...)
    }
}
