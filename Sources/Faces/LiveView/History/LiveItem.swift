import Profile
package import SyscallTable
import PlainText
import Presentation

/// What a row is about, the same in every snapshot: a selection follows it wherever its row goes.
package enum LiveItem: Sendable, Hashable {
    case call(SyscallID)
    case process(Int32)
    /// Anything else that has a name of its own: the processes without rows, and rows of groupings to come.
    case named(String)

    /// Whether a call in flight is one of this item's.
    func includes(_ call: InFlightCall) -> Bool {
        switch self {
        case .call(let id): call.id == id
        case .process(let pid): call.pid == pid
        case .named: false
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

/// What the rows are. Another grouping (by thread, control group or file, where a profile has them) is another case here and its entries
/// in ``forEachEntry(of:_:)``: nothing else asks what a row is.
package enum LiveGrouping: String, Sendable, Hashable, CaseIterable {
    case call, process

    /// What a profile knows of an item since the start.
    struct Entry {
        var item: LiveItem
        var totals: LiveTotals
        var detail: LiveDetail?
        /// What it calls itself; it may have any text in it.
        var comm: String
        var title: String?
        /// Whether calls of items whose rows are gone are in it.
        var isRest = false
    }

    /// The next one, around.
    var next: LiveGrouping {
        let all = Self.allCases
        return all[((all.firstIndex(of: self) ?? 0) + 1) % all.count]
    }

    func forEachEntry(of profile: Profile, _ body: (Entry) -> Void) {
        switch self {
        case .call:
            for call in profile.calls {
                body(
                    Entry(
                        item: .call(call.id), totals: LiveTotals(call), detail: .call(call), comm: call.id.label(on: profile.host)))
            }
        case .process: forEachProcess(of: profile, body)
        }
    }

    private func forEachProcess(of profile: Profile, _ body: (Entry) -> Void) {
        var known = LiveTotals()
        for process in profile.processes {
            let totals = LiveTotals(process)
            known.add(totals)
            let isRest = process.pid == nil
            let comm = isRest && process.comm.isEmpty ? "other processes" : process.comm
            body(
                Entry(
                    item: process.pid.map { .process($0) } ?? .named(comm), totals: totals,
                    detail: process.distribution.map { .whole($0) }, comm: comm, title: process.title, isRest: isRest))
        }
        // The calls that no process has, as in Profile.unattributed; but only their sums, which is cheap enough for each refresh.
        guard profile.capture.sampling == nil else { return }
        var rest = LiveTotals()
        for call in profile.calls { rest.add(LiveTotals(call)) }
        rest = rest.subtracting(known)
        if rest.calls > 0 {
            body(Entry(item: .named(ProcessProfile.unknownName), totals: rest, detail: nil, comm: ProcessProfile.unknownName))
        }
    }

    /// The name of an entry for people, and what stands behind it.
    func name(of entry: Entry) -> (name: String, suffix: String) {
        guard case .process(let pid) = entry.item else { return (PlainText.line(entry.comm), "") }
        return (ProcessProfile(pid: pid, comm: entry.comm, title: entry.title, series: []).label, " (\(pid))")
    }
}
