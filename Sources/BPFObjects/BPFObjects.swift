/// The BPF programs, compiled when syslat was built: nothing is compiled or read from a file at run time.
///
/// The build writes one extension of this type for each BPF/NAME.bpf.c.
public enum BPFObjects {
    /// Decodes base64 that the build itself wrote.
    static func decode(_ text: StaticString) -> [UInt8] {
        // A StaticString's bytes live as long as the program.
        let characters = unsafe UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(characters.count / 4 * 3)
        var (bits, width): (UInt32, Int) = (0, 0)
        for unsafe character in unsafe characters {
            guard let sextet = sextet(of: character) else { break }  // padding
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
