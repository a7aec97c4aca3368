import CSyslatABI
import PlainText

/// A shell pattern for names of processes, in the form in which the programs match it (struct syslat_name_pattern): `*`, `?`, `[abc]`, `[a-z]`,
/// `[!abc]`. It has to match the whole name, byte by byte, as fnmatch(3) does without a locale.
package struct NamePattern: Sendable {
    /// By byte, the elements that match it.
    let accepts: [UInt32]
    /// The elements that match any number of bytes.
    let stars: UInt32
    /// The bit behind the last element.
    let end: UInt32

    /// Names have at most 15 bytes, and between them at most as many stars.
    private static let mostElements = 31

    /// nil if a `[` has no `]`, or if there is more in it than any name can match.
    package init?(_ text: String) {
        var accepts = [UInt32](repeating: 0, count: 256)
        var stars: UInt32 = 0
        var (elements, bytes) = (0, 0)
        var rest = ExactText.bytes(text)[...]
        while let first = rest.popFirst() {
            guard elements < NamePattern.mostElements else { return nil }
            let bit = UInt32(1) << UInt32(elements)
            if first == UInt8(ascii: "*") {
                while rest.first == first { rest.removeFirst() }
                stars |= bit
            } else {
                guard let set = first == UInt8(ascii: "[") ? NamePattern.set(&rest) : NamePattern.single(first) else { return nil }
                for byte in set { accepts[Int(byte)] |= bit }
                bytes += 1
            }
            elements += 1
        }
        guard bytes < Int(SYSLAT_NAME_BYTES) else { return nil }
        (self.accepts, self.stars, end) = (accepts, stars, UInt32(1) << UInt32(elements))
    }

    /// Whether the programs would match a name, of which they see 15 bytes.
    package func matches(_ name: [UInt8]) -> Bool {
        var pattern = syslat_name_pattern()
        (pattern.stars, pattern.end) = (stars, end)
        // 256 words are in either.
        unsafe withUnsafeMutableBytes(of: &pattern.accepts) { target in
            unsafe accepts.withUnsafeBytes { unsafe target.copyMemory(from: $0) }
        }
        let bytes = (name.prefix(Int(SYSLAT_NAME_BYTES) - 1) + Array(repeating: 0, count: Int(SYSLAT_NAME_BYTES)))
            .prefix(Int(SYSLAT_NAME_BYTES)).map { CChar(bitPattern: $0) }
        return unsafe syslat_matches(&pattern, bytes)
    }

    private static func single(_ byte: UInt8) -> [UInt8] { byte == UInt8(ascii: "?") ? Array(1...255) : [byte] }

    /// The bytes of a set whose bracket has been taken; nil without the closing one.
    private static func set(_ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
        let isNegative = rest.first == UInt8(ascii: "!") || rest.first == UInt8(ascii: "^")
        if isNegative { rest.removeFirst() }
        var members: Set<UInt8> = []
        var isFirst = true
        while let byte = rest.popFirst() {
            // As the first character of the set, it stands for itself.
            if byte == UInt8(ascii: "]"), !isFirst {
                return (1...255).filter { members.contains($0) != isNegative }
            }
            isFirst = false
            if rest.first == UInt8(ascii: "-"), let last = rest.dropFirst().first, last != UInt8(ascii: "]") {
                rest.removeFirst(2)
                if byte <= last { members.formUnion(byte...last) }
            } else {
                members.insert(byte)
            }
        }
        return nil
    }
}
