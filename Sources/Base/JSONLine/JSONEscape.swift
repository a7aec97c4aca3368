/// What a backslash stands for in a string of JSON.
enum JSONEscape {
    static func meaning(of letter: UInt8) -> UInt8? {
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): letter
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: nil
        }
    }

    static func hexadecimal(_ digit: UInt8) -> UInt16? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt16(digit - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt16(digit - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt16(digit - UInt8(ascii: "A") + 10)
        default: nil
        }
    }

    /// The text of a string that the parser has taken; nil if half of a surrogate pair stands alone.
    static func text(_ escaped: ArraySlice<UInt8>) -> String? {
        var units: [UInt8] = []
        units.reserveCapacity(escaped.count)
        var rest = escaped
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\"), let letter = rest.popFirst() else {
                units.append(byte)
                continue
            }
            if let meaning = meaning(of: letter) {
                units.append(meaning)
            } else {
                guard let scalar = scalar(&rest) else { return nil }
                units.append(contentsOf: Character(scalar).utf8)
            }
        }
        return String(decoding: units, as: UTF8.self)
    }

    /// What \u and four digits stand for, or two of them.
    private static func scalar(_ rest: inout ArraySlice<UInt8>) -> Unicode.Scalar? {
        let high = unit(&rest)
        guard UTF16.isLeadSurrogate(high) else { return Unicode.Scalar(high) }
        guard rest.starts(with: [UInt8(ascii: "\\"), UInt8(ascii: "u")]) else { return nil }
        rest.removeFirst(2)
        let low = unit(&rest)
        guard UTF16.isTrailSurrogate(low) else { return nil }
        return Unicode.Scalar(0x10000 + (UInt32(high) - 0xD800) << 10 + (UInt32(low) - 0xDC00))
    }

    private static func unit(_ rest: inout ArraySlice<UInt8>) -> UInt16 {
        defer { rest.removeFirst(4) }
        return rest.prefix(4).reduce(0) { $0 << 4 | (hexadecimal($1) ?? 0) }
    }
}
