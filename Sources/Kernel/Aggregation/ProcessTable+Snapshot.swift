import LatencyHistogram
import Profile
import SaturatingMath
import SyscallTable

/// How living processes and threads are named.
package struct LivingNames {
    /// The name of a process or thread.
    let name: (Int32) -> String?
    /// The process that a thread belongs to.
    let process: (Int32) -> Int32?
    /// The path of a process's cgroup.
    let cgroup: (Int32) -> String?
    /// Whether the names will do that were found when processes were last looked at. To ask for those of thousands takes longer than all the
    /// rest of a snapshot.
    let areRecent: Bool

    package init(
        name: @escaping (Int32) -> String?, process: @escaping (Int32) -> Int32? = { _ in nil },
        cgroup: @escaping (Int32) -> String? = { _ in nil }, areRecent: Bool = false
    ) { (self.name, self.process, self.cgroup, self.areRecent) = (name, process, cgroup, areRecent) }
}

/// What the cells of a snapshot hold.
struct CellMeanings {
    let series: [SeriesTable.Kind]
    /// What to multiply the counts of each cell by.
    let shares: [Double]
}

extension ProcessTable {
    /// All processes with calls, and their calls with an origin. `beforeEntryOfLiving` has what stands before the calls of those that haven't
    /// ended.
    func snapshot(_ cells: CellMeanings, beforeEntryOfLiving: [Int32: BeforeEntry], _ names: LivingNames) -> [ProcessSnapshot] {
        guard grouping != .thread else { return processesOfThreads(cells, beforeEntryOfLiving, names) }
        var snapshots: [ProcessSnapshot] = []
        for row in 0..<rows.count where unsafe !rows.base[row].totals.isEmpty {
            let pid = unsafe rows.base[row].id
            var comm = unsafe rows.base[row].name.text
            var beforeEntry = unsafe rows.base[row].beforeEntry
            if let pid, unsafe !rows.base[row].hasEnded {
                (comm, beforeEntry) = (nameOfLiving(row, pid, names) ?? "", beforeEntryOfLiving[pid] ?? [])
            }
            if pid == nil { comm = ProcessTable.othersName }
            let profile = ProcessProfile(
                pid: pid, comm: comm, title: unsafe rows.base[row].title.text, beforeEntry: beforeEntry, series: [],
                distribution: keepsDistributions ? unsafe rows.base[row].recorder?.snapshot() : nil)
            snapshots.append(
                unsafe ProcessSnapshot(profile, rows.base[row].totals.count, cells) { unsafe rows.base[row].totals[$0] })
        }
        return snapshots
    }

    private static var othersName: String { "other processes" }

    /// The name of a process or thread that has not ended.
    private func nameOfLiving(_ row: Int, _ id: Int32, _ names: LivingNames) -> String? {
        (names.areRecent ? unsafe rows.base[row].livingName : nil) ?? names.name(id)
    }

    private func cgroupOfLiving(_ row: Int, _ id: Int32, _ names: LivingNames) -> String? {
        (names.areRecent ? unsafe rows.base[row].livingCgroup : nil) ?? names.cgroup(id)
    }

    /// The processes as sums of their threads.
    private func processesOfThreads(
        _ cells: CellMeanings, _ beforeEntryOfLiving: [Int32: BeforeEntry], _ names: LivingNames
    ) -> [ProcessSnapshot] {
        var sums: [Int32: GroupSums] = foldedThreads
        var known: [Int32: (comm: String, title: String?)] = [:]
        for row in 0..<rows.count where unsafe !rows.base[row].totals.isEmpty {
            let process = process(of: row, names)
            unsafe sums[process, default: GroupSums()].add(rows.base[row].totals, nil)
            let title = unsafe rows.base[row].title.text
            // The last name that is known stands.
            let comm = unsafe rows.base[row].hasEnded ? rows.base[row].processName.text : known[process]?.comm ?? ""
            known[process] = (comm.isEmpty ? known[process]?.comm ?? "" : comm, title ?? known[process]?.title)
        }
        return sums.map { process, sum in
            let pid = process == 0 ? nil : process
            let comm = pid.map { names.name($0) ?? known[$0]?.comm ?? "" } ?? ProcessTable.othersName
            let beforeEntry = (beforeEntryOfEnded[process] ?? []).union(beforeEntryOfLiving[process] ?? [])
            let profile = ProcessProfile(pid: pid, comm: comm, title: known[process]?.title, beforeEntry: beforeEntry, series: [])
            return ProcessSnapshot(profile, sum.cells.count, cells) { sum.cells[$0] }
        }
    }

    /// By thread, the process of a row; 0 if it isn't known.
    private func process(of row: Int, _ names: LivingNames) -> Int32 {
        let known = unsafe rows.base[row].process
        guard known == 0, let tid = unsafe rows.base[row].id, unsafe !rows.base[row].hasEnded else { return known }
        return names.process(tid) ?? 0
    }

