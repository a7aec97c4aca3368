import Profile
import SaturatingMath
import SyscallTable

/// Keeps the slowest calls, or all that were slower than a threshold up to a limit, as they come.
struct SlowCallKeeper {
    private let rule: SlowCalls.Rule
    /// By call, each by falling duration: those of ``SlowCalls/Rule/slowest(_:)``.
    private var slowest: [SyscallID: [SlowCall]] = [:]
    /// In order of their ends: those of ``SlowCalls/Rule/slower(_:)``.
    private var slower: [SlowCall] = []
    /// Calls that found no room beside slower ones.
    private var displaced: UInt64 = 0

    private let filter: SlowCallFilter

    init(_ rule: SlowCalls.Rule, _ filter: SlowCallFilter) { (self.rule, self.filter) = (rule, filter) }

    /// What is kept now. `unkept`: calls for whose details the kernel had no room.
    func calls(unkept: UInt64) -> SlowCalls {
        SlowCalls(
            rule: rule, filter: filter, calls: slowest.values.flatMap { $0 } + slower, unkept: unkept.addingSaturating(displaced))
    }

    mutating func take(_ call: SlowCall) {
        switch rule {
        case .slowest(let count): insert(call, most: count)
        case .slower:
            slower.append(call)
            if slower.count >= 2 * SlowCalls.limit { dropQuickest() }
        }
    }

    private mutating func insert(_ call: SlowCall, most: Int) {
        var list = slowest.removeValue(forKey: call.id) ?? []
        let place = list.firstIndex { $0.durationNanoseconds < call.durationNanoseconds } ?? list.count
        if place < most {
            list.insert(call, at: place)
            if list.count > most { list.removeLast() }
        }
        slowest[call.id] = list
    }

    private mutating func dropQuickest() {
        slower.sort { $0.durationNanoseconds > $1.durationNanoseconds }
        displaced = displaced.addingSaturating(UInt64(slower.count - SlowCalls.limit))
        slower.removeSubrange(SlowCalls.limit...)
    }
}
