import Compression
import Presentation
import FoundationEssentials
import LatencyHistogram

/// A distribution in HdrHistogram's compressed V2 encoding, as the histogram of (1, 2^42 - 1, 2 digits) whose buckets are ours.
///
/// All integers are big-endian. Outside: the cookie, the length of what follows, and a zlib stream. In the stream: another
/// cookie, the length of the counts, the offset 0, the digits, the lowest and the highest value, the ratio 1.0, the counts.
enum HdrPayload {
    private static let encodingCookie: UInt32 = 0x1c84_9313
    private static let compressedCookie: UInt32 = 0x1c84_9314
    private static let significantDigits: UInt32 = 2

    /// The largest count that the encoding can hold.
    static let largestCount = UInt64(Int64.max)

    /// The payload in base64. Values above the range are not in it; counts above ``largestCount`` stop there.
    static func base64(_ distribution: LatencyHistogram) -> String {
        let compressed = Deflate.zlib(encoded(distribution))
        return Data(bigEndian(compressedCookie) + bigEndian(UInt32(compressed.count)) + compressed).base64EncodedString()
    }

    private static func encoded(_ distribution: LatencyHistogram) -> [UInt8] {
        let counts = counts(distribution.buckets)
        var bytes = bigEndian(encodingCookie) + bigEndian(UInt32(counts.count))
        bytes += bigEndian(UInt32(0)) + bigEndian(significantDigits)
        bytes += bigEndian(UInt64(1)) + bigEndian(BucketScheme.rangeEnd - 1) + bigEndian((1.0).bitPattern)
        return bytes + counts
    }

    /// The counts from the first bucket to the last that is not empty: a positive number is a count, a zero is one empty
    /// bucket, a negative number is a run of so many of them.
    static func counts(_ buckets: [LatencyHistogram.Bucket]) -> [UInt8] {
        var bytes: [UInt8] = []
        var next = 0
        for bucket in buckets {
            let gap = bucket.index - next
            if gap > 0 { bytes += zigZagLEB128(gap == 1 ? 0 : Int64(-gap)) }
            bytes += zigZagLEB128(Int64(min(bucket.count, largestCount)))
            next = bucket.index + 1
        }
        return bytes
    }

    /// Signs are folded into the lowest bit. Then seven bits a byte, the lowest first, the eighth bit saying that more follow;
    /// a ninth byte has the eight bits that are left.
    private static func zigZagLEB128(_ value: Int64) -> [UInt8] {
        var rest = UInt64(bitPattern: value << 1 ^ value >> 63)
        var bytes: [UInt8] = []
        while rest >= 0x80 && bytes.count < 8 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        return bytes + [UInt8(truncatingIfNeeded: rest)]
    }

    private static func bigEndian(_ value: some FixedWidthInteger) -> [UInt8] {
        stride(from: value.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: value >> $0) }
    }
}