    /// The calls in groups; nil unless they are grouped by what is known here.
    func groups(_ cells: CellMeanings, _ names: LivingNames) -> CallGroups? {
        switch grouping {
        case .thread: CallGroups(kind: .thread, groups: threads(cells, names))
        case .comm: CallGroups(kind: .comm, groups: named(cells, { .comm($0) }) { nameOfLiving($0, $1, names) })
        case .cgroup: CallGroups(kind: .cgroup, groups: named(cells, { .cgroup(path: $0) }) { cgroupOfLiving($0, $1, names) })
        case .file, nil: nil
        }
    }

    private func threads(_ cells: CellMeanings, _ names: LivingNames) -> [CallGroup] {
        var groups: [CallGroup] = []
        var others = foldedThreads.values.reduce(into: GroupSums()) { $0.add($1) }
        // Most processes have several threads.
        var comms: [Int32: String] = [:]
        func comm(of process: Int32) -> String {
            if let known = comms[process] { return known }
            let comm = process == 0 ? "" : names.name(process) ?? ""
            comms[process] = comm
            return comm
        }
        for row in 0..<rows.count where unsafe !rows.base[row].totals.isEmpty {
            guard let tid = unsafe rows.base[row].id else {
                unsafe others.add(rows.base[row].totals, rows.base[row].recorder?.snapshot())
                continue
            }
            let process = process(of: row, names)
            let isLiving = unsafe !rows.base[row].hasEnded
            let key = CallGroup.Key.thread(
                tid: tid, name: unsafe isLiving ? nameOfLiving(row, tid, names) ?? "" : rows.base[row].name.text,
                pid: process == 0 ? nil : process,
                comm: unsafe isLiving ? comm(of: process) : rows.base[row].processName.text)
            var sums = GroupSums()
            unsafe sums.add(rows.base[row].totals, rows.base[row].recorder?.snapshot())
            groups.append(CallGroup(key, sums, cells))
        }
        return groups + (others.cells.isEmpty ? [] : [CallGroup(.others, others, cells)])
    }

    /// The groups of ended and living processes with a common name. Processes without one are in none.
    private func named(
        _ cells: CellMeanings, _ key: (String) -> CallGroup.Key, ofLiving nameOfLiving: (Int, Int32) -> String?
    ) -> [CallGroup] {
        var groups = endedGroups
        for row in 1..<rows.count where unsafe !rows.base[row].totals.isEmpty && !rows.base[row].isGrouped {
            guard let pid = unsafe rows.base[row].id else { continue }
            let ended = unsafe grouping == .cgroup ? rows.base[row].cgroup : rows.base[row].name.text
            guard let name = unsafe rows.base[row].hasEnded ? ended : nameOfLiving(row, pid) else { continue }
            unsafe groups.add(rows.base[row].totals, rows.base[row].recorder?.snapshot(), to: name)
        }
        return groups.sums.filter { !$0.value.cells.isEmpty }.map { CallGroup($0.key.map(key) ?? .others, $0.value, cells) }
    }
}

/// A process as it is reported.
struct ProcessSnapshot {
    private(set) var profile: ProcessProfile
    private(set) var origins: [OriginKey: CellTotals.Entry] = [:]

    fileprivate init(_ profile: ProcessProfile, _ count: Int, _ cells: CellMeanings, _ totals: (Int) -> CellTotals.Entry) {
        self.profile = profile
        // No larger than need be: arrays that grow double, and there may be thousands of processes.
        var series: [ProcessSeries] = []
        series.reserveCapacity((0..<count).count { totals($0).calls > 0 })
        for cell in 0..<count where totals(cell).calls > 0 {
            let (entry, kind) = (totals(cell).scaled(by: cells.shares[cell]), cells.series[cell])
            if let key = OriginKey(kind) { origins[key, default: .init()].add(entry) }
            series.add(entry, of: kind)
        }
        self.profile.series = series
    }
}

extension CallGroup {
    fileprivate init(_ key: Key, _ sums: GroupSums, _ cells: CellMeanings) {
        self.init(key: key, series: [], distribution: sums.distribution)
        for (cell, entry) in sums.cells.enumerated() where entry.calls > 0 {
            series.add(entry.scaled(by: cells.shares[cell]), of: cells.series[cell])
        }
    }
}

extension [ProcessSeries] {
    /// Series that differ only in their origin are one.
    fileprivate mutating func add(_ entry: CellTotals.Entry, of kind: SeriesTable.Kind) {
        let part = ProcessSeries(
            id: kind.id, outcome: kind.outcome, failed: kind.failed, calls: entry.calls, totalNanoseconds: entry.nanoseconds)
        // Only those with an origin can be there already.
        if kind.origin == nil { append(part) } else { add(part) }
    }
}
