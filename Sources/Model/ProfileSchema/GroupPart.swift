package import Profile

/// What the calls of one group have in common: `{"by":"thread","tid":7,"name":"wal","pid":4,"comm":"postgres"}`.
package struct GroupKeyPart: Codable {
    package let kind: CallGroups.Kind
    private let name: String?
    private let tid, pid: Int32?
    private let comm: String?
    private let device: String?
    private let inode: UInt64?
    /// Only of those without a row.
    private let isOthers: Bool?

    private enum CodingKeys: String, CodingKey {
        case kind = "by"
        case isOthers = "others"
        case name, tid, pid, comm, device, inode
    }

    package init(_ key: CallGroup.Key, of kind: CallGroups.Kind) {
        self.kind = kind
        var (name, comm): (String?, String?)
        var (tid, pid): (Int32?, Int32?)
        var (device, inode): (String?, UInt64?)
        switch key {
        case .thread(let id, let thread, let process, let command): (tid, name, pid, comm) = (id, thread, process, command)
        case .comm(let text), .cgroup(let text): name = text
        case .file(let text, let number, let file): (name, device, inode) = (text, DeviceText.text(number), file)
        case .others: break
        }
        (self.name, self.tid, self.pid, self.comm) = (name, tid, pid, comm)
        (self.device, self.inode, isOthers) = (device, inode, key == .others ? true : nil)
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let stated = try container.decode(String.self, forKey: .kind)
        guard let known = CallGroups.Kind(rawValue: stated) else {
            throw DecodingError.dataCorruptedError(forKey: .kind, in: container, debugDescription: "unknown")
        }
        kind = known
        name = try container.decodeIfPresent(String.self, forKey: .name)
        tid = try container.decodeIfPresent(Int32.self, forKey: .tid)
        pid = try container.decodeIfPresent(Int32.self, forKey: .pid)
        comm = try container.decodeIfPresent(String.self, forKey: .comm)
        device = try container.decodeIfPresent(String.self, forKey: .device)
        inode = try container.decodeIfPresent(UInt64.self, forKey: .inode)
        isOthers = try container.decodeIfPresent(Bool.self, forKey: .isOthers)
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(kind.rawValue, forKey: .kind)
        try container.encodeIfPresent(name, forKey: .name)
        try container.encodeIfPresent(tid, forKey: .tid)
        try container.encodeIfPresent(pid, forKey: .pid)
        try container.encodeIfPresent(comm, forKey: .comm)
        try container.encodeIfPresent(device, forKey: .device)
        try container.encodeIfPresent(inode, forKey: .inode)
        try container.encodeIfPresent(isOthers, forKey: .isOthers)
    }

    fileprivate func decoded() throws(ProfileDefect) -> CallGroup.Key {
        if isOthers == true { return .others }
        guard let name else { throw ProfileDefect("a group has no name") }
        switch kind {
        case .thread:
            guard let tid else { throw ProfileDefect("a thread has no id") }
            return .thread(tid: tid, name: name, pid: pid, comm: comm ?? "")
        case .comm: return .comm(name)
        case .cgroup: return .cgroup(path: name)
        case .file:
            return .file(
                name: name, device: try device.map { text throws(ProfileDefect) in try DeviceText.number(text) } ?? 0,
                inode: inode ?? 0)
        }
    }
}

/// One group in a file: its totals in each series, and its distribution if it has one.
package struct GroupPart: Codable {
    private let key: GroupKeyPart
    private let series: [SeriesTotalsPart]
    private let distribution: DistributionPart?

    private enum CodingKeys: String, CodingKey { case series, distribution }

    package init(_ group: CallGroup, of kind: CallGroups.Kind) {
        key = GroupKeyPart(group.key, of: kind)
        series = group.series.map(SeriesTotalsPart.init)
        distribution = group.distribution.map(DistributionPart.init)
    }

    package init(from decoder: any Decoder) throws {
        key = try GroupKeyPart(from: decoder)
        let container = try decoder.container(keyedBy: CodingKeys.self)
        series = try container.decode([SeriesTotalsPart].self, forKey: .series)
        distribution = try container.decodeIfPresent(DistributionPart.self, forKey: .distribution)
    }

    package func encode(to encoder: any Encoder) throws {
        try key.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(series, forKey: .series)
        try container.encodeIfPresent(distribution, forKey: .distribution)
    }

    package func decoded() throws(ProfileDefect) -> (kind: CallGroups.Kind, group: CallGroup) {
        let group = CallGroup(
            key: try key.decoded(), series: try series.map { part throws(ProfileDefect) in try part.decoded() },
            distribution: try distribution?.decoded())
        return (key.kind, group)
    }
}
