import SaturatingMath
package import SyscallTable

/// The single calls that a capture kept with their details. They are among the calls of the profile too: what is missing here is lost to
/// nobody but the reader of details.
package struct SlowCalls: Sendable, Hashable {
    /// Which calls are kept.
    package enum Rule: Sendable, Hashable {
        /// So many of each system call: those that took longest.
        case slowest(Int)
        /// Those that took at least as long as their threshold.
        case slower([SlowThreshold])
    }

    package var rule: Rule
    /// By falling duration.
    package private(set) var calls: [SlowCall]
    /// Calls that were to be kept, and for whose details there was no room: in the kernel's ring, or beside ``limit`` others.
    package var unkept: UInt64

    /// How many calls are kept of those slower than a threshold: the slowest.
    package static let limit = 10_000

    package init(rule: Rule, calls: [SlowCall] = [], unkept: UInt64 = 0) {
        self.rule = rule
        self.calls = calls.sorted(falling: \.durationNanoseconds, then: \.startedAtNanoseconds)
        self.unkept = unkept
    }

    /// The calls of one row of the table, the slowest first.
    package func calls(of id: SyscallID) -> [SlowCall] { calls.filter { $0.id == id } }

    /// The calls of two captures. Of two rules the one that keeps fewer calls holds, for what it would have kept is known of both.
    package func merged(with other: SlowCalls) -> SlowCalls {
        let all = SlowCalls(rule: rule, calls: calls + other.calls, unkept: unkept.addingSaturating(other.unkept))
        switch (rule, other.rule) {
        case (.slowest(let first), .slowest(let second)): return all.keepingSlowest(min(first, second))
        case (.slowest(let count), .slower), (.slower, .slowest(let count)): return all.keepingSlowest(count)
        case (.slower(let first), .slower(let second)):
            return first == second ? all.keepingLimit : all.keepingSlower(SlowThreshold.higher(of: first, second))
        }
    }

    private func keepingSlowest(_ count: Int) -> SlowCalls {
        var kept: [SyscallID: Int] = [:]
        let slowest = calls.filter { call in
            kept[call.id, default: 0] += 1
            return kept[call.id, default: 0] <= count
        }
        return SlowCalls(rule: .slowest(count), calls: slowest, unkept: unkept)
    }

    private func keepingSlower(_ thresholds: [SlowThreshold]) -> SlowCalls {
        let slower = calls.filter { $0.durationNanoseconds >= thresholds.nanoseconds(of: $0.id) ?? .max }
        return SlowCalls(rule: .slower(thresholds), calls: slower, unkept: unkept).keepingLimit
    }

    /// The slowest of the calls, and the others counted.
    package var keepingLimit: SlowCalls {
        guard calls.count > SlowCalls.limit else { return self }
        let others = UInt64(calls.count - SlowCalls.limit)
        return SlowCalls(rule: rule, calls: Array(calls.prefix(SlowCalls.limit)), unkept: unkept.addingSaturating(others))
    }

    /// What two captures kept; nil if neither kept any.
    static func merged(_ first: SlowCalls?, _ second: SlowCalls?) -> SlowCalls? {
        guard let first, let second else { return first ?? second }
        return first.merged(with: second)
    }
}

/// From which duration on calls are slow.
package struct SlowThreshold: Sendable, Hashable {
    /// The name of the calls that it is for, in every ABI; nil for all that have none of their own.
    package var call: String?
    package var nanoseconds: UInt64

    package init(call: String? = nil, nanoseconds: UInt64) {
        self.call = call
        self.nanoseconds = nanoseconds
    }

    /// The thresholds at which a call is slow by both rules. A call without a threshold is never slow.
    fileprivate static func higher(of first: [SlowThreshold], _ second: [SlowThreshold]) -> [SlowThreshold] {
        let names: [String?] = Set((first + second).map(\.call)).sorted { ($0 ?? "") < ($1 ?? "") }
        return names.compactMap { name in
            guard let one = first.nanoseconds(of: name), let other = second.nanoseconds(of: name) else { return nil }
            return SlowThreshold(call: name, nanoseconds: max(one, other))
        }
    }
}

extension [SlowThreshold] {
    /// From when on a call is slow; nil if it never is.
    package func nanoseconds(of id: SyscallID) -> UInt64? { nanoseconds(of: id.name) }

    fileprivate func nanoseconds(of name: String?) -> UInt64? {
        (first { $0.call == name } ?? first { $0.call == nil })?.nanoseconds
    }
}

/// One call with its details.
package struct SlowCall: Sendable, Hashable {
    package var id: SyscallID
    /// When it was entered, by the wall clock, in nanoseconds since 1970.
    package var startedAtNanoseconds: UInt64
    package var durationNanoseconds: UInt64
    package var outcome: Outcome
    /// What it returned to its program: negative for an error.
    package var result: Int64
    /// The error that the result stands for; nil if it succeeded.
    package var errno: Int32?
    package var pid: Int32
    package var tid: Int32
    /// The name of the process.
    package var comm: String
    /// The name of the thread, if it has one of its own.
    package var thread: String?
    package var details: CallDetails

    package init(
        id: SyscallID, startedAtNanoseconds: UInt64, durationNanoseconds: UInt64, outcome: Outcome, result: Int64, errno: Int32?,
        pid: Int32, tid: Int32, comm: String, thread: String? = nil, details: CallDetails
    ) {
        self.id = id
        self.startedAtNanoseconds = startedAtNanoseconds
        self.durationNanoseconds = durationNanoseconds
        self.outcome = outcome
        self.result = result
        self.errno = errno
        self.pid = pid
        self.tid = tid
        self.comm = comm
        self.thread = thread == comm ? nil : thread
        self.details = details
    }
}
