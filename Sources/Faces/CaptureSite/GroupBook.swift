import Exports
import Profile

/// How the calls of a site are grouped.
package struct GroupRule: Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        case cgroup, unit, comm
    }

    package var kind: Kind
    /// Groups that are shown; all others are one.
    package var most: Int
    /// A group that no scrape has seen grow so many times in a row may be forgotten.
    package var patience = 60
    /// Whether a cgroup of this path is there.
    package var exists: @Sendable (String) -> Bool

    package init(_ kind: Kind, most: Int, exists: @escaping @Sendable (String) -> Bool) {
        (self.kind, self.most, self.exists) = (kind, most, exists)
    }
}

/// The calls by group in a bounded number of groups, none of which ever gets lower.
///
/// It adds up what each group has grown by from one snapshot to the next. What grows without a place of its own grows `other`, and so does what
/// is in no group: calls of processes of which too little is known. A group that is dead loses its place; if it comes back soon, it goes on from
/// where it was.
struct GroupBook: Sendable {
    /// The name of all without a place.
    static let others = "other"

    private struct Entry {
        var totals = GroupTotals()
        /// Of its cgroup.
        var path: String
        /// Scrapes since it grew.
        var quiet = 0
    }

    let rule: GroupRule
    private var shown: [String: Entry] = [:]
    private var rest = GroupTotals()
    /// All that any group has grown by.
    private var grouped = GroupTotals()
    /// The calls of no group.
    private var groupless = GroupTotals()
    /// Groups without a place that had one, the last at the end.
    private var resting: [(name: String, totals: GroupTotals)] = []
    private var before: [CallGroup.Key: CallGroup] = [:]

    init(_ rule: GroupRule) { self.rule = rule }

    /// How many have a place.
    var count: Int { shown.count }
    /// How many had one and may come back.
    var remembered: Int { resting.count }

    /// Takes the groups of a snapshot of all since the start.
    /// - Parameter all: the calls of all groups and of none; nil where that is an estimate, which the groups need not add up to.
    mutating func take(_ groups: CallGroups, of all: GroupTotals? = nil) {
        var now: [CallGroup.Key: CallGroup] = [:]
        now.reserveCapacity(groups.groups.count)
        for group in groups.groups {
            now[group.key] = group
            let earlier = before[group.key]
            // Most have made no call.
            guard group.series != earlier?.series else { continue }
            let growth = GroupTotals(of: group, since: earlier)
            grouped.add(growth)
            guard let place = place(of: group.key), place.name != GroupBook.others, makePlace(place) else {
                rest.add(growth)
                continue
            }
            shown[place.name]?.totals.add(growth)
            shown[place.name]?.quiet = 0
        }
        before = now
        // A process that ends just now may be in no group yet and in one later, so this can fall for a moment; what is shown can't.
        if let all { groupless.add(all.subtracting(grouped).subtracting(groupless)) }
    }

    /// The name of a group, and the path that is gone when the group is dead; nil for those that have no name.
    private func place(of key: CallGroup.Key) -> (name: String, path: String)? {
        switch (key, rule.kind) {
        case (.comm(let name), _): name.isEmpty ? nil : (name, "")
        case (.cgroup(let path), .unit): GroupBook.unit(of: path)
        case (.cgroup(let path), _): (path, path)
        default: nil
        }
    }

    /// The unit of systemd in whose cgroup a path is, and the path of that: its last part that is the name of a service, scope or slice.
    static func unit(of path: String) -> (name: String, path: String)? {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let last = parts.lastIndex { part in [".service", ".scope", ".slice"].contains { part.hasSuffix($0) && part != $0 } }
        return last.map { (String(parts[$0]), parts[...$0].joined(separator: "/")) }
    }

    private mutating func makePlace(_ place: (name: String, path: String)) -> Bool {
        if shown[place.name] != nil { return true }
        guard shown.count < rule.most else { return false }
        var entry = Entry(path: place.path)
        if let old = resting.firstIndex(where: { $0.name == place.name }) { entry.totals = resting.remove(at: old).totals }
        shown[place.name] = entry
        return true
    }

    /// What a scrape shows. Those that are dead for long lose their places after it.
    mutating func scrape() -> GroupExposition {
        var groups = shown.sorted { $0.key < $1.key }.map { (name: $0.key, totals: $0.value.totals) }
        var others = rest
        others.add(groupless)
        if others != GroupTotals() { groups.append((name: GroupBook.others, totals: others)) }
        for name in shown.keys {
            shown[name]?.quiet += 1
            guard let entry = shown[name], entry.quiet > rule.patience else { continue }
            // It is there and says nothing: look again later.
            guard rule.kind == .comm || !rule.exists(entry.path) else {
                shown[name]?.quiet = 0
                continue
            }
            shown[name] = nil
            resting.append((name, entry.totals))
        }
        if resting.count > 2 * rule.most { resting.removeFirst(resting.count - 2 * rule.most) }
        return GroupExposition(label: rule.kind.rawValue, groups: groups)
    }
}
