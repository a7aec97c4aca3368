import PlainText
package import Profile

extension Profile {
    /// The groups of one kind; none if the capture did not group calls so.
    package func groups(by kind: CallGroups.Kind) -> CallGroups {
        groups.flatMap { $0.kind == kind ? $0 : nil } ?? CallGroups(kind: kind, groups: [])
    }

    /// A row for each group, and one for the calls that are in none: they add up to all calls. nil if the capture did not group calls so.
    package func rows(of kind: CallGroups.Kind) -> [TableRow]? {
        guard let groups, groups.kind == kind else { return nil }
        let labels = groups.labels
        var rows = zip(groups.groups, labels).map { group, label in
            let cut = kind == .file ? TableRow.cuttable(label.name) : label
            var row = TableRow(
                name: cut.name, suffix: cut.suffix, calls: group.calls, errors: group.errors,
                totalNanoseconds: group.totalNanoseconds, blocked: group.blocked,
                times: OutcomeTimes(group.series), figures: group.distribution.flatMap(LatencyFigures.init))
            if capture.sampling != nil { row.basis = .some }
            return row
        }
        let rest = restOfCalls(after: groups.groups.lazy.flatMap(\.series))
        if !rest.isEmpty {
            rows.append(
                TableRow(
                    name: kind.nameOfRest, calls: rest.calls, errors: rest.errors, totalNanoseconds: rest.totalNanoseconds,
                    blocked: rest.blocked, times: OutcomeTimes(rest), figures: nil))
        }
        return rows
    }
}

extension TableRow {
    /// A path with its end, which tells files of one folder apart, as what stays: the last component, or as much of it as there is room for.
    fileprivate static func cuttable(_ path: String) -> (name: String, suffix: String) {
        let end = path.suffix(20)
        guard end.startIndex > path.startIndex else { return (path, "") }
        let start = end.lastIndex(of: "/") ?? end.startIndex
        return (String(path[..<start]), String(path[start...]))
    }
}

extension CallGroups.Kind {
    /// The row of calls that are in no group.
    package var nameOfRest: String {
        switch self {
        case .thread: "(unknown thread)"
        case .comm: "(unknown process)"
        case .cgroup: "(unknown cgroup)"
        case .file: "(no file)"
        }
    }

    /// The row of calls for whose group there was no row.
    package var nameOfOthers: String {
        switch self {
        case .thread: "other threads"
        case .comm: "other names"
        case .cgroup: "other cgroups"
        case .file: "other files"
        }
    }
}

extension CallGroups {
    /// What the groups are called, in one line each, in the order of ``groups``.
    package var labels: [(name: String, suffix: String)] {
        let plain = groups.map { $0.key.label(of: kind) }
        guard kind == .cgroup else { return plain }
        // Units of two users may have one name: the paths tell them apart.
        var counts: [String: Int] = [:]
        for label in plain { counts[label.name, default: 0] += 1 }
        return zip(groups, plain).map { group, label in
            counts[label.name] == 1 ? label : (PlainText.line(group.key.name), "")
        }
    }
}

extension CallGroup.Key {
    /// The name, and what stays readable where it is cut off.
    package func label(of kind: CallGroups.Kind) -> (name: String, suffix: String) {
        switch self {
        case .thread(let tid, let name, let pid, let comm):
            // A thread without a name of its own has that of its process.
            let own = name.isEmpty ? "?" : PlainText.line(name)
            let number = pid.map { $0 == tid ? " (\(tid))" : " (\(tid) of \($0))" } ?? " (\(tid))"
            guard !comm.isEmpty, comm != name else { return (own, number) }
            let process = PlainText.line(comm)
            // Names of threads have up to 15 bytes. A longer one here is mostly escapes, and may be cut.
            return own.count <= 15 ? (process, ": \(own)\(number)") : ("\(process): \(own)", number)
        case .comm(let name): return (name.isEmpty ? "?" : PlainText.line(name), "")
        case .cgroup(let path): return (PlainText.line(CgroupName(path).label), "")
        case .file(let name, _, _): return (PlainText.line(name), "")
        case .others: return (kind.nameOfOthers, "")
        }
    }
}
