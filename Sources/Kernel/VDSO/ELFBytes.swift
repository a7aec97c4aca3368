/// The bytes of a little-endian ELF image. Every access is checked, so no number in them leads outside or traps.
///
/// Source: elf(5). Threading: a value.
struct ELFBytes: Sendable {
    let bytes: [UInt8]
    /// ELFCLASS64: addresses, offsets and sizes have 8 bytes; otherwise 4.
    let is64: Bool

    /// Errors: `notELF`; `unsupported` if it isn't little-endian or has an unknown width.
    init(_ bytes: [UInt8]) throws(VDSOImageError) {
        // EI_MAG, EI_CLASS and EI_DATA.
        guard bytes.count >= 16, bytes[0..<4] == [0x7f, 0x45, 0x4c, 0x46] else { throw .notELF }
        guard bytes[5] == 1 else { throw .unsupported("byte order \(bytes[5])") }
        guard bytes[4] == 1 || bytes[4] == 2 else { throw .unsupported("class \(bytes[4])") }
        self.bytes = bytes
        is64 = bytes[4] == 2
    }

    /// Bytes of an address.
    var wordSize: UInt64 { is64 ? 8 : 4 }

    /// A number of `width` bytes at an offset; `what` is for the error.
    func number(_ what: String, at offset: UInt64, width: UInt64) throws(VDSOImageError) -> UInt64 {
        let start = try position(what, at: offset, count: width)
        var number: UInt64 = 0
        for index in (0..<Int(width)).reversed() { number = number << 8 | UInt64(bytes[start + index]) }
        return number
    }

    func half(_ what: String, at offset: UInt64) throws(VDSOImageError) -> UInt64 { try number(what, at: offset, width: 2) }

    func word(_ what: String, at offset: UInt64) throws(VDSOImageError) -> UInt64 { try number(what, at: offset, width: 4) }

    /// A number as wide as an address in this image.
    func address(_ what: String, at offset: UInt64) throws(VDSOImageError) -> UInt64 {
        try number(what, at: offset, width: wordSize)
    }

    /// The text from an offset to its NUL, which must come before `end`.
    func string(_ what: String, at offset: UInt64, end: UInt64) throws(VDSOImageError) -> String {
        let limit = min(end, UInt64(bytes.count))
        guard offset < limit, let stop = bytes[Int(offset)..<Int(limit)].firstIndex(of: 0) else {
            throw .cutOff(what, end: offset, of: Int(limit))
        }
        return String(decoding: bytes[Int(offset)..<stop], as: UTF8.self)
    }

    /// Where `count` bytes at an offset begin, if all of them are there.
    func position(_ what: String, at offset: UInt64, count: UInt64) throws(VDSOImageError) -> Int {
        let (end, overflow) = offset.addingReportingOverflow(count)
        guard !overflow, end <= UInt64(bytes.count) else {
            throw .cutOff(what, end: overflow ? .max : end, of: bytes.count)
        }
        return Int(offset)
    }

    /// `base + index * stride`, which must not overflow.
    func offset(_ what: String, _ base: UInt64, index: UInt64, stride: UInt64) throws(VDSOImageError) -> UInt64 {
        let (product, overflowed) = index.multipliedReportingOverflow(by: stride)
        let (sum, carried) = base.addingReportingOverflow(product)
        guard !overflowed, !carried else { throw .cutOff(what, end: .max, of: bytes.count) }
        return sum
    }
}
