import SaturatingMath
package import SyscallTable

/// Calls of one kind that were kept from being made: they returned without having entered the kernel's own code.
package struct RefusedCalls: Sendable, Hashable {
    /// Who kept a call from being made, as far as the thread tells.
    package enum Refuser: UInt8, Sendable, Hashable, CaseIterable {
        /// Nothing on the thread tells.
        case unknown = 0
        /// A seccomp filter.
        case filter = 1
        /// A program that answers for a seccomp filter, or that filter itself.
        case supervisor = 2
        /// A program that traces the process by ptrace.
        case tracer = 3

        /// The name that every output uses.
        package var name: String {
            switch self {
            case .unknown: "unknown"
            case .filter: "filter"
            case .supervisor: "supervisor"
            case .tracer: "tracer"
            }
        }
    }

    package var id: SyscallID
    package var by: Refuser
    /// The error that the program got; nil if it got a result that is no error.
    package var errno: Int32?
    package var calls: UInt64

    package init(id: SyscallID, by: Refuser, errno: Int32?, calls: UInt64) {
        self.id = id
        self.by = by
        self.errno = errno
        self.calls = calls
    }
}

extension [RefusedCalls] {
    /// The order of every report: the most frequent first.
    package var byFallingCount: [RefusedCalls] {
        sorted { ($1.calls, $0.id, $0.by.rawValue, $0.errno ?? 0) < ($0.calls, $1.id, $1.by.rawValue, $1.errno ?? 0) }
    }

    /// Adds those of another profile.
    func merged(with others: [RefusedCalls]) -> [RefusedCalls] {
        var byKind: [RefusedCalls: UInt64] = [:]
        for refused in self + others {
            var kind = refused
            kind.calls = 0
            byKind[kind] = (byKind[kind] ?? 0).addingSaturating(refused.calls)
        }
        return byKind.map { kind, calls in
            RefusedCalls(id: kind.id, by: kind.by, errno: kind.errno, calls: calls)
        }.byFallingCount
    }
}
