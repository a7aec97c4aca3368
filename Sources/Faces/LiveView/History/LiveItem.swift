import Profile
package import SyscallTable
import LatencyHistogram
import PlainText
import Presentation

/// What a row is about, the same in every snapshot: a selection follows it wherever its row goes.
package enum LiveItem: Sendable, Hashable {
    case call(SyscallID)
    case process(Int32)
    /// Anything else that has a name of its own: the processes without rows, and rows of groupings to come.
    case named(String)
}

/// What the rows are. Another grouping (by thread, control group or file, where a profile has them) is another case here and its rows
/// in ``rows(of:)``: nothing else asks what a row is.
package enum LiveGrouping: String, Sendable, Hashable, CaseIterable {
    case call, process

    /// The next one, around.
    var next: LiveGrouping {
        let all = Self.allCases
        return all[((all.firstIndex(of: self) ?? 0) + 1) % all.count]
    }

    /// The rows of a profile, each item once.
    func rows(of profile: Profile) -> [LiveRow] {
        switch self {
        case .call:
            return profile.calls.map { LiveRow($0, on: profile.host) }
        case .process:
            var rows: [LiveItem: LiveRow] = [:]
            for process in profile.processes {
                let row = LiveRow(process)
                // A process id may come back.
                if rows[row.item] != nil { rows[row.item]?.figures.add(row.figures) } else { rows[row.item] = row }
            }
            if let rest = LiveRow(unattributedOf: profile, in: rows.values.map(\.figures)) { rows[rest.item] = rest }
            return Array(rows.values)
        }
    }
}

/// An item and its figures in some stretch of time.
package struct LiveRow: Sendable, Hashable {
    package var item: LiveItem
    /// For people; it has no control characters.
    package var name: String
    /// What stays readable where the name is cut off.
    package var suffix = ""
    package var figures: LiveFigures

    init(item: LiveItem, name: String, suffix: String = "", figures: LiveFigures) {
        (self.item, self.name, self.suffix, self.figures) = (item, name, suffix, figures)
    }

    init(_ call: CallProfile, on host: Host) {
        item = .call(call.id)
        name = PlainText.line(call.id.label(on: host))
        figures = LiveFigures(call)
    }

    init(_ process: ProcessProfile) {
        let comm = PlainText.line(process.comm)
        if let pid = process.pid {
            (item, name, suffix) = (.process(pid), process.label, " (\(pid))")
        } else {
            name = comm.isEmpty ? "other processes" : comm
            item = .named(name)
        }
        figures = LiveFigures(process)
    }

    /// The calls that no process has, as in ``Profile/unattributed``; nil if there are none. Only the totals are compared: that is cheap
    /// enough to be done at each refresh.
    init?(unattributedOf profile: Profile, in processes: [LiveFigures]) {
        guard profile.capture.sampling == nil else { return nil }
        var all = LiveFigures()
        for call in profile.calls { all.addTotals(LiveFigures(call)) }
        var known = LiveFigures()
        for figures in processes { known.addTotals(figures) }
        guard let rest = all.subtracting(known), rest.calls > 0 else { return nil }
        (item, name, figures) = (.named(ProcessProfile.unknownName), ProcessProfile.unknownName, rest)
    }
}

extension LiveItem {
    /// Whether a call in flight is one of this item's.
    func includes(_ call: InFlightCall) -> Bool {
        switch self {
        case .call(let id): call.id == id
        case .process(let pid): call.pid == pid
        case .named: false
        }
    }
}
