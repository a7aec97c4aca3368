import LatencyHistogram
import Presentation
import Profile
import ProfileSchema

/// One group of calls in full: what they have in common, their totals, the figures of its distribution where it has one, their outcomes, and
/// the calls themselves.
struct GroupFigures: Encodable {
    let group: CallGroup
    let kind: CallGroups.Kind
    let withBuckets: Bool

    private enum Key: String, CodingKey { case unit, container, pod }

    func encode(to encoder: any Encoder) throws {
        try GroupKeyPart(group.key, of: kind).encode(to: encoder)
        if case .cgroup(let path) = group.key {
            let name = CgroupName(path)
            var container = encoder.container(keyedBy: Key.self)
            try container.encodeIfPresent(name.unit, forKey: .unit)
            try container.encodeIfPresent(name.container?.id, forKey: .container)
            try container.encodeIfPresent(name.pod, forKey: .pod)
        }
        var totals = encoder.container(keyedBy: FigureKey.self)
        try totals.encode(group.calls, forKey: .calls)
        try totals.encode(group.errors, forKey: .errors)
        try totals.encode(group.totalNanoseconds, forKey: .total)
        try OwnerFigures(series: group.series, distribution: group.distribution, withBuckets: withBuckets).encode(to: encoder)
    }
}
