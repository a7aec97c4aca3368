import Aggregation
import Linux

/// The stacks of slow calls of the last second. Calls are often made from the same place, so a stack is looked up once in a while.
struct StackCache {
    private var known: [NamedStack.Key: NamedStack] = [:]
    private var knownSince: UInt64 = 0
    /// How many stacks are remembered.
    private static let most = 4096
    /// For how long they are: compilers at run time move code, and another program may take over a process or its number.
    private static let freshNanoseconds: UInt64 = 1_000_000_000

    /// nil for a stack without frames.
    /// - Parameter program: the name of the process.
    mutating func stack(_ record: UserStackRecord, process pid: Int32, program: String) -> NamedStack? {
        guard !record.places.isEmpty else { return nil }
        let stack = NamedStack(record, process: pid, program: program)
        let now = Clock.monotonic
        if known.count >= StackCache.most || now - knownSince > StackCache.freshNanoseconds { (known, knownSince) = ([:], now) }
        if let same = known[stack.key] { return same }
        known[stack.key] = stack
        return stack
    }
}
