/// What a linker wrote into a file to tell it from every other: the note NT_GNU_BUILD_ID.
package struct BuildID: Sendable, Hashable, CustomStringConvertible {
    /// 1 to ``longest`` bytes.
    package let bytes: [UInt8]

    /// Linkers take any number of bytes that the user gives them; the usual ones have 8, 16 or 20.
    static let longest = 64

    /// nil unless it has 1 to 64 bytes.
    package init?(_ bytes: some Collection<UInt8>) {
        guard 1...BuildID.longest ~= bytes.count else { return nil }
        self.bytes = Array(bytes)
    }

    /// The 20 bytes of `struct bpf_stack_build_id`, which end with zeros where the note is shorter. nil if all are zero.
    ///
    /// How many of them are padding isn't told, so the usual lengths are assumed: 8 (xxHash), 16 (MD5, UUID) and 20 (SHA-1).
    /// Source: parse_build_id_buf in lib/buildid.c, v6.12.
    package init?(paddedByKernel padded: some Collection<UInt8>) {
        let bytes = Array(padded)
        guard bytes.count == 20, bytes.contains(where: { $0 != 0 }) else { return nil }
        let used = 20 - bytes.reversed().prefix { $0 == 0 }.count
        let length = used <= 8 ? 8 : used <= 16 ? 16 : 20
        self.bytes = Array(bytes[..<length])
    }

    /// From hexadecimal digits; nil unless they are 1 to 64 whole bytes.
    package init?(hex: some StringProtocol) {
        let digits = Array(hex.utf8)
        guard digits.count.isMultiple(of: 2) else { return nil }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = Hex.digit(digits[index]), let low = Hex.digit(digits[index + 1]) else { return nil }
            bytes.append(UInt8(high << 4 | low))
        }
        self.init(bytes)
    }

    /// In hexadecimal: `8c1f…`.
    package var description: String {
        bytes.map { $0 < 16 ? "0" + String($0, radix: 16) : String($0, radix: 16) }.joined()
    }

    /// Where a folder of debug files has the one of this binary: `8c/1f….debug`.
    var debugFileName: String {
        let digits = description
        return "\(digits.prefix(2))/\(digits.dropFirst(2)).debug"
    }
}

/// Hexadecimal numbers as /proc writes them, in bytes.
enum Hex {
    static func digit(_ byte: UInt8) -> UInt64? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt64(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt64(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt64(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }

    /// The number that the digits at the start of `text` make, which are removed. nil if there is none, or if it needs more than 64 bits.
    static func number(_ text: inout ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        var count = 0
        while let first = text.first, let digit = digit(first) {
            guard value >> 60 == 0 else { return nil }
            value = value << 4 | digit
            count += 1
            text = text.dropFirst()
        }
        return count > 0 ? value : nil
    }
}
