import CZlib
import Foundation
import LatencyHistogram

/// A payload of an HdrHistogram log, decoded from the description of the format alone.
struct DecodedPayload {
    struct Malformed: Error {}

    let header: [UInt64]
    let buckets: [LatencyHistogram.Bucket]

    init(base64: some StringProtocol) throws {
        guard let data = Data(base64Encoded: String(base64)), data.count > 8 else { throw Malformed() }
        let outside = [UInt8](data)
        guard Self.integer(outside[0..<4]) == 0x1c84_9314, Self.integer(outside[4..<8]) == outside.count - 8 else {
            throw Malformed()
        }
        let inside = try Self.inflated(Array(outside[8...]))
        guard inside.count >= 40, Self.integer(inside[0..<4]) == 0x1c84_9313,
            Self.integer(inside[4..<8]) == inside.count - 40
        else { throw Malformed() }
        header = [8..<12, 12..<16, 16..<24, 24..<32, 32..<40].map { Self.integer(inside[$0]) }
        buckets = Self.buckets(inside[40...])
    }

    private static func buckets(_ bytes: ArraySlice<UInt8>) -> [LatencyHistogram.Bucket] {
        var buckets: [LatencyHistogram.Bucket] = []
        var index = 0
        var rest = bytes
        while !rest.isEmpty {
            var word: UInt64 = 0
            for position in 0..<9 {
                let byte = rest.removeFirst()
                word |= UInt64(position < 8 ? byte & 0x7f : byte) << UInt64(7 * position)
                if byte < 0x80 { break }
            }
            let value = Int64(bitPattern: word >> 1) ^ -Int64(word & 1)
            if value > 0 { buckets.append(.init(index: index, count: UInt64(value))) }
            index += value < 0 ? Int(-value) : 1
        }
        return buckets
    }

    private static func integer(_ bytes: ArraySlice<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }

    private static func inflated(_ bytes: [UInt8]) throws -> [UInt8] {
        var length = uLong(1 << 20)
        var result = [UInt8](repeating: 0, count: Int(length))
        // zlib writes at most `length` bytes, which the array has.
        let status = unsafe result.withUnsafeMutableBufferPointer { target in
            unsafe bytes.withUnsafeBufferPointer { source in
                unsafe uncompress(target.baseAddress, &length, source.baseAddress, uLong(source.count))
            }
        }
        guard status == Z_OK else { throw Malformed() }
        return Array(result.prefix(Int(length)))
    }
}
