import Presentation
import LatencyHistogram
import Profile

/// The table of calls, or of processes or other groups, with the sum of the rows that are not shown and the total.
enum TableSection {
    static func lines(_ context: ReportContext) -> [String] {
        let profile = context.profile
        let grouping = context.options.grouping
        let everything = profile.calls.reduce(into: LatencyHistogram()) { $0.merge($1.distribution) }
        let rows =
            switch grouping {
            case .call: context.callRows
            case .process: processRows(context)
            case .interval: intervalRows(context)
            case .thread, .comm, .cgroup, .file:
                context.options.sort.sorted(grouping.groups.flatMap { profile.rows(of: $0) } ?? [])
            }
        let shown = context.shown(of: rows.count)
        var sums: [TableRow] = []
        if shown < rows.count {
            let nouns = grouping.nouns
            let hidden = HumanFormat.count(UInt64(rows.count - shown), "more \(nouns.one)", "more \(nouns.many)")
            sums.append(TableRow(sumOf: rows[shown...], name: "… \(hidden)"))
        }
        // The calls add up to the same however they are broken down, and their counts are exact.
        sums.append(TableRow(sumOf: context.callRows, name: "total", distribution: everything))
        let hasTimesOfDay = grouping == .interval && profile.intervals.contains { $0.startedAtNanoseconds != nil }
        var table = LatencyTable(
            nameTitle: grouping.rawValue.uppercased() + (hasTimesOfDay ? " (UTC)" : ""), rows: Array(rows[..<shown]), sums: sums,
            durationNanoseconds: profile.capture.durationNanoseconds, style: context.style)
        // Times, titles and paths are cut off last.
        if hasTimesOfDay || grouping != .call && grouping != .interval {
            table.leastName = min(28, rows.map { DisplayText.width($0.name + $0.suffix) }.reduce(20, max))
        }
        return table.lines(width: context.width)
    }

    /// The processes, and what is known by call but not by process.
    private static func processRows(_ context: ReportContext) -> [TableRow] {
        var rows = context.profile.allProcesses.map { TableRow(process: $0) }
        if context.profile.capture.sampling != nil {
            for index in rows.indices { rows[index].basis = .some }
        }
        return context.options.sort.sorted(rows)
    }

    /// The intervals of a time series. They keep their order in time unless another order is asked for.
    private static func intervalRows(_ context: ReportContext) -> [TableRow] {
        let rows = context.profile.intervals.map { TableRow(interval: $0, host: context.profile.host) }
        return context.options.sort == .active ? rows : context.options.sort.sorted(rows)
    }
}
