import Presentation
import Profile
package import SyscallTable

/// What a row is about, the same in every snapshot: a selection follows it wherever its row goes.
package enum LiveItem: Sendable, Hashable {
    case call(SyscallID)
    case process(Int32)
    case thread(Int32)
    /// The processes of a name.
    case comm(String)
    /// By its path.
    case cgroup(String)
    /// What a descriptor stood for. The name tells apart what has no inode of its own, and files that had one number one after the other.
    case file(name: String, device: UInt32, inode: UInt64)
    /// Anything else that has a name of its own: the items without rows.
    case named(String)

    init(_ key: CallGroup.Key, _ kind: CallGroups.Kind) {
        self =
            switch key {
            case .thread(let tid, _, _, _): .thread(tid)
            case .comm(let name): .comm(name)
            case .cgroup(let path): .cgroup(path)
            case .file(let name, let device, let inode): .file(name: name, device: device, inode: inode)
            case .others: .named(kind.nameOfOthers)
            }
    }

    var isCall: Bool { if case .call = self { true } else { false } }

    /// Whether a call in flight is one of this item's. Of what cgroup it is isn't known.
    func includes(_ call: InFlightCall) -> Bool {
        includes(call.id, pid: call.pid, tid: call.tid, comm: call.comm, call.details)
    }

    /// The same of a slow call.
    func includes(_ call: SlowCall) -> Bool {
        includes(call.id, pid: call.pid, tid: call.tid, comm: call.comm, call.details)
    }

    private func includes(_ id: SyscallID, pid: Int32, tid: Int32, comm: String, _ details: CallDetails?) -> Bool {
        switch self {
        case .call(let own): id == own
        case .process(let own): pid == own
        case .thread(let own): tid == own
        case .comm(let own): comm == own
        case .file(let name, let device, let inode):
            details?.descriptors.contains { descriptor in
                if inode != 0 { return descriptor.device == device && descriptor.inode == inode }
                return name == "pipes" ? descriptor.name.hasPrefix("pipe:[") : descriptor.name == name
            } == true
        case .cgroup, .named: false
        }
    }
}

/// An item and its figures in some window.
package struct LiveRow: Sendable, Hashable {
    package var item: LiveItem
    /// For people; it has no control characters.
    package var name: String
    /// What stays readable where the name is cut off.
    package var suffix: String
    package var figures: LiveFigures
}
