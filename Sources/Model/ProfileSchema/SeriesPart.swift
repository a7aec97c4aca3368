package import LatencyHistogram
package import Profile
import SaturatingMath
package import SyscallTable

/// One histogram, how its calls ended, and which call it is of.
package struct SeriesPart: Codable {
    private let call: CallPart
    private let end: EndPart
    private let distribution: EstimatedDistributionPart
    /// Calls without a distribution; only where there are any.
    private let unrepresented: UInt64?

    private enum CodingKeys: String, CodingKey {
        case unrepresented
        /// What syslat 0.1.0 calls the unrepresented calls.
        case unmeasured
    }

    package init(_ series: Series, of id: SyscallID) {
        call = CallPart(id)
        end = EndPart(series.outcome, failed: series.failed)
        distribution = EstimatedDistributionPart(series.distribution, inferred: series.inferred)
        unrepresented = series.unrepresented > 0 ? series.unrepresented : nil
    }

    package init(from decoder: any Decoder) throws {
        call = try CallPart(from: decoder)
        end = try EndPart(from: decoder)
        distribution = try EstimatedDistributionPart(from: decoder)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        unrepresented =
            try container.decodeIfPresent(UInt64.self, forKey: .unrepresented)
            ?? container.decodeIfPresent(UInt64.self, forKey: .unmeasured)
    }

    package func encode(to encoder: any Encoder) throws {
        try call.encode(to: encoder)
        try end.encode(to: encoder)
        try distribution.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(unrepresented, forKey: .unrepresented)
    }

    package func decoded() throws(ProfileDefect) -> (id: SyscallID, series: Series) {
        let (id, (outcome, failed)) = (try call.decoded(), try end.decoded())
        let unrepresented = unrepresented ?? 0
        let (distribution, inferred) = try distribution.decoded(mayBeEmpty: unrepresented > 0)
        return (
            id,
            Series(outcome: outcome, failed: failed, distribution: distribution, inferred: inferred, unrepresented: unrepresented)
        )
    }
}

/// A distribution of which some calls may be inferred from others that sampling measured.
struct EstimatedDistributionPart: Codable {
    private let distribution: DistributionPart
    /// How many of the calls were measured; only where not all of them were. Files of older versions lack it.
    private let measured: UInt64?

    private enum CodingKeys: String, CodingKey { case measured }

    init(_ distribution: LatencyHistogram, inferred: UInt64) {
        self.distribution = DistributionPart(distribution)
        measured = inferred > 0 ? distribution.count - min(inferred, distribution.count) : nil
    }

    init(from decoder: any Decoder) throws {
        distribution = try DistributionPart(from: decoder)
        measured = try decoder.container(keyedBy: CodingKeys.self).decodeIfPresent(UInt64.self, forKey: .measured)
    }

    func encode(to encoder: any Encoder) throws {
        try distribution.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(measured, forKey: .measured)
    }

    func decoded(mayBeEmpty: Bool) throws(ProfileDefect) -> (distribution: LatencyHistogram, inferred: UInt64) {
        let distribution = try distribution.decoded(mayBeEmpty: mayBeEmpty)
        guard let measured else { return (distribution, 0) }
        guard measured > 0 || distribution.isEmpty, measured <= distribution.count else {
            throw ProfileDefect("\(measured) calls can't have been measured for a distribution of \(distribution.count)")
        }
        return (distribution, distribution.count - measured)
    }
}

/// A distribution: its sparse buckets as pairs of lowest value and count, and the exact figures beside them.
package struct DistributionPart: Codable {
    private var count, sum, min, max, aboveRange: UInt64
    private var buckets: [[UInt64]]

    enum CodingKeys: String, CodingKey {
        case sum = "sum_ns"
        case min = "min_ns"
        case max = "max_ns"
        case aboveRange = "above_range"
        case count, buckets
    }

    package init(_ distribution: LatencyHistogram) {
        (count, sum, min, max) = (distribution.count, distribution.sum, distribution.min, distribution.max)
        aboveRange = distribution.aboveRange
        buckets = distribution.buckets.map { [BucketScheme.lowerBound(of: $0.index), $0.count] }
    }

    package func decoded(mayBeEmpty: Bool = false) throws(ProfileDefect) -> LatencyHistogram {
        if mayBeEmpty, count == 0, buckets.isEmpty, aboveRange == 0 { return LatencyHistogram() }
        var sparse: [LatencyHistogram.Bucket] = []
        sparse.reserveCapacity(buckets.count)
        var total = aboveRange
        for pair in buckets {
            let bucket = try DistributionPart.bucket(pair, after: sparse.last)
            sparse.append(bucket)
            total = total.addingSaturating(bucket.count)
        }
        guard total == count else { throw ProfileDefect("the buckets hold \(total) calls, not the \(count) that the line says") }
        return try DistributionPart.distribution(Figures(sum: sum, min: min, max: max, aboveRange: aboveRange), sparse)
    }

    /// What a distribution has beside its buckets.
    struct Figures {
        let sum, min, max, aboveRange: UInt64
    }

    /// - Parameter sparse: buckets in order, inside the scheme and not empty.
    static func distribution(
        _ figures: Figures, _ sparse: [LatencyHistogram.Bucket]
    ) throws(ProfileDefect) -> LatencyHistogram {
        let total = sparse.reduce(figures.aboveRange) { $0.addingSaturating($1.count) }
        guard total > 0, figures.min <= figures.max else {
            throw ProfileDefect("a distribution has at least one call, and its min_ns is at most its max_ns")
        }
        try figures.checkExtremes(sparse, count: total)
        return LatencyHistogram(
            buckets: sparse, aboveRange: figures.aboveRange, sum: figures.sum, min: figures.min, max: figures.max)
    }

    private static func bucket(
        _ pair: [UInt64], after previous: LatencyHistogram.Bucket?
    ) throws(ProfileDefect) -> LatencyHistogram.Bucket {
        guard pair.count == 2 else { throw ProfileDefect("a bucket is a pair of lowest value and count") }
        let (low, count) = (pair[0], pair[1])
        guard low < BucketScheme.rangeEnd, BucketScheme.lowerBound(of: BucketScheme.index(of: low)) == low else {
            throw ProfileDefect("\(low) is not where a bucket begins")
        }
        let index = BucketScheme.index(of: low)
        guard index > previous?.index ?? -1 else { throw ProfileDefect("the bucket \(low) is out of order or there twice") }
        guard count > 0 else { throw ProfileDefect("the bucket \(low) is empty") }
        return .init(index: index, count: count)
    }
}

extension DistributionPart.Figures {
    /// The exact extremes don't lie inside what the buckets hold.
    fileprivate func checkExtremes(_ sparse: [LatencyHistogram.Bucket], count: UInt64) throws(ProfileDefect) {
        let lowest = sparse.first.map { BucketScheme.upperBound(of: $0.index) } ?? .max
        guard min <= lowest else { throw ProfileDefect("min_ns \(min) is above the first bucket") }
        let highest = sparse.last.map { BucketScheme.lowerBound(of: $0.index) } ?? 0
        guard max >= (aboveRange > 0 ? BucketScheme.rangeEnd : highest) else {
            throw ProfileDefect("max_ns \(max) is below the last bucket")
        }
        // Sampled distributions are scaled, and rounded by less than 1 ns a call.
        guard sum.addingSaturating(count) >= min.multipliedSaturating(by: count),
            sum <= max.addingSaturating(1).multipliedSaturating(by: count)
        else { throw ProfileDefect("sum_ns \(sum) can't be that of \(count) calls from min_ns to max_ns") }
    }
}
