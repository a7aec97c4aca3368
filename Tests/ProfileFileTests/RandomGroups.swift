import LatencyHistogram
import Profile

extension CallGroups {
    static func random(using random: inout some RandomNumberGenerator) -> CallGroups {
        let kind = Kind.allCases.randomElement(using: &random)!
        var keys: Set<CallGroup.Key> = []
        for _ in 0..<Int.random(in: 1...5, using: &random) { keys.insert(.random(kind, using: &random)) }
        return CallGroups(
            kind: kind,
            groups: keys.map { key in
                CallGroup(
                    key: key, series: ProcessProfile.random(pid: 1, using: &random).series,
                    distribution: Bool.random(using: &random) ? .random(using: &random) : nil)
            })
    }
}

extension CallGroup.Key {
    fileprivate static func random(_ kind: CallGroups.Kind, using random: inout some RandomNumberGenerator) -> CallGroup.Key {
        if Int.random(in: 0...5, using: &random) == 0 { return .others }
        let name = Profile.text(using: &random)
        return switch kind {
        case .thread:
            .thread(
                tid: .random(in: .min ... .max, using: &random), name: name,
                pid: Bool.random(using: &random) ? .random(in: .min ... .max, using: &random) : nil,
                comm: Profile.text(using: &random))
        case .comm: .comm(name)
        case .cgroup: .cgroup(path: name)
        case .file:
            .file(name: name, device: .random(in: 0 ... .max, using: &random), inode: .random(in: 0 ... .max, using: &random))
        }
    }
}
