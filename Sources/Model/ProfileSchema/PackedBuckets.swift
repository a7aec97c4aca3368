import LatencyHistogram

/// The buckets of a distribution as text that compresses well: for each bucket a letter, and behind it the count unless that is 1.
///
/// The letter is the distance from the bucket before, or from just below the first one: `A` is 1, `Z` 26, `a` 27 and `z` 52. Each `+`
/// before it adds 52. `+C2A` is a bucket with the index 54 and a count of 2, and one with the index 55 and a count of 1.
///
/// Most buckets of an interval are neighbours with a count of 1, so most take one byte before compression.
enum PackedBuckets {
    private static let farthest = 52
    private static let farther = UInt8(ascii: "+")

    static func text(of buckets: [LatencyHistogram.Bucket]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity(2 * buckets.count)
        var previous = -1
        for bucket in buckets {
            let (steps, rest) = (bucket.index - previous - 1).quotientAndRemainder(dividingBy: farthest)
            for _ in 0..<steps { text.append(farther) }
            text.append(UInt8(rest < 26 ? 0x41 + rest : 0x61 + rest - 26))
            if bucket.count > 1 { append(bucket.count, to: &text) }
            previous = bucket.index
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func append(_ count: UInt64, to text: inout [UInt8]) {
        if count >= 10 { append(count / 10, to: &text) }
        text.append(UInt8(ascii: "0") + UInt8(count % 10))
    }

    /// The buckets that a text stands for, in order, inside the scheme and none of them empty.
    static func buckets(of text: String) throws(ProfileDefect) -> [LatencyHistogram.Bucket] {
        var buckets: [LatencyHistogram.Bucket] = []
        // The last bucket that has come, and its count as far as there are digits.
        var (index, count) = (-1, UInt64?.none)
        var isWaiting = false
        for byte in text.utf8 {
            if let digit = digit(byte), !isWaiting, !buckets.isEmpty {
                count = try longer(count, by: digit)
                buckets[buckets.count - 1].count = count ?? 0
                continue
            }
            guard let distance = distance(byte) else {
                throw ProfileDefect("packed buckets have a letter or + where it is expected")
            }
            guard buckets.last?.count != 0 else { throw ProfileDefect("a packed bucket is empty") }
            index += distance
            guard index < BucketScheme.bucketCount else { throw ProfileDefect("a packed bucket is above the range") }
            isWaiting = byte == farther
            count = nil
            if !isWaiting { buckets.append(.init(index: index, count: 1)) }
        }
        guard !isWaiting, buckets.last?.count != 0 else { throw ProfileDefect("the packed buckets break off") }
        return buckets
    }

    private static func longer(_ count: UInt64?, by digit: UInt64) throws(ProfileDefect) -> UInt64 {
        let (tens, isTooLarge) = (count ?? 0).multipliedReportingOverflow(by: 10)
        let (sum, overflows) = tens.addingReportingOverflow(digit)
        guard !isTooLarge, !overflows else { throw ProfileDefect("the count of a packed bucket is too large") }
        return sum
    }

    private static func digit(_ byte: UInt8) -> UInt64? {
        byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") ? UInt64(byte - UInt8(ascii: "0")) : nil
    }

    private static func distance(_ byte: UInt8) -> Int? {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): Int(byte) - 0x41 + 1
        case UInt8(ascii: "a")...UInt8(ascii: "z"): Int(byte) - 0x61 + 27
        case farther: farthest
        default: nil
        }
    }
}
