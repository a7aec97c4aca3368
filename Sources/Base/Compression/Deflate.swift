import CZlib

/// Compressed bytes, the same for the same bytes.
package enum Deflate {
    /// How much time compression may take.
    package enum Effort: Int32, Sendable {
        /// A tenth more bytes than ``usual`` for a fraction of its time.
        case quick = 1
        /// zlib's own choice.
        case usual = 6
    }

    /// A zlib stream.
    package static func zlib(_ bytes: [UInt8], effort: Effort = .usual) -> [UInt8] {
        let bound = compressBound(uLong(bytes.count))
        return unsafe [UInt8](unsafeUninitializedCapacity: Int(bound)) { buffer, count in
            var length = bound
            // zlib writes no more than `length` bytes, which the buffer has, and keeps neither pointer.
            let status = unsafe bytes.withUnsafeBufferPointer { source in
                unsafe compress2(buffer.baseAddress, &length, source.baseAddress, uLong(source.count), effort.rawValue)
            }
            precondition(status == Z_OK, "zlib has no memory for a report")
            count = Int(length)
        }
    }

    /// A gzip file without a name and a time. Several of them, one behind the other, are a gzip file too.
    ///
    /// Source: RFC 1950 (a zlib stream has two bytes before the data and four behind them) and RFC 1952 (gzip has ten, and eight).
    package static func gzip(_ bytes: [UInt8], effort: Effort = .usual) -> [UInt8] {
        let (magic, deflate, unknown): ([UInt8], UInt8, UInt8) = ([0x1f, 0x8b], 8, 255)
        // crc32_z reads the buffer, and keeps no pointer.
        let checksum = unsafe bytes.withUnsafeBufferPointer { unsafe crc32_z(0, $0.baseAddress, $0.count) }
        return magic + [deflate, 0, 0, 0, 0, 0, 0, unknown] + zlib(bytes, effort: effort).dropFirst(2).dropLast(4)
            + littleEndian(UInt32(truncatingIfNeeded: checksum)) + littleEndian(UInt32(truncatingIfNeeded: bytes.count))
    }

    private static func littleEndian(_ value: UInt32) -> [UInt8] {
        stride(from: 0, to: 32, by: 8).map { UInt8(truncatingIfNeeded: value >> $0) }
    }
}
