import SaturatingMath
package import LatencyHistogram
package import SyscallTable

/// The calls of a capture by thread, by name of the process, by cgroup or by file. A call is in one group at most: the others are on no
/// descriptor, or of a process of which too little is known.
package struct CallGroups: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case thread, comm, cgroup, file
    }

    package var kind: Kind
    /// By falling total time.
    package var groups: [CallGroup]

    package init(kind: Kind, groups: [CallGroup]) {
        self.kind = kind
        self.groups = groups.sorted(falling: \.totalNanoseconds, then: \.key.name, { $0.key.number })
    }
}

/// The calls of one group.
package struct CallGroup: SeriesTotals, Sendable, Hashable {
    /// What the calls have in common.
    package enum Key: Sendable, Hashable {
        /// A thread, and its process where that is known.
        case thread(tid: Int32, name: String, pid: Int32?, comm: String)
        /// Processes with this name.
        case comm(String)
        /// A cgroup by its path from the root of its hierarchy.
        case cgroup(path: String)
        /// What a descriptor stood for. The inode is 0 where the row is of many files: all pipes, or all sockets of a kind.
        case file(name: String, device: UInt32, inode: UInt64)
        /// Those for which there was no row.
        case others
    }

    package var key: Key
    /// Its totals, one for each series in which it has calls.
    package var series: [ProcessSeries]
    /// nil where the latencies of these calls are not known apart.
    package var distribution: LatencyHistogram?

    package init(key: Key, series: [ProcessSeries], distribution: LatencyHistogram? = nil) {
        self.key = key
        self.series = series
        self.distribution = distribution
    }
}

extension CallGroup.Key {
    /// The name without numbers; empty for those without a row.
    package var name: String {
        switch self {
        case .thread(_, let name, _, _), .comm(let name), .cgroup(let name), .file(let name, _, _): name
        case .others: ""
        }
    }

    /// Tells groups of one name apart: the thread id, or the inode.
    fileprivate var number: UInt64 {
        switch self {
        case .thread(let tid, _, _, _): UInt64(UInt32(bitPattern: tid))
        case .file(_, _, let inode): inode
        default: 0
        }
    }
}

/// Somebody's calls: those of a process, or of another group.
package protocol SeriesTotals {
    /// One for each series with calls.
    var series: [ProcessSeries] { get }
}

extension SeriesTotals {
    package var calls: UInt64 { series.calls }
    package var errors: UInt64 { series.errors }
    package var totalNanoseconds: UInt64 { series.totalNanoseconds }
    /// How many of the calls slept.
    package var blocked: UInt64 { series.blocked }
}

extension [ProcessSeries] {
    package var calls: UInt64 { reduce(0) { $0.addingSaturating($1.calls) } }
    package var errors: UInt64 { reduce(0) { $1.failed ? $0.addingSaturating($1.calls) : $0 } }
    package var totalNanoseconds: UInt64 { reduce(0) { $0.addingSaturating($1.totalNanoseconds) } }
    package var blocked: UInt64 { reduce(0) { $1.outcome == .blocked ? $0.addingSaturating($1.calls) : $0 } }

    /// Adds to the series of the same call, outcome and result.
    package mutating func add(_ addition: ProcessSeries) {
        let known = firstIndex { $0.id == addition.id && $0.outcome == addition.outcome && $0.failed == addition.failed }
        guard let known else { return append(addition) }
        self[known].calls = self[known].calls.addingSaturating(addition.calls)
        self[known].totalNanoseconds = self[known].totalNanoseconds.addingSaturating(addition.totalNanoseconds)
    }
}

extension CallGroups {
    /// Drops the calls of other kinds. What is left of a group has no latencies of its own.
    package mutating func keepOnly(_ isIncluded: (SyscallID) -> Bool) {
        for index in groups.indices {
            groups[index].series.removeAll { !isIncluded($0.id) }
            groups[index].distribution = nil
        }
        groups = CallGroups(kind: kind, groups: groups.filter { !$0.series.isEmpty }).groups
    }

    /// The groups of two profiles; nil where they are not grouped alike, so that no group has all of its calls.
    static func merged(_ first: CallGroups?, _ second: CallGroups?) -> CallGroups? {
        guard let first, let second, first.kind == second.kind else { return nil }
        var order: [CallGroup.Key] = []
        var byKey: [CallGroup.Key: CallGroup] = [:]
        for group in first.groups + second.groups {
            guard var known = byKey[group.key] else {
                order.append(group.key)
                byKey[group.key] = group
                continue
            }
            for series in group.series { known.series.add(series) }
            // A distribution of some of the calls would look like one of all of them.
            if let distribution = group.distribution { known.distribution?.merge(distribution) } else { known.distribution = nil }
            byKey[group.key] = known
        }
        return CallGroups(kind: first.kind, groups: order.compactMap { byKey[$0] })
    }
}
