package import Profile
import PlainText
import Presentation
import SyscallTable

/// What the rows are. Another grouping is another case here and its entries in ``forEachEntry(of:_:)``: nothing else asks what a row is.
package enum LiveGrouping: String, Sendable, Hashable, CaseIterable {
    case call, process
    case thread, comm, cgroup, file

    /// What a capture must have grouped its calls by; nil where every capture will do.
    package var groups: CallGroups.Kind? { CallGroups.Kind(rawValue: rawValue) }

    /// Several of what the rows are.
    var nouns: String { Grouping(rawValue: rawValue)?.nouns.many ?? rawValue }

    /// What a profile knows of an item since the start.
    struct Entry {
        var item: LiveItem
        var totals: LiveTotals
        var detail: LiveDetail?
        var title: Title
        /// Whether calls of items whose rows are gone are in it.
        var isRest = false
    }

    /// What a name is made from; it may have any text in it. The name is made anew only when this changes.
    enum Title: Sendable, Hashable {
        case text(String)
        case process(pid: Int32, comm: String, title: String?)
        case group(CallGroup.Key, CallGroups.Kind)

        /// The name for people, and what stands behind it.
        var label: (name: String, suffix: String) {
            switch self {
            case .text(let text): (PlainText.line(text), "")
            case .process(let pid, let comm, let title):
                (ProcessProfile(pid: pid, comm: comm, title: title, series: []).label, " (\(pid))")
            case .group(let key, let kind): key.label(of: kind)
            }
        }
    }

    func forEachEntry(of profile: Profile, _ body: (Entry) -> Void) {
        switch self {
        case .call:
            for call in profile.calls {
                body(
                    Entry(
                        item: .call(call.id), totals: LiveTotals(call), detail: .call(call),
                        title: .text(call.id.label(on: profile.host))))
            }
        case .process: forEachProcess(of: profile, body)
        case .thread, .comm, .cgroup, .file: forEachGroup(of: profile, body)
        }
    }

    private func forEachProcess(of profile: Profile, _ body: (Entry) -> Void) {
        var known = LiveTotals()
        for process in profile.processes {
            let totals = LiveTotals(process.series)
            known.add(totals)
            let isRest = process.pid == nil
            let comm = isRest && process.comm.isEmpty ? "other processes" : process.comm
            body(
                Entry(
                    item: process.pid.map { .process($0) } ?? .named(comm), totals: totals,
                    detail: process.distribution.map { .whole($0) },
                    title: process.pid.map { .process(pid: $0, comm: comm, title: process.title) } ?? .text(comm), isRest: isRest))
        }
        addRest(of: profile, after: known, ProcessProfile.unknownName, body)
    }

    private func forEachGroup(of profile: Profile, _ body: (Entry) -> Void) {
        guard let groups = profile.groups, groups.kind == self.groups else { return }
        // Names of cgroups depend on each other, and there are few.
        let labels = groups.kind == .cgroup ? groups.labels : []
        var known = LiveTotals()
        for (place, group) in groups.groups.enumerated() {
            let totals = LiveTotals(group.series)
            known.add(totals)
            body(
                Entry(
                    item: LiveItem(group.key, groups.kind), totals: totals, detail: group.distribution.map { .whole($0) },
                    title: labels.isEmpty ? .group(group.key, groups.kind) : .text(labels[place].name),
                    isRest: group.key == .others))
        }
        addRest(of: profile, after: known, groups.kind.nameOfRest, body)
    }

    /// The calls that no row has, as in Profile.unattributed; but only their sums, which is cheap enough for each refresh.
    private func addRest(of profile: Profile, after known: LiveTotals, _ name: String, _ body: (Entry) -> Void) {
        guard profile.capture.sampling == nil else { return }
        var rest = LiveTotals()
        for call in profile.calls { rest.add(LiveTotals(call)) }
        rest = rest.subtracting(known)
        if rest.calls > 0 { body(Entry(item: .named(name), totals: rest, detail: nil, title: .text(name))) }
    }

    /// Whether the calls of an item without a row are in the row of the rest from then on. A process that changes its name or its cgroup
    /// takes its calls along to another row.
    var foldsIntoRest: Bool { self != .comm && self != .cgroup }

    /// Whether an item whose row was given up can have another one, with its calls since.
    var givesRowsTwice: Bool { self == .file }
}
