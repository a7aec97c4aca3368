internal import LatencyHistogram
internal import SyscallTable

extension CallProfile {
    /// Adds another profile of the same call: the same as having recorded both.
    public func merged(with other: CallProfile) -> CallProfile {
        var merged = series
        for addition in other.series {
            if let index = merged.firstIndex(where: { $0.outcome == addition.outcome && $0.failed == addition.failed }) {
                merged[index].distribution.merge(addition.distribution)
            } else {
                merged.append(addition)
            }
        }
        var counts = Dictionary(uniqueKeysWithValues: errnos.map { ($0.errno, $0.count) })
        for entry in other.errnos { counts[entry.errno] = (counts[entry.errno] ?? 0).addingSaturating(entry.count) }
        return CallProfile(id: id, series: merged.inOrder, errnos: counts.map { ErrnoCount(errno: $0.key, count: $0.value) })
    }
}

extension [Series] {
    /// The order in which a call's series stand everywhere.
    public var inOrder: [Series] {
        sorted { ($0.outcome.rawValue, $0.failed ? 1 : 0) < ($1.outcome.rawValue, $1.failed ? 1 : 0) }
    }
}

extension [CallProfile] {
    /// Adds calls of another profile or interval.
    public func merged(with others: [CallProfile]) -> [CallProfile] {
        var byID = Dictionary(uniqueKeysWithValues: map { ($0.id, $0) })
        for call in others { byID[call.id] = byID[call.id]?.merged(with: call) ?? call }
        return Array(byID.values).byFallingTotal
    }
}

extension [Interval] {
    /// All calls of a time series.
    public func merged() -> [CallProfile] {
        reduce(into: [CallProfile]()) { $0 = $0.merged(with: $1.calls) }
    }
}
