extension PlainText {
    /// JSON whose strings can't control a terminal that shows it: what ``line(_:)`` replaces stands there as `\u009b`, which means the
    /// same. JSON has such characters only in strings.
    package static func json(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.contains(where: { $0 >= 0x7f }) else { return bytes }
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count)
        for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
            if scalar.value < 0x7f || !isHidden(scalar) {
                result.append(contentsOf: UTF8.encode(scalar) ?? .init())
            } else {
                for unit in UTF16.encode(scalar) ?? .init() {
                    let digits = String(unit, radix: 16)
                    result += Array(("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8)
                }
            }
        }
        return result
    }
}
