package import Profile
import SaturatingMath
package import SyscallTable

/// The slow calls of one system call.
package struct SlowCallKind: Sendable, Hashable {
    package var id: SyscallID
    /// The slowest first.
    package var calls: [SlowCall]

    /// Of these calls together.
    var totalNanoseconds: UInt64 { calls.reduce(0) { $0.addingSaturating($1.durationNanoseconds) } }
}

extension SlowCalls {
    /// The calls by what they called: those with the most time first, and behind them those that threads without work sleep in.
    package var kinds: [SlowCallKind] {
        Dictionary(grouping: calls, by: \.id).map { SlowCallKind(id: $0.key, calls: $0.value) }
            .sorted { $0.id < $1.id }.byUrgency(\.id, age: \.totalNanoseconds)
    }
}
