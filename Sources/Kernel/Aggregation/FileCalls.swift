package import CSyslatABI
package import Profile
package import LatencyHistogram
import SyscallTable

/// Calls on files, as the programs count them where calls are grouped by file.
package struct FileCalls: Sendable {
    /// What calls on one file have in common.
    package enum Place: Sendable, Hashable {
        /// A later file may have the number of the inode, and has another generation then.
        case file(device: UInt32, inode: UInt64, generation: UInt32)
        case pipes
        /// Files of one kind without an inode of their own; the number tells the kinds apart.
        case anonymous(UInt64)
        /// AF_..., IPPROTO_... and SOCK_...
        case sockets(family: UInt16, protocol: UInt16, type: UInt16)
    }

    package private(set) var series: [ProcessSeries]
    /// With the resolution of overflow histograms: 12.5 %, and so are its extremes.
    private var latencies: OverflowSeries

    package var distribution: LatencyHistogram { latencies.distribution }

    /// The calls of one kind. nil if no kernel side of this version can have written it, or if nothing has been counted.
    package init?(index: Int, calls: syslat_file_calls) {
        guard index < Int(SYSLAT_CALL_INDEXES) else { return nil }
        let index = UInt32(index)
        let (counts, totals) = unsafe (
            unsafeBitCast(calls.calls, to: InlineArray<8, UInt64>.self),
            unsafeBitCast(calls.total_ns, to: InlineArray<8, UInt64>.self)
        )
        var series: [ProcessSeries] = []
        for completion in 0..<Int(SYSLAT_COMPLETIONS) where counts[completion] > 0 {
            let outcome = syslat_completion_outcome(UInt32(completion))
            guard outcome <= Outcome.preempted.rawValue else { return nil }
            let kind = SeriesTable.Kind(
                abi: syslat_call_index_abi(index), number: syslat_call_index_number(index), outcome: outcome,
                failed: syslat_completion_failed(UInt32(completion)))
            series.append(
                ProcessSeries(
                    id: kind.id, outcome: kind.outcome, failed: kind.failed, calls: counts[completion],
                    totalNanoseconds: totals[completion]))
        }
        guard !series.isEmpty else { return nil }
        self.series = series
        latencies = OverflowSeries(key: syslat_overflow_key(call: 0), series: calls.distribution, extremes: [])
    }

    package mutating func add(_ other: FileCalls) {
        for addition in other.series { series.add(addition) }
        latencies.add(other.latencies)
    }
}

extension FileCalls.Place {
    /// nil for a kind that this version doesn't know.
    package init?(_ key: syslat_file_key) {
        switch UInt32(key.kind) {
        case SYSLAT_FILE.rawValue: self = .file(device: key.device, inode: key.inode, generation: key.generation)
        case SYSLAT_PIPES.rawValue: self = .pipes
        case SYSLAT_ANONYMOUS_FILE.rawValue: self = .anonymous(key.inode)
        case SYSLAT_SOCKETS.rawValue:
            self = .sockets(
                family: UInt16(truncatingIfNeeded: key.inode >> 32), protocol: UInt16(truncatingIfNeeded: key.inode >> 16),
                type: UInt16(truncatingIfNeeded: key.inode))
        default: return nil
        }
    }
}

extension FileRecord {
    /// What the programs noted of a file when they met it; nil if no kernel side of this version can have written it.
    package init?(_ named: syslat_file_name) {
        // The bytes of the array, and no more.
        let bytes = unsafe withUnsafeBytes(of: named.name) { unsafe Array($0.prefix(Int(named.file.name_bytes))) }
        self.init(named.file, bytes[...])
    }
}
