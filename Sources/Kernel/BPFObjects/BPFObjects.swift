import CZlib

/// The BPF programs, compiled when syslat was built: nothing is compiled or read from a file at run time.
///
/// The build writes one extension of this type for each BPF/NAME.bpf.c.
package enum BPFObjects {
    /// Decodes what the build itself wrote: base64 of `size` bytes as zlib compresses them. Traps on anything else.
    static func decode(_ text: StaticString, size: Int) -> [UInt8] {
        let compressed = bytes(ofBase64: text)
        var image = [UInt8](repeating: 0, count: size)
        var length = UInt(size)
        // Both buffers are as long as the call is told.
        let status = unsafe uncompress(&image, &length, compressed, UInt(compressed.count))
        precondition(status == Z_OK && length == UInt(size), "the embedded BPF object is not what the build wrote")
        return image
    }

    private static func bytes(ofBase64 text: StaticString) -> [UInt8] {
        // A StaticString's bytes live as long as the program.
        let characters = unsafe UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(characters.count / 4 * 3)
        var (bits, width): (UInt32, Int) = (0, 0)
        for index in characters.indices {
            guard let sextet = unsafe sextet(of: characters[index]) else { break }  // padding
            bits = bits << 6 | sextet
            width += 6
            if width >= 8 {
                width -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(width)))
            }
        }
        return bytes
    }

    private static func sextet(of character: UInt8) -> UInt32? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
