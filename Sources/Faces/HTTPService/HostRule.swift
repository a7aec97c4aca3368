import Glibc

/// Which names a server answers to. A page of somebody else's whose name has been made to lead here (DNS rebinding) sends its own.
///
/// Source: RFC 9110, section 7.2
struct HostRule: Sendable {
    /// Only this machine can connect.
    let isLoopback: Bool
    /// Names beside `localhost`, in lower case.
    let names: Set<String>

    init(isLoopback: Bool, names: [String]) { (self.isLoopback, self.names) = (isLoopback, Set(names.map { $0.lowercased() })) }

    /// - Parameter hosts: the values of all headers `Host`. Two are an attack, and none is a client older than 1997.
    func allows(_ hosts: [String]) -> Bool {
        guard hosts.count == 1, let name = HostRule.name(in: HostRule.trimmed(hosts[0]).lowercased()) else { return false }
        if name == "localhost" || names.contains(name) { return true }
        guard let address = IPLiteral(name) else { return false }
        // Nobody can make an address lead elsewhere.
        return !isLoopback || address.isLoopback
    }

    /// The parser leaves the space that may stand behind a value (RFC 9110, section 5.5).
    private static func trimmed(_ value: String) -> String {
        var text = value[...]
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return String(text)
    }

    /// The name or address before the port.
    private static func name(in host: String) -> String? {
        let name: Substring
        let rest: Substring
        if host.hasPrefix("[") {
            guard let end = host.firstIndex(of: "]") else { return nil }
            (name, rest) = (host[host.index(after: host.startIndex)..<end], host[host.index(after: end)...])
        } else {
            let end = host.firstIndex(of: ":") ?? host.endIndex
            (name, rest) = (host[..<end], host[end...])
        }
        guard rest.isEmpty || rest.first == ":" && rest.dropFirst().utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return name.isEmpty ? nil : String(name)
    }
}

/// An address as digits.
package struct IPLiteral: Sendable, Hashable {
    /// 4 or 16 of them, the first of the address first.
    private let bytes: [UInt8]

    package init?(_ text: String) {
        var bytes = [UInt8](repeating: 0, count: 16)
        // inet_pton writes 4 bytes of a version 4 address and 16 of the other.
        if unsafe inet_pton(AF_INET, text, &bytes) == 1 {
            self.bytes = Array(bytes.prefix(4))
        } else if unsafe inet_pton(AF_INET6, text, &bytes) == 1 {
            self.bytes = bytes
        } else {
            return nil
        }
    }

    package var isLoopback: Bool {
        bytes.count == 4 ? bytes[0] == 127 : bytes == [UInt8](repeating: 0, count: 15) + [1]
    }
}
