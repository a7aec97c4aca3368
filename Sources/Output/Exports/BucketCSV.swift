import LatencyHistogram
import Presentation
import Profile
import SyscallTable

/// Whole distributions as comma-separated values: a row for each bucket of each call, of each interval or of each process.
enum BucketCSV {
    private static let bounds = ["from_ns", "below_ns", "calls"]
    static let callColumns = ["abi", "number", "name"] + bounds + Outcome.allCases.map(\.name) + ["errors", "sampled"]
    static let processColumns = bounds + ["sampled"]

    /// Each bucket of these calls, with its calls by outcome and its errors.
    static func rows(_ calls: [CallProfile], _ sampled: String, after first: [String] = []) -> [[String]] {
        var rows: [[String]] = []
        for call in calls {
            // Requests to io_uring never are.
            let sampled = call.id.abi == .ioUring ? CSVReport.mark(false) : sampled
            let id = [call.id.abi.name, String(call.id.number), call.id.name]
            var parts = Outcome.allCases.map { counts(call.distribution(of: $0)) }
            parts.append(counts(call.series.mergedDistribution(where: \.failed)))
            for bucket in call.distribution.bucketRows {
                rows.append(first + id + figures(bucket) + parts.map { String($0[bucket.from] ?? 0) } + [sampled])
            }
        }
        return rows
    }

    /// Each bucket of a process or another group, over all its calls; none without a distribution.
    static func rows(_ distribution: LatencyHistogram?, _ sampled: String, after first: [String]) -> [[String]] {
        (distribution?.bucketRows ?? []).map { first + figures($0) + [sampled] }
    }

    private static func figures(_ bucket: BucketRow) -> [String] {
        [String(bucket.from), String(bucket.below), String(bucket.calls)]
    }

    private static func counts(_ distribution: LatencyHistogram) -> [UInt64: UInt64] {
        Dictionary(uniqueKeysWithValues: distribution.bucketRows.map { ($0.from, $0.calls) })
    }
}
