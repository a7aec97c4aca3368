import Crypto

/// Hashes as a Content Security Policy names them.
///
/// Source: Content Security Policy Level 3, section 2.3.1 (hash-source).
enum ContentHash {
    /// `sha256-…`, of the bytes of a style or script.
    static func sha256(_ text: String) -> String { "sha256-" + base64(Array(SHA256.hash(data: Array(text.utf8)))) }

    /// Source: RFC 4648, section 4.
    static func base64(_ bytes: [UInt8]) -> String {
        let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        var text = ""
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let word = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
            for place in 0..<4 {
                text.append(place <= group.count ? digits[Int(word >> UInt32(18 - 6 * place) & 63)] : "=")
            }
        }
        return text
    }
}
