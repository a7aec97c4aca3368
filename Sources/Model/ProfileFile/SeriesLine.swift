import SaturatingMath
import LatencyHistogram
import Profile
import SyscallTable

/// One histogram and what it is of.
struct SeriesLine: Codable {
    var abi, name, outcome: String
    var number: Int32
    var failed: Bool
    private var distribution: Distribution
    /// Only where there are any.
    private var unrepresented: UInt64?

    enum CodingKeys: String, CodingKey { case abi, name, outcome, number, failed, unrepresented }

    init(_ series: Series, of id: SyscallID) {
        (abi, number, name) = (id.abi.name, id.number, id.name)
        (outcome, failed) = (series.outcome.name, series.failed)
        distribution = Distribution(series.distribution)
        unrepresented = series.unrepresented > 0 ? series.unrepresented : nil
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        abi = try container.decode(String.self, forKey: .abi)
        name = try container.decode(String.self, forKey: .name)
        outcome = try container.decode(String.self, forKey: .outcome)
        number = try container.decode(Int32.self, forKey: .number)
        failed = try container.decode(Bool.self, forKey: .failed)
        distribution = try Distribution(from: decoder)
        unrepresented = try container.decodeIfPresent(UInt64.self, forKey: .unrepresented)
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(abi, forKey: .abi)
        try container.encode(name, forKey: .name)
        try container.encode(outcome, forKey: .outcome)
        try container.encode(number, forKey: .number)
        try container.encode(failed, forKey: .failed)
        try distribution.encode(to: encoder)
        try container.encodeIfPresent(unrepresented, forKey: .unrepresented)
    }

    /// The series, or what is wrong with it.
    func decoded() throws(LineDefect) -> (id: SyscallID, series: Series) {
        (
            try SyscallID(abiName: abi, number: number),
            Series(
                outcome: try Outcome(lineName: outcome), failed: failed,
                distribution: try distribution.decoded(mayBeEmpty: unrepresented ?? 0 > 0), unrepresented: unrepresented ?? 0)
        )
    }

    /// Sparse buckets as pairs of lowest value and count, with the exact figures beside them.
    struct Distribution: Codable {
        var count, sum, min, max, aboveRange: UInt64
        var buckets: [[UInt64]]

        enum CodingKeys: String, CodingKey {
            case sum = "sum_ns"
            case min = "min_ns"
            case max = "max_ns"
            case aboveRange = "above_range"
            case count, buckets
        }

        init(_ distribution: LatencyHistogram) {
            (count, sum, min, max) = (distribution.count, distribution.sum, distribution.min, distribution.max)
            aboveRange = distribution.aboveRange
            buckets = distribution.buckets.map { [BucketScheme.lowerBound(of: $0.index), $0.count] }
        }

        func decoded(mayBeEmpty: Bool = false) throws(LineDefect) -> LatencyHistogram {
            if mayBeEmpty, count == 0, buckets.isEmpty, aboveRange == 0 { return LatencyHistogram() }
            var sparse: [LatencyHistogram.Bucket] = []
            sparse.reserveCapacity(buckets.count)
            var total = aboveRange
            for pair in buckets {
                let bucket = try Distribution.bucket(pair, after: sparse.last)
                sparse.append(bucket)
                total = total.addingSaturating(bucket.count)
            }
            guard total == count else { throw LineDefect("the buckets hold \(total) calls, not the \(count) that the line says") }
            guard count > 0, min <= max else {
                throw LineDefect("a distribution has a call at least, and min_ns is at most max_ns")
            }
            try checkExtremes(sparse)
            return LatencyHistogram(buckets: sparse, aboveRange: aboveRange, sum: sum, min: min, max: max)
        }

        private static func bucket(
            _ pair: [UInt64], after previous: LatencyHistogram.Bucket?
        ) throws(LineDefect) -> LatencyHistogram.Bucket {
            guard pair.count == 2 else { throw LineDefect("a bucket is a pair of lowest value and count") }
            let (low, count) = (pair[0], pair[1])
            guard low < BucketScheme.rangeEnd, BucketScheme.lowerBound(of: BucketScheme.index(of: low)) == low else {
                throw LineDefect("\(low) is not where a bucket begins")
            }
            let index = BucketScheme.index(of: low)
            guard index > previous?.index ?? -1 else { throw LineDefect("the bucket \(low) is out of order or there twice") }
            guard count > 0 else { throw LineDefect("the bucket \(low) is empty") }
            return .init(index: index, count: count)
        }

        /// The exact extremes do not lie inside of what the buckets hold.
        private func checkExtremes(_ sparse: [LatencyHistogram.Bucket]) throws(LineDefect) {
            let lowest = sparse.first.map { BucketScheme.upperBound(of: $0.index) } ?? .max
            guard min <= lowest else { throw LineDefect("min_ns \(min) is above the first bucket") }
            let highest = sparse.last.map { BucketScheme.lowerBound(of: $0.index) } ?? 0
            guard max >= (aboveRange > 0 ? BucketScheme.rangeEnd : highest) else {
                throw LineDefect("max_ns \(max) is below the last bucket")
            }
        }
    }
}

/// The errors of one call.
struct ErrnosLine: Codable {
    var abi, name: String
    var number: Int32
    var counts: [[UInt64]]

    init(_ call: CallProfile) {
        (abi, number, name) = (call.id.abi.name, call.id.number, call.id.name)
        counts = call.errnos.map { [UInt64($0.errno), $0.count] }
    }

    func decoded() throws(LineDefect) -> (id: SyscallID, errnos: [ErrnoCount]) {
        var errnos: [ErrnoCount] = []
        for pair in counts {
            guard pair.count == 2, (1...4095).contains(pair[0]), pair[1] > 0 else {
                throw LineDefect("an error is a pair of its number, 1 to 4095, and a count")
            }
            guard !errnos.contains(where: { $0.errno == Int32(pair[0]) }) else {
                throw LineDefect("the error \(pair[0]) is there twice")
            }
            errnos.append(ErrnoCount(errno: Int32(pair[0]), count: pair[1]))
        }
        return (try SyscallID(abiName: abi, number: number), errnos)
    }
}

/// What is wrong with one line, without its place.
struct LineDefect: Error {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}

extension SyscallID {
    init(abiName: String, number: Int32) throws(LineDefect) {
        guard let abi = ABI(name: abiName) else { throw LineDefect("'\(abiName)' is no ABI that syslat knows") }
        self.init(abi: abi, number: number)
    }
}

extension Outcome {
    init(lineName name: String) throws(LineDefect) {
        guard let outcome = Outcome.allCases.first(where: { $0.name == name }) else {
            throw LineDefect("'\(name)' is no outcome of a call")
        }
        self = outcome
    }
}
