import LatencyHistogram
import Profile
import SyscallTable

/// Calls in few bytes, to keep many seconds of them: a bucket takes 3 bytes as a rule, instead of 16.
enum WindowCode {
    static func encode(_ calls: [CallProfile]) -> [UInt8] {
        var writer = NumberWriter()
        writer.add(UInt64(calls.count))
        for call in calls {
            writer.add(UInt64(call.id.abi.rawValue))
            writer.add(UInt64(UInt32(bitPattern: call.id.number)))
            writer.add(UInt64(call.series.count))
            for series in call.series { encode(series, to: &writer) }
            writer.add(UInt64(call.errnos.count))
            for errno in call.errnos {
                writer.add(UInt64(UInt32(bitPattern: errno.errno)))
                writer.add(errno.count)
            }
        }
        // Kept for an hour, without the room that an array has to grow.
        var exact: [UInt8] = []
        exact.reserveCapacity(writer.bytes.count)
        exact += writer.bytes
        return exact
    }

    private static func encode(_ series: Series, to writer: inout NumberWriter) {
        writer.add(UInt64(series.outcome.rawValue) << 1 | (series.failed ? 1 : 0))
        for number in [series.inferred, series.unrepresented] { writer.add(number) }
        let histogram = series.distribution
        for number in [histogram.aboveRange, histogram.sum, histogram.isEmpty ? 0 : histogram.min, histogram.max] {
            writer.add(number)
        }
        writer.add(UInt64(histogram.buckets.count))
        var previous = -1
        for bucket in histogram.buckets {
            writer.add(UInt64(bucket.index - previous - 1))
            writer.add(bucket.count)
            previous = bucket.index
        }
    }

    /// nil of bytes that are no calls.
    static func decode(_ bytes: [UInt8]) -> [CallProfile]? {
        var reader = NumberReader(bytes)
        return reader.list { reader in
            guard let abi = reader.next().flatMap(UInt8.init(exactly:)).flatMap(ABI.init(rawValue:)), let number = reader.number(),
                let series = reader.list(series),
                let errnos = reader.list({ reader in
                    guard let errno = reader.number(), let count = reader.next() else { return ErrnoCount?.none }
                    return ErrnoCount(errno: errno, count: count)
                })
            else { return CallProfile?.none }
            return CallProfile(id: SyscallID(abi: abi, number: number), series: series, errnos: errnos)
        }
    }

    private static func series(_ reader: inout NumberReader) -> Series? {
        guard let end = reader.next(), let outcome = UInt8(exactly: end >> 1).flatMap(Outcome.init), let inferred = reader.next(),
            let unrepresented = reader.next(), let aboveRange = reader.next(), let sum = reader.next(), let min = reader.next(),
            let max = reader.next()
        else { return nil }
        var next: UInt64 = 0
        let buckets = reader.list { reader -> LatencyHistogram.Bucket? in
            guard let gap = reader.next(), let count = reader.next(), count > 0, gap < UInt64(BucketScheme.bucketCount),
                next + gap < UInt64(BucketScheme.bucketCount)
            else { return nil }
            defer { next += gap + 1 }
            return LatencyHistogram.Bucket(index: Int(next + gap), count: count)
        }
        guard let buckets else { return nil }
        let isEmpty = buckets.isEmpty && aboveRange == 0
        let histogram =
            isEmpty
            ? LatencyHistogram() : LatencyHistogram(buckets: buckets, aboveRange: aboveRange, sum: sum, min: min, max: max)
        return Series(
            outcome: outcome, failed: end & 1 == 1, distribution: histogram, inferred: inferred, unrepresented: unrepresented)
    }
}

/// Numbers in as few groups of seven bits as they need.
private struct NumberWriter {
    var bytes: [UInt8] = []

    mutating func add(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }
}

private struct NumberReader {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    mutating func next() -> UInt64? {
        var (value, shift) = (UInt64(0), UInt64(0))
        while let byte = rest.popFirst(), shift < 64 {
            value |= UInt64(byte & 0x7f) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        return nil
    }

    mutating func number() -> Int32? { next().flatMap { UInt32(exactly: $0) }.map { Int32(bitPattern: $0) } }

    mutating func list<Element>(_ element: (inout NumberReader) -> Element?) -> [Element]? {
        // Each takes a byte at least.
        guard let count = next(), count <= UInt64(rest.count) else { return nil }
        var elements: [Element] = []
        for _ in 0..<count {
            guard let next = element(&self) else { return nil }
            elements.append(next)
        }
        return elements
    }
}
