import PlainText
import Presentation
import SaturatingMath
import Profile
import SyscallTable

/// For each process and function: how many calls the vDSO served, and how many entered the kernel, with clock and reason.
enum VDSOProcessTable {
    /// The files that are named for one process and call.
    private static let filesShown = 3

    private static let columns: [Table.Column] = [
        .init(title: "SERVED (ESTIMATE)"), .init(title: "ENTERED"), .init(title: "TOTAL", dispensability: 2),
        .init(title: "MEAN", dispensability: 1), .init(title: "COULD SAVE (ESTIMATE)", dispensability: 3),
        .init(title: "WHY", isWords: true),
    ]

    static func lines(_ vdso: VDSOProfile, _ context: ReportContext) -> [String] {
        var (processes, others) = (VDSOProcess.all(in: vdso), [VDSOProcess]())
        if context.options.top == nil {
            (processes, others) = VDSOProcess.telling(processes)
        } else {
            let shown = context.shown(of: processes.count)
            (processes, others) = (Array(processes[..<shown]), Array(processes[shown...]))
        }
        var rows = processes.flatMap { self.rows(of: $0, vdso, context) }
        if !others.isEmpty { rows.append(remainder(others)) }
        let table = Table(
            nameTitle: "PROCESS, FUNCTION, CLOCK", columns: columns, rows: rows, style: context.style, leastName: 30)
        return table.lines(width: context.width)
    }

    private static func rows(of process: VDSOProcess, _ vdso: VDSOProfile, _ context: ReportContext) -> [Table.Row] {
        let name = PlainText.line(process.comm)
        var heading = Table.Row(name: name, cells: cells(), isStrong: true)
        if let pid = process.pid {
            (heading.name, heading.suffix) = (name.isEmpty ? "?" : name, " (\(pid))")
        } else if name.isEmpty {
            heading.name = "other processes"
        }
        let functions = process.functions.flatMap { rows(of: $0, vdso, context) }
        let vsyscalls = process.vsyscalls.map { count in
            Table.Row(
                name: "vsyscall:\(PlainText.line(count.name))", indent: 2,
                cells: cells(calls: count.calls, why: "vsyscall"))
        }
        return [heading] + functions + vsyscalls
    }

    /// Where there are several clocks, or an estimate, which is of all clocks together, the clocks stand below the function.
    private static func rows(
        of function: VDSOProcess.Function, _ vdso: VDSOProfile, _ context: ReportContext
    ) -> [Table.Row] {
        let served = function.served.map { HumanFormat.estimate($0) }
        let host = context.profile.host
        func rows(_ share: VDSOProcess.Share, _ name: String, indent: Int = 2, served: String? = nil) -> [Table.Row] {
            [row(name, indent: indent, share, served: served, vdso, context)] + callers(of: share.process)
        }
        if function.shares.allSatisfy({ $0.entry.clock == nil && $0.entry.id.abi.name == host.arch }), !function.shares.isEmpty {
            return function.shares.enumerated().flatMap { number, share in
                rows(share, PlainText.line(function.name), served: number == 0 ? served : nil)
            }
        }
        if function.shares.count == 1, served == nil {
            let (id, clock) = (function.shares[0].entry.id, function.shares[0].entry.clock)
            return rows(function.shares[0], id.label(on: host) + (clock.map { " \($0.name)" } ?? ""))
        }
        let heading = Table.Row(name: PlainText.line(function.name), indent: 2, cells: cells(served: served))
        return [heading]
            + function.shares.flatMap { share in
                let (id, clock) = (share.entry.id, share.entry.clock)
                let abi = id.abi.name == host.arch ? "" : "\(id.abi.name):"
                return rows(share, "\(abi)\(clock?.name ?? id.name)", indent: 4)
            }
    }

    private static func row(
        _ name: String, indent: Int, _ share: VDSOProcess.Share, served: String?, _ vdso: VDSOProfile, _ context: ReportContext
    ) -> Table.Row {
        let savings = vdso.savings(of: share.process, in: share.entry, context.profile.capture).flatMap { savings -> String? in
            guard savings.isTelling else { return nil }
            let amount = HumanFormat.quantity(nanoseconds: savings.nanosecondsPerSecond)
            return "\(savings.isUpperBound ? "≤ " : "")≈ \(amount.spaced)/s"
        }
        return Table.Row(
            name: name, indent: indent,
            cells: cells(
                served: served, calls: share.process.calls, total: share.process.totalNanoseconds,
                why: PlainText.line(share.entry.reason.label), savings: savings))
    }

    /// The files whose code made the calls, below the row of the calls.
    private static func callers(of process: VDSOEntryProcess) -> [Table.Row] {
        guard !process.callers.isEmpty else { return [] }
        var rows = process.callers.prefix(filesShown).map { caller in
            let path = caller.file.isEmpty ? "memory without a file" : PlainText.line(caller.file)
            // The end of a path says more than its beginning.
            let split = path.lastIndex(of: "/") ?? path.startIndex
            return Table.Row(
                name: "by \(path[..<split])", suffix: String(path[split...]), indent: 6, cells: cells(calls: caller.calls))
        }
        let rest = process.callers.dropFirst(filesShown)
        if !rest.isEmpty {
            let calls = rest.reduce(UInt64(0)) { $0.addingSaturating($1.calls) }
            let files = HumanFormat.count(UInt64(rest.count), "more file", "more files")
            rows.append(Table.Row(name: "by \(files)", indent: 6, cells: cells(calls: calls)))
        }
        let known = process.callers.reduce(UInt64(0)) { $0.addingSaturating($1.calls) }
        if known < process.calls {
            rows.append(Table.Row(name: "by files not known", indent: 6, cells: cells(calls: process.calls - known)))
        }
        return rows
    }

    private static func remainder(_ processes: [VDSOProcess]) -> Table.Row {
        var served: ServedEstimate?
        for estimate in processes.flatMap(\.functions).compactMap(\.served) {
            served = served?.merged(with: estimate) ?? estimate
        }
        let calls = processes.reduce(UInt64(0)) { $0.addingSaturating($1.calls) }
        let total = processes.reduce(UInt64(0)) { $0.addingSaturating($1.totalNanoseconds) }
        let vsyscalls = processes.flatMap(\.vsyscalls).reduce(UInt64(0)) { $0.addingSaturating($1.calls) }
        let name = HumanFormat.count(UInt64(processes.count), "more process", "more processes")
        var sums = cells(served: served.map { HumanFormat.estimate($0) }, calls: calls, total: total)
        // Calls of the vsyscall page have no duration: they count, and are in no mean.
        if vsyscalls > 0 { sums[1] = .count(calls.addingSaturating(vsyscalls)) }
        return Table.Row(name: "… \(name)", cells: sums)
    }

    private static func cells(
        served: String? = nil, calls: UInt64? = nil, total: UInt64? = nil, why: String? = nil, savings: String? = nil
    ) -> [Table.Cell] {
        var mean: Double?
        if let calls, let total, calls > 0 { mean = Double(total) / Double(calls) }
        return [
            served.map { .text($0) } ?? .none, calls.map { .count($0) } ?? .none,
            .duration(total.map { Double($0) }), .duration(mean),
            savings.map { .text($0) } ?? .none, why.map { .text($0) } ?? .none,
        ]
    }
}
