import Aggregation
import Glibc
import LatencyHistogram
import Profile

extension CallGroups {
    /// The calls by file.
    init(_ calls: [FileCalls], _ names: [FileCalls.Place: FileRecord]) {
        var byPlace: [FileCalls.Place: CallGroup] = [:]
        for entry in calls {
            let key = CallGroup.Key(entry.place, names[entry.place])
            var group = byPlace[entry.place] ?? CallGroup(key: key, series: [], distribution: LatencyHistogram())
            group.series += entry.series
            group.distribution?.merge(entry.distribution.distribution)
            byPlace[entry.place] = group
        }
        self.init(kind: .file, groups: Array(byPlace.values))
    }
}

extension CallGroup.Key {
    fileprivate init(_ place: FileCalls.Place, _ record: FileRecord?) {
        switch place {
        case .file(let device, let inode): self = .file(name: record?.phrase ?? "inode \(inode)", device: device, inode: inode)
        case .pipes: self = .file(name: "pipes", device: 0, inode: 0)
        case .anonymous: self = .file(name: record?.phrase ?? "anon_inode", device: 0, inode: 0)
        case .sockets(let family, let number, let type):
            self = .file(name: socketPhrase(family, number, type), device: 0, inode: 0)
        case .others: self = .others
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
