/// Numbers as strace writes them.
enum Numbers {
    /// 0 has no prefix.
    static func hex(_ value: UInt64) -> String { value == 0 ? "0" : "0x" + String(value, radix: 16) }

    /// An address.
    static func address(_ value: UInt64) -> String { value == 0 ? "NULL" : hex(value) }

    /// Permission bits: a zero, and three digits at least. 0 is 000.
    static func mode(_ value: UInt64) -> String {
        let digits = String(value, radix: 8)
        let prefixed = value == 0 ? digits : "0" + digits
        return String(repeating: "0", count: max(0, 3 - prefixed.count)) + prefixed
    }

    /// Decimal, or hexadecimal with `0x`.
    static func parsed(_ text: Substring) -> UInt64? {
        text.hasPrefix("0x") ? UInt64(text.dropFirst(2), radix: 16) : UInt64(text)
    }
}
