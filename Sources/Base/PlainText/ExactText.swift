/// Arguments and paths as strings that give back every byte. The kernel knows bytes; a String must be UTF-8, and what isn't would be
/// replaced.
///
/// A byte that belongs to no UTF-8 stands in a string as a character of its own, U+10FF00 + byte: the end of the last private plane,
/// which no text uses. Where a text uses it all the same, its bytes stand there one by one, so no two texts become one.
package enum ExactText {
    private static let base: UInt32 = 0x10ff00

    /// The string for bytes.
    package static func string(_ bytes: some Collection<UInt8>) -> String {
        if let text = String(validating: bytes, as: UTF8.self), !text.unicodeScalars.contains(where: { byte(behind: $0) != nil }) {
            return text
        }
        var result = ""
        var rest = Array(bytes)[...]
        while let first = rest.first {
            let scalar = (1...4).lazy.compactMap { single(rest.prefix($0)) }.first
            if let scalar, byte(behind: scalar) == nil {
                result.unicodeScalars.append(scalar)
                rest = rest.dropFirst(UTF8.width(scalar))
            } else {
                // ASCII is always valid: this byte has its highest bit set.
                result.unicodeScalars.append(Unicode.Scalar(base + UInt32(first)) ?? "?")
                rest = rest.dropFirst()
            }
        }
        return result
    }

    /// The bytes that a string stands for.
    package static func bytes(_ text: String) -> [UInt8] {
        guard text.unicodeScalars.contains(where: { byte(behind: $0) != nil }) else { return Array(text.utf8) }
        return text.unicodeScalars.flatMap { scalar in byte(behind: scalar).map { [$0] } ?? Array(UTF8.encode(scalar) ?? .init()) }
    }

    /// The text for people and files: `\xff` in place of each byte that is no UTF-8.
    package static func shown(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { byte(behind: $0) != nil }) else { return text }
        return text.unicodeScalars.reduce(into: "") { shown, scalar in
            if byte(behind: scalar) == nil {
                shown.unicodeScalars.append(scalar)
            } else {
                shown += PlainText.line(String(scalar))
            }
        }
    }

    /// The byte that a character stands for; nil if it stands for itself.
    static func byte(behind scalar: Unicode.Scalar) -> UInt8? {
        scalar.value >= base + 0x80 ? UInt8(truncatingIfNeeded: scalar.value) : nil
    }

    /// A single character of UTF-8, whole.
    private static func single(_ bytes: ArraySlice<UInt8>) -> Unicode.Scalar? {
        guard let scalars = String(validating: bytes, as: UTF8.self)?.unicodeScalars, scalars.count == 1 else { return nil }
        return scalars.first
    }
}

extension String {
    /// Lends the bytes that it stands for, with a NUL behind them, as the kernel wants paths.
    @safe package func withExactBytes<Result, Failure: Error>(
        _ body: (UnsafePointer<CChar>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let bytes = (ExactText.bytes(self) + [0]).map { CChar(bitPattern: $0) }
        return try unsafe bytes.withUnsafeBufferPointer { (bytes) throws(Failure) in
            // It has a NUL at least.
            try unsafe body(bytes.baseAddress!)
        }
    }
}
