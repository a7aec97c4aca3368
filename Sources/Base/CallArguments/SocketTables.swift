import SyscallTable

/// Parameters of sockets that mean something else in each domain or at each level.
enum SocketTables {
    /// AF_INET and AF_INET6 have IP protocols, AF_NETLINK has families, AF_PACKET protocols of Ethernet in network order, and
    /// AF_BLUETOOTH its own.
    static func protocolText(_ value: UInt64, domain: UInt64, abi: ABI) -> String {
        switch domain {
        case 2, 10: ValueTables.named("ip-protocol", abi: abi).text(of: value)
        case 16: ValueTables.named("netlink", abi: abi).text(of: value)
        case 17: "htons(" + ValueTables.named("ethernet", abi: abi).text(of: value >> 8 & 0xff | (value & 0xff) << 8) + ")"
        case 31: ValueTables.named("bluetooth", abi: abi).text(of: value)
        default: Numbers.hex(value)
        }
    }

    /// The table of each level that has one, by the number of the level.
    private static let optionTables: [UInt64: String] = [
        0: "ip-option", 1: "socket-option", 6: "tcp-option", 17: "udp-option", 41: "ipv6-option", 136: "udp-option",
        263: "packet-option", 270: "netlink-option",
    ]

    /// - Parameter isRead: whether it is an option of getsockopt, to which one number means something else (asm-generic/socket.h).
    static func optionText(_ value: UInt64, level: UInt64, isRead: Bool, abi: ABI) -> String {
        if isRead, level == 1, value == 26 { return "SO_GET_FILTER" }
        guard let table = optionTables[level] else { return String(value) }
        return ValueTables.named(table, abi: abi).text(of: value)
    }
}
