import CZlib

/// Unpacks a gzip file as it comes, piece by piece. A file that ends early gives what it has up to there.
///
/// Threading: one thread.
@safe
package final class Gunzip {
    /// Bytes that no gzip file has at that place.
    package struct Damaged: Error {}

    /// How the first byte of a gzip file differs from any text. Source: RFC 1952, section 2.3.1.
    package static let firstByte: UInt8 = 0x1f

    /// zlib keeps its address, so it stays in one place.
    private let stream: UnsafeMutablePointer<z_stream>
    private var isReady: Bool
    /// A part of the file, as gzip(1) writes it, has ended, and another may begin.
    private var isBetweenParts = false

    /// The size of what is handed over at once.
    private static let pieceBytes = 1 << 16

    package init() {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        // 15 bits of window, and 16 for a gzip header: zlib.h at inflateInit2.
        let status = unsafe inflateInit2_(stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        isReady = status == Z_OK
    }

    deinit {
        if isReady { unsafe inflateEnd(stream) }
        unsafe stream.deinitialize(count: 1)
        unsafe stream.deallocate()
    }

    /// Unpacks the next bytes of the file and hands over what they hold.
    /// Errors: ``Damaged``, and what `take` throws.
    package func take(_ bytes: ArraySlice<UInt8>, _ take: (ArraySlice<UInt8>) throws -> Void) throws {
        guard isReady else { throw Damaged() }
        var input = Array(bytes)
        var start = 0
        var output = [UInt8](repeating: 0, count: Gunzip.pieceBytes)
        var isFull = false
        // What found no room the last time comes without more input.
        while start < input.count || isFull {
            if isBetweenParts {
                guard unsafe inflateReset(stream) == Z_OK else { throw Damaged() }
                isBetweenParts = false
            }
            let (used, written, status) = inflate(&input, from: start, into: &output)
            start += used
            guard [Z_OK, Z_STREAM_END, Z_BUF_ERROR].contains(status) else { throw Damaged() }
            if written > 0 { try take(output[..<written]) }
            isBetweenParts = status == Z_STREAM_END
            // Neither read nor written, although there is more: it would go on like that.
            guard used > 0 || written > 0 || start == input.count else { throw Damaged() }
            isFull = written == output.count && !isBetweenParts
        }
    }

    private func inflate(
        _ input: inout [UInt8], from start: Int, into output: inout [UInt8]
    ) -> (used: Int, written: Int, status: Int32) {
        let (there, room) = (input.count - start, output.count)
        // zlib reads `there` bytes and writes `room` bytes at most, which the arrays have, and uses neither after this call.
        return unsafe input.withUnsafeMutableBufferPointer { source in
            unsafe output.withUnsafeMutableBufferPointer { target in
                unsafe stream.pointee.next_in = source.baseAddress.map { unsafe $0 + start }
                unsafe stream.pointee.avail_in = uInt(clamping: there)
                unsafe stream.pointee.next_out = target.baseAddress
                unsafe stream.pointee.avail_out = uInt(clamping: room)
                let status = unsafe CZlib.inflate(stream, Z_NO_FLUSH)
                let used = unsafe Int(uInt(clamping: there)) - Int(stream.pointee.avail_in)
                let written = unsafe room - Int(stream.pointee.avail_out)
                return (used, written, status)
            }
        }
    }
}
