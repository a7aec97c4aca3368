import CZlib

/// The BPF programs, compiled when syslat was built: nothing is compiled or read from a file at run time.
///
/// The build writes one extension of this type for each BPF/NAME.bpf.c.
package enum BPFObjects {
    /// Decodes what the build itself wrote: `size` bytes as zlib compresses them, seven bits in each character. Traps on anything else.
    static func decode(_ text: StaticString, size: Int) -> [UInt8] {
        let compressed = bytes(ofSevenBits: text)
        var image = [UInt8](repeating: 0, count: size)
        var length = UInt(size)
        // Both buffers are as long as the call is told.
        let status = unsafe uncompress(&image, &length, compressed, UInt(compressed.count))
        precondition(status == Z_OK && length == UInt(size), "the embedded BPF object is not what the build wrote")
        return image
    }

    private static func bytes(ofSevenBits text: StaticString) -> [UInt8] {
        // A StaticString's bytes live as long as the program.
        let characters = unsafe UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(characters.count / 8 * 7)
        var (bits, width): (UInt32, UInt32) = (0, 0)
        for index in characters.indices {
            bits = unsafe bits << 7 | UInt32(characters[index])
            width += 7
            if width >= 8 {
                width -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> width))
            }
        }
        return bytes
    }
}
