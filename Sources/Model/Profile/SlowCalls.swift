import LatencyHistogram
import SaturatingMath
package import SyscallTable

/// Single calls that a capture kept with their details. They are among the calls of the profile too, and so are those that it didn't keep.
package struct SlowCalls: Sendable, Hashable {
    /// Which calls are kept.
    package enum Rule: Sendable, Hashable {
        /// So many of each system call: those that took longest.
        case slowest(Int)
        /// Those that took at least as long as their threshold.
        case slower([SlowThreshold])
    }

    package private(set) var rule: Rule
    package private(set) var filter: SlowCallFilter
    /// By falling duration.
    package private(set) var calls: [SlowCall]
    /// Calls that were to be kept, and for whose details there was no room: in the kernel's ring, or beside ``limit`` others.
    package private(set) var unkept: UInt64

    /// How many calls are kept of those slower than a threshold: the slowest.
    package static let limit = 10_000
    /// How many of the slowest calls of each system call can be asked for.
    package static let largestCount = 1000

    /// Keeps those of the calls that the rule keeps.
    ///
    /// Complexity: O(n log n).
    package init(rule: Rule, filter: SlowCallFilter = SlowCallFilter(), calls: [SlowCall] = [], unkept: UInt64 = 0) {
        self.filter = filter
        let slowestFirst = calls.sorted(falling: \.durationNanoseconds, then: \.startedAtNanoseconds, \.tid)
        switch rule {
        case .slowest(let count):
            var kept: [SyscallID: Int] = [:]
            self.rule = rule
            self.calls = slowestFirst.filter { call in
                kept[call.id, default: 0] += 1
                return kept[call.id, default: 0] <= count
            }
            self.unkept = unkept
        case .slower(let thresholds):
            self.rule = .slower(thresholds.inOrder)
            let slow = slowestFirst.filter(rule.admits)
            self.calls = Array(slow.prefix(SlowCalls.limit))
            self.unkept = unkept.addingSaturating(UInt64(slow.count - self.calls.count))
        }
    }

    /// The calls of one row of the table, the slowest first.
    package func calls(of id: SyscallID) -> [SlowCall] { calls.filter { $0.id == id } }

    /// Puts other frames in the place of those of the program; see ``Profile/replaceUserFrames(_:)``.
    mutating func replaceUserFrames(_ replacement: (StackFrame, _ isReturn: Bool) -> StackFrame) {
        for index in calls.indices { calls[index].details.replaceUserFrames(replacement) }
    }

    /// Drops the calls of other rows. ``unkept`` stays that of all rows.
    package mutating func keepOnly(_ isIncluded: (SyscallID) -> Bool) { calls.removeAll { !isIncluded($0.id) } }
}

/// From which duration on calls are slow.
package struct SlowThreshold: Sendable, Hashable {
    /// The calls that it is for: `write` in every ABI that has no threshold of its own for it, or `ia32:write`; nil for all others.
    package var call: String?
    package var nanoseconds: UInt64

    /// What a threshold can be: durations above have no bucket in a histogram.
    package static let range = 1..<BucketScheme.rangeEnd

    package init(call: String? = nil, nanoseconds: UInt64) {
        self.call = call
        self.nanoseconds = nanoseconds
    }
}

extension [SlowThreshold] {
    /// From when on a call is slow; nil if it never is.
    package func nanoseconds(of id: SyscallID) -> UInt64? { nanoseconds(of: "\(id.abi.name):\(id.name)") }

    /// - Parameter name: `ia32:write`, `write`, or nil for calls without a threshold of their own.
    func nanoseconds(of name: String?) -> UInt64? {
        let inEveryABI = name?.split(separator: ":").last.map { String($0) }
        return (first { $0.call == name } ?? first { $0.call == inEveryABI } ?? first { $0.call == nil })?.nanoseconds
    }

    /// The first one for each name, by name, so that rules which keep the same calls are equal.
    fileprivate var inOrder: [SlowThreshold] {
        var names: Set<String?> = []
        return filter { names.insert($0.call).inserted }
            .sorted { ($0.call == nil ? 0 : 1, $0.call ?? "") < ($1.call == nil ? 0 : 1, $1.call ?? "") }
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
    package var pid: Int32
    package var tid: Int32
    /// The name of the process.
    package var comm: String
    /// The name of the thread, if it has one of its own.
    package var thread: String?
    package var details: CallDetails

    package init(
        id: SyscallID, startedAtNanoseconds: UInt64, durationNanoseconds: UInt64, outcome: Outcome, result: Int64,
        pid: Int32, tid: Int32, comm: String, thread: String? = nil, details: CallDetails
    ) {
        self.id = id
        self.startedAtNanoseconds = startedAtNanoseconds
        self.durationNanoseconds = durationNanoseconds
        self.outcome = outcome
        self.result = result
        self.pid = pid
        self.tid = tid
        self.comm = comm
        self.thread = thread == comm ? nil : thread
        self.details = details
    }

    /// The error that the result stands for; nil if it succeeded.
    package var errno: Int32? { (-4095 ... -1).contains(result) ? Int32(-result) : nil }
}
