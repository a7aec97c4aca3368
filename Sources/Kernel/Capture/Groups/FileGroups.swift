import Aggregation
import Glibc
import Profile

extension CallGroups {
    /// The calls by file.
    /// - Parameter others: those for which the kernel side had no room.
    init(_ files: FileRows, others: [FileCalls]) {
        // Files of one name and number, one after the other, are one row.
        var byKey: [CallGroup.Key: FileCalls] = [:]
        func add(_ calls: FileCalls, to key: CallGroup.Key) { if byKey[key]?.add(calls) == nil { byKey[key] = calls } }
        for (place, row) in files.rows { add(row.calls, to: CallGroup.Key(place, row.record)) }
        for calls in others + [files.givenUp].compactMap({ $0 }) { add(calls, to: .others) }
        self.init(kind: .file, groups: byKey.map { CallGroup($0, $1) })
    }
}

extension CallGroup {
    fileprivate init(_ key: Key, _ calls: FileCalls) {
        self.init(key: key, series: calls.series, distribution: calls.distribution)
    }
}

extension CallGroup.Key {
    fileprivate init(_ place: FileCalls.Place, _ record: FileRecord?) {
        switch place {
        case .file(let device, let inode, _): self = .file(name: record?.phrase ?? "inode \(inode)", device: device, inode: inode)
        case .pipes: self = .file(name: "pipes", device: 0, inode: 0)
        case .anonymous: self = .file(name: record?.phrase ?? "anon_inode", device: 0, inode: 0)
        case .sockets(let family, let number, let type):
            self = .file(name: socketPhrase(family, number, type), device: 0, inode: 0)
        }
    }
}

/// `TCP sockets`, in the words of the descriptors of slow calls.
private func socketPhrase(_ family: UInt16, _ number: UInt16, _ type: UInt16) -> String {
    var socket = SocketRecord()
    (socket.family, socket.protocol, socket.type) = (family, number, type)
    switch Int32(family) {
    case AF_INET, AF_INET6: return "\(socket.protocolName) sockets"
    case AF_UNIX: return "UNIX \(type == UInt16(SOCK_DGRAM.rawValue) ? "datagram" : "stream") sockets"
    case AF_NETLINK: return "NETLINK sockets"
    case AF_PACKET: return "PACKET sockets"
    default: return "sockets of family \(family)"
    }
}
