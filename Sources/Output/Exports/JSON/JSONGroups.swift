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

    func encode(to encoder: any Encoder) throws {
        try GroupTotalFigures(group: group, kind: kind).encode(to: encoder)
        try OwnerFigures(series: group.series, distribution: group.distribution, withBuckets: withBuckets).encode(to: encoder)
    }
}

/// What the calls of a group have in common, and their totals.
struct GroupTotalFigures: Encodable {
    let group: CallGroup
    let kind: CallGroups.Kind

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
    }
}

/// The calls that are in no group, with which the groups add up to all calls. Of their latencies no more is known than the total.
struct RestFigures: Encodable {
    let series: [ProcessSeries]
    let kind: CallGroups.Kind

    private enum Key: String, CodingKey { case kind = "by", name }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(kind.rawValue, forKey: .kind)
        try container.encode(kind.nameOfRest, forKey: .name)
        var totals = encoder.container(keyedBy: FigureKey.self)
        try totals.encode(series.calls, forKey: .calls)
        try totals.encode(series.errors, forKey: .errors)
        try totals.encode(series.totalNanoseconds, forKey: .total)
        try OwnerFigures(series: series, distribution: nil, withBuckets: false).encode(to: encoder)
    }
}

/// A group of which no more is known than its totals and its distribution.
struct GroupWindowFigures: Encodable {
    let group: CallGroup
    let kind: CallGroups.Kind

    func encode(to encoder: any Encoder) throws {
        try GroupTotalFigures(group: group, kind: kind).encode(to: encoder)
        guard let figures = group.distribution.flatMap(LatencyFigures.init) else { return }
        var container = encoder.container(keyedBy: FigureKey.self)
        try container.encode(figures)
    }
}
