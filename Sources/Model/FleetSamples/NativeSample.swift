import Glibc
import LatencyHistogram

/// A native histogram as the API of Prometheus gives it. Counts are floats: `increase` extrapolates to the ends of its window.
struct NativeSample: Decodable {
    struct Bucket: Decodable {
        /// Seconds.
        var lower, upper: Double
        var count: Double

        init(lower: Double, upper: Double, count: Double) { (self.lower, self.upper, self.count) = (lower, upper, count) }

        /// `[rule, "lower", "upper", "count"]`; which bound belongs to it follows from the bounds.
        init(from decoder: any Decoder) throws {
            var container = try decoder.unkeyedContainer()
            _ = try container.decode(Int.self)
            lower = try container.decode(ServerAnswer.NumberText.self).value
            upper = try container.decode(ServerAnswer.NumberText.self).value
            count = try container.decode(ServerAnswer.NumberText.self).value
        }
    }

    var count: Double
    /// Seconds.
    var sum: Double
    var buckets: [Bucket]

    private enum Key: String, CodingKey { case count, sum, buckets }

    init(count: Double, sum: Double, buckets: [Bucket]) { (self.count, self.sum, self.buckets) = (count, sum, buckets) }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        count = try container.decode(ServerAnswer.NumberText.self, forKey: .count).value
        sum = try container.decode(ServerAnswer.NumberText.self, forKey: .sum).value
        buckets = try container.decodeIfPresent([Bucket].self, forKey: .buckets) ?? []
    }
}

/// A native histogram by its buckets' numbers: bucket i of schema n has the values in (2^((i-1)/2^n), 2^(i/2^n)] seconds.
struct NativeCounts: Sendable {
    enum Fault: Error {
        /// Counts below zero, or no numbers: what a subtraction across a reset makes.
        case notCounts
        /// Bounds that are not those of a standard schema.
        case notStandard
    }

    /// From -4 to 8; nil of one without a bucket above zero.
    private(set) var schema: Int?
    private(set) var zero = 0.0
    /// In order.
    private(set) var counts: [(index: Int, count: Double)] = []
    let sum: Double

    /// More calls than this nobody makes in a window.
    private static let mostCalls = 0x1p53

    init(_ sample: NativeSample) throws(Fault) {
        sum = sample.sum.isFinite && sample.sum > 0 ? sample.sum : 0
        let all = sample.buckets.reduce(0.0) { $0 + abs($1.count) }
        guard all.isFinite, all <= NativeCounts.mostCalls else { throw .notCounts }
        for bucket in sample.buckets {
            guard bucket.upper.isFinite, bucket.lower.isFinite, bucket.upper > bucket.lower || bucket.count == 0 else {
                throw .notStandard
            }
            // Rounding leaves such crumbs; anything larger is a reset that wasn't seen.
            guard bucket.count >= -1e-6 * max(1, all) else { throw .notCounts }
            let count = max(0, bucket.count)
            guard bucket.lower > 0 else {
                guard abs(bucket.upper) < 1e-9, bucket.lower > -1e-9 else { throw .notStandard }
                zero += count
                continue
            }
            let place = try NativeCounts.place(of: bucket)
            if let schema, schema != place.schema { throw .notStandard }
            schema = place.schema
            guard place.index > counts.last?.index ?? .min else { throw .notStandard }
            if count > 0 { counts.append((place.index, count)) }
        }
    }

    /// Which bucket has such bounds.
    private static func place(of bucket: NativeSample.Bucket) throws(Fault) -> (schema: Int, index: Int) {
        let octaves = log2(bucket.upper) - log2(bucket.lower)
        let schema = -log2(octaves)
        guard schema.isFinite, abs(schema - schema.rounded()) < 0.01, (-4...8).contains(Int(schema.rounded())) else {
            throw .notStandard
        }
        let place = log2(bucket.upper) * exp2(schema.rounded())
        guard abs(place) < 1e6, abs(place - place.rounded()) < 0.01 else { throw .notStandard }
        return (Int(schema.rounded()), Int(place.rounded()))
    }

