import Aggregation
import Glibc
import PlainText
import Profile

/// What a descriptor stood for, in the words of strace -yy and /proc/PID/fd.
extension DescriptorArgument {
    init(_ file: FileRecord) {
        self.init(argument: file.argument, name: file.phrase, device: file.device, inode: file.inode)
    }
}

extension FileRecord {
    /// Of pseudo file systems: include/uapi/linux/magic.h and fs/pipe.c.
    private static let pipes: UInt32 = 0x5049_5045
    private static let anonymousInodes: UInt32 = 0x0904_1934
    private static let namespaces: UInt32 = 0x6e73_6673

    private static let typeMask: UInt32 = 0o170000
    private static let socketType: UInt32 = 0o140000

    /// The components of the name, from the root to the file.
    private var components: [ArraySlice<UInt8>] { name.split(separator: 0).reversed() }

    var phrase: String {
        if mode & FileRecord.typeMask == FileRecord.socketType { return socketPhrase }
        if magic == FileRecord.pipes { return "pipe:[\(inode)]" }
        let last = components.last.map { ExactText.string($0) } ?? ""
        if magic == FileRecord.anonymousInodes { return "anon_inode:\(last)" }
        if magic == FileRecord.namespaces { return last.isEmpty ? "[\(inode)]" : last }
        let path = components.map { ExactText.string($0) }.joined(separator: "/")
        return (isCut ? "…/" : "/") + path + (isDeleted || isDisconnected ? " (deleted)" : "")
    }

    private var socketPhrase: String {
        switch Int32(socket.family) {
        case AF_INET, AF_INET6:
            let name = socket.protocolName
            let local = endpoint(socket.local, socket.localPort)
            // An unconnected socket has no port there.
            return socket.remotePort == 0 ? "\(name) \(local)" : "\(name) \(local)->\(endpoint(socket.remote, socket.remotePort))"
        case AF_UNIX: return name.isEmpty ? "UNIX [\(inode)]" : "UNIX \(unixAddress)"
        case AF_NETLINK: return "NETLINK [\(inode)]"
        case AF_PACKET: return "PACKET [\(inode)]"
        default: return "socket:[\(inode)]"
        }
    }

    private func endpoint(_ address: [UInt8], _ port: UInt16) -> String {
        IPAddress(Array(address.prefix(Int32(socket.family) == AF_INET6 ? 16 : 4)))?.endpoint(port: port) ?? "?"
    }

    /// A path, or the name of an abstract address behind an @.
    private var unixAddress: String {
        guard name.first == 0 else { return ExactText.string(name.prefix { $0 != 0 }) }
        return "@" + ExactText.string(name.dropFirst())
    }
}

extension SocketRecord {
    /// Of a socket for IP: `TCP`, `TCPv6`.
    var protocolName: String {
        let version = Int32(family) == AF_INET6 ? "v6" : ""
        return switch Int32(self.protocol) {
        case Int32(IPPROTO_TCP): "TCP" + version
        case Int32(IPPROTO_UDP): "UDP" + version
        case Int32(IPPROTO_ICMP): "ICMP" + version
        default: "IP(\(self.protocol))" + version
        }
    }
}
