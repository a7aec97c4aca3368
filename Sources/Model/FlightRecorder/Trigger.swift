package import CallSelection
import SyscallTable

/// A condition on what happens in the intervals of a recording, such as `p99(fsync) > 50ms for 10s`. The moment at which it has held long
/// enough is worth keeping.
package struct Trigger: Sendable, Hashable {
    /// What is looked at. The names are those that users write.
    package enum Figure: String, Sendable, Hashable, CaseIterable {
        case p50, p90, p99, p999, max
        /// Completed calls in each second.
        case rate
        /// Failed calls in each second, or their share of all.
        case errors
        /// The share of the time in these calls that was in calls that slept.
        case blocked
        /// Calls of which it isn't known what became of them, in an interval.
        case lost
        /// Calls in flight at the end of an interval.
        case inFlight = "in_flight"
        /// The age of the oldest of them. Without a selection, idle waits are left out: some daemon always waits.
        case oldest

        /// Whether it is of certain calls: it must be, it may be, or it can't be.
        package enum Scope: Sendable { case calls, callsOrAll, all }

        package var scope: Scope {
            switch self {
            case .p50, .p90, .p99, .p999, .max, .rate, .errors, .blocked: .calls
            case .inFlight, .oldest: .callsOrAll
            case .lost: .all
            }
        }
    }

    package enum Comparison: String, Sendable, Hashable, CaseIterable {
        case above = ">"
        case atLeast = ">="
        case below = "<"
        case atMost = "<="

        func holds(_ value: Double, _ limit: Double) -> Bool {
            switch self {
            case .above: value > limit
            case .atLeast: value >= limit
            case .below: value < limit
            case .atMost: value <= limit
            }
        }
    }

    /// A value of a figure.
    package enum Amount: Sendable, Hashable {
        case nanoseconds(UInt64)
        case perSecond(Double)
        /// 0.05 for 5 %.
        case share(Double)
        case count(UInt64)

        var number: Double {
            switch self {
            case .nanoseconds(let value), .count(let value): Double(value)
            case .perSecond(let value), .share(let value): value
            }
        }
    }

    /// As it was typed.
    package let text: String
    package let figure: Figure
    /// nil for all calls.
    package let calls: SyscallSelection?
    /// The selection as it was typed.
    package let callsText: String
    package let comparison: Comparison
    package let limit: Amount
    /// How long it must hold without a break; 0 for a single interval.
    package let nanoseconds: UInt64

    /// `p99(fsync)`.
    package var subject: String { calls == nil ? figure.rawValue : "\(figure.rawValue)(\(callsText))" }
}

/// Why a trigger can't be used: a sentence that names the part, the reason and the remedy.
package struct TriggerError: Error, CustomStringConvertible, Sendable, Hashable {
    /// The part at fault, as the user wrote it.
    package let part: String
    /// The sentence. It begins in lower case, to follow the name of an option.
    package let description: String
}

extension Trigger {
    /// Whether a capture of these calls can tell anything about it.
    package func isWatched(by selection: SyscallSelection) -> Bool {
        guard let calls else { return true }
        if calls.includesOtherNumbers && selection.includesOtherNumbers { return true }
        return selection.architecture.abis.contains { abi in
            zip(calls.bitmap(abi: abi), selection.bitmap(abi: abi)).contains { $0 & $1 != 0 }
                || calls.exceptions(abi: abi).contains { selection.contains(SyscallID(abi: abi, number: $0)) }
                || selection.exceptions(abi: abi).contains { calls.contains(SyscallID(abi: abi, number: $0)) }
        }
    }
}