    /// The same with wider buckets: each is one of those or a part of one.
    func coarsened(to target: Int) -> NativeCounts {
        guard let schema, target < schema else { return self }
        var copy = self
        copy.schema = target
        copy.counts = []
        for (index, count) in counts {
            // Rounded up: upper bounds belong to their buckets.
            let wide = -((-index) >> (schema - target))
            if let last = copy.counts.last, last.index == wide {
                copy.counts[copy.counts.count - 1].count = last.count + count
            } else {
                copy.counts.append((wide, count))
            }
        }
        return copy
    }

    /// By how much a bucket's upper bound lies above its lower one, in ln.
    static func width(ofSchema schema: Int) -> Double { log(2) * exp2(-Double(schema)) }

    /// As our own histogram: values spread in a bucket as evenly as their logarithms can. Fractions of a call are carried on to the next bucket,
    /// so the number of calls is right to half a call.
    var histogram: LatencyHistogram {
        var spread = BucketSpread()
        if zero > 0 { spread.add(zero, from: 0, to: 0) }
        if let schema {
            for (index, count) in counts {
                spread.add(
                    count, from: exp2(Double(index - 1) * exp2(-Double(schema))) * 1e9,
                    to: exp2(Double(index) * exp2(-Double(schema))) * 1e9)
            }
        }
        return spread.histogram(sumSeconds: sum)
    }
}

/// Deals counts out to buckets of ours.
private struct BucketSpread {
    private var buckets: [LatencyHistogram.Bucket] = []
    private var aboveRange: UInt64 = 0
    /// All that was added, and how many whole calls of it have been dealt out.
    private var added = 0.0
    private var dealt: UInt64 = 0

    /// - Parameters: bounds in nanoseconds.
    mutating func add(_ count: Double, from lower: Double, to upper: Double) {
        let end = Double(BucketScheme.rangeEnd)
        guard upper > 0 else { return deal(count, to: 0) }
        guard lower < end else {
            added += count
            let whole = UInt64(max(0, added.rounded()))
            if whole > dealt {
                aboveRange += whole - dealt
                dealt = whole
            }
            return
        }
        // No whole nanosecond may lie between the bounds.
        let first = BucketScheme.index(of: UInt64(lower.rounded(.down)))
        let last = BucketScheme.index(of: UInt64(min(upper, end - 1).rounded(.down)))
        let octaves = log(upper) - log(lower)
        var done = 0.0
        for index in first...max(first, last) {
            let edge = Double(BucketScheme.upperBound(of: index)) + 1
            let share = index >= last ? 1 : min(1, max(done, (log(edge) - log(lower)) / octaves))
            deal(count * (share - done), to: index)
            done = share
        }
    }

    private mutating func deal(_ count: Double, to index: Int) {
        added += count
        let whole = UInt64(max(0, added.rounded()))
        guard whole > dealt else { return }
        if let last = buckets.last, last.index >= index {
            buckets[buckets.count - 1].count += whole - dealt
        } else {
            buckets.append(.init(index: index, count: whole - dealt))
        }
        dealt = whole
    }

    func histogram(sumSeconds: Double) -> LatencyHistogram {
        guard dealt > 0 else { return LatencyHistogram() }
        let least = buckets.first.map { BucketScheme.lowerBound(of: $0.index) } ?? BucketScheme.rangeEnd
        let most = aboveRange > 0 ? BucketScheme.rangeEnd : buckets.last.map { BucketScheme.upperBound(of: $0.index) } ?? least
        let sum = sumSeconds * 1e9
        return LatencyHistogram(
            buckets: buckets, aboveRange: aboveRange, sum: sum < 0x1p63 ? UInt64(sum) : UInt64(Int64.max), min: least, max: most)
    }
}
