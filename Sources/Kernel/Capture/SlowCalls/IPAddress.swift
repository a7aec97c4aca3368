import Glibc

/// An address of IPv4 or IPv6.
struct IPAddress {
    private let bytes: [UInt8]
    private var isLong: Bool { bytes.count == 16 }

    /// 4 or 16 bytes as they stand on the wire; nil for any other number of them.
    init?(_ bytes: [UInt8]) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        self.bytes = bytes
    }

    /// `10.0.0.1:80`, `[::1]:80`.
    func endpoint(port: UInt16) -> String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = isLong ? AF_INET6 : AF_INET
        // As many bytes as the family has; the text has room for the longest address.
        let isShown =
            unsafe bytes.withUnsafeBytes { unsafe inet_ntop(family, $0.baseAddress, &text, socklen_t(INET6_ADDRSTRLEN)) } != nil
        let shown = isShown ? String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self) : "?"
        return isLong ? "[\(shown)]:\(port)" : "\(shown):\(port)"
    }
}
