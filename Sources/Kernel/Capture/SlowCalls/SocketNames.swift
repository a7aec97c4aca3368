import Linux

/// Both ends of sockets, as /proc/PID/net lists them: by inode, once for each network namespace.
struct SocketNames {
    private var byNamespace: [String: [UInt64: String]] = [:]

    /// The lists can be long; what lies beyond stays `socket:[inode]`.
    private static let longestList = 8 << 20

    mutating func name(inode: UInt64, of pid: Int32) -> String? {
        guard let namespace = ProcFS.link("/proc/\(pid)/ns/net") else { return nil }
        if byNamespace[namespace] == nil { byNamespace[namespace] = SocketNames.read(of: pid) }
        return byNamespace[namespace]?[inode]
    }

    private static func read(of pid: Int32) -> [UInt64: String] {
        var names: [UInt64: String] = [:]
        for (file, name) in [("tcp", "TCP"), ("tcp6", "TCPv6"), ("udp", "UDP"), ("udp6", "UDPv6")] {
            for line in lines("/proc/\(pid)/net/\(file)") {
                // sl, local, remote, state, queues, timers, retransmissions, user, timeout, inode.
                let fields = line.split(separator: " ")
                guard fields.count > 9, let inode = UInt64(fields[9]), let local = Endpoint(fields[1]),
                    let remote = Endpoint(fields[2])
                else { continue }
                names[inode] = name + " " + local.text + (remote.port == 0 ? "" : "->" + remote.text)
            }
        }
        for line in lines("/proc/\(pid)/net/unix") {
            // num, references, protocol, flags, type, state, inode, path.
            let fields = line.split(separator: " ", maxSplits: 7)
            guard fields.count > 6, let inode = UInt64(fields[6]) else { continue }
            names[inode] = fields.count > 7 ? "UNIX \(fields[7])" : "UNIX [\(inode)]"
        }
        return names
    }

    private static func lines(_ path: String) -> ArraySlice<Substring> {
        (ProcFS.text(path, limit: longestList) ?? "").split(separator: "\n").dropFirst()
    }

    /// `0100007F:1538`: the address as 32-bit words of the machine, and the port.
    private struct Endpoint {
        let port: UInt16
        let text: String

        init?(_ field: Substring) {
            let parts = field.split(separator: ":")
            guard parts.count == 2, let port = UInt16(parts[1], radix: 16), parts[0].utf8.count % 8 == 0 else { return nil }
            var bytes: [UInt8] = []
            var rest = parts[0]
            while !rest.isEmpty {
                guard let word = UInt32(rest.prefix(8), radix: 16) else { return nil }
                // As the bytes lie in memory, on any machine.
                unsafe withUnsafeBytes(of: word) { unsafe bytes.append(contentsOf: $0) }
                rest = rest.dropFirst(8)
            }
            guard let address = IPAddress(bytes) else { return nil }
            self.port = port
            text = address.endpoint(port: port)
        }
    }
}
