import SaturatingMath
import LatencyHistogram

extension Series {
    /// The calls since `earlier`, an older state of this series. No count goes below 0.
    package func subtracting(_ earlier: Series) -> Series {
        let distribution = distribution.subtracting(earlier.distribution)
        return Series(
            outcome: outcome, failed: failed, distribution: distribution,
            inferred: min(inferred.subtractingSaturating(earlier.inferred), distribution.count),
            unrepresented: unrepresented.subtractingSaturating(earlier.unrepresented))
    }
}

extension CallProfile {
    /// The calls since `earlier`, an older state of this profile; nil if there were none. Work after exit is not in it.
    package func subtracting(_ earlier: CallProfile) -> CallProfile? {
        let old = Dictionary(earlier.series.map { (End($0), $0) }) { first, _ in first }
        let series = series.map { series in old[End(series)].map { series.subtracting($0) } ?? series }.filter { $0.calls > 0 }
        guard !series.isEmpty else { return nil }
        let counts = Dictionary(earlier.errnos.map { ($0.errno, $0.count) }) { first, _ in first }
        let errnos = errnos.map { ErrnoCount(errno: $0.errno, count: $0.count.subtractingSaturating(counts[$0.errno] ?? 0)) }
        return CallProfile(id: id, series: series, errnos: errnos.filter { $0.count > 0 })
    }

    /// What tells the series of a call apart.
    private struct End: Hashable {
        let outcome: Outcome
        let failed: Bool

        init(_ series: Series) { (outcome, failed) = (series.outcome, series.failed) }
    }
}
