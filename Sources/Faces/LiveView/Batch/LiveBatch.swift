import SaturatingMath
import Exports
import PlainText
import Presentation
import Profile
import SyscallTable

/// The same windows for a pipe: one document at each refresh.
package struct LiveBatch: Sendable {
    package enum Format: String, Sendable, Hashable, CaseIterable {
        case text, jsonl
    }

    private var model: LiveModel
    private let format: Format
    private let glyphs: GlyphSet
    /// The most rows of a text; nil for all.
    private let top: Int?

    package init(
        format: Format, view: LiveModel.View = LiveModel.View(window: .second), top: Int? = nil, width: Int = 100,
        glyphs: GlyphSet = .unicode
    ) {
        model = LiveModel(
            size: ScreenSize(columns: max(LiveLayout.least.columns, width), rows: LiveLayout.least.rows), view: view)
        (self.format, self.top, self.glyphs) = (format, top, glyphs)
    }

    /// The document of this refresh; it ends with a newline. A text ends with an empty line.
    package mutating func take(_ snapshot: LiveSnapshot) throws -> String {
        model.take(snapshot)
        switch format {
        case .text:
            let renderer = ScreenRenderer(colors: .none, glyphs: glyphs)
            return renderer.lines(of: model.tableScreen(rows: top ?? model.bareRows.count), styled: false) + "\n"
        case .jsonl: return try model.refresh.map { try JSONReport.render($0) } ?? ""
        }
    }
}

extension LiveModel {
    /// What stays on the ordinary screen after the end: the header and the first rows, without marks and keys.
    package func tableScreen(rows count: Int) -> Screen {
        var still = self
        (still.selected, still.opened, still.showsHelp, still.firstRow) = (nil, nil, false, 0)
        let shown = min(max(0, count), ScreenSize.largest.rows - LiveLayout.fixedLines)
        let columns = max(LiveLayout.least.columns, size.columns)
        still.size = ScreenSize(columns: columns, rows: LiveLayout.fixedLines + max(1, min(shown, bareRows.count)))
        return still.tableOnly()
    }

    /// The window as a document; nil before the first snapshot.
    var refresh: JSONReport.Refresh? {
        guard let profile = history.profile, let slot = summary, let calls = history.summary(of: window, .call) else { return nil }
        let all = calls.rows.compactMap { $0.figures.detail?.call }
        let kept = profile.inFlight.prefix(CallsInFlight.limit)
        let interval = Interval(
            startNanoseconds: slot.start, durationNanoseconds: slot.duration,
            startedAtNanoseconds: history.wallTime.map { $0.subtractingSaturating(history.time.subtractingSaturating(slot.start)) },
            calls: grouping == .call ? shownCalls(all) : all,
            inFlight: CallsInFlight(calls: Array(kept), omitted: UInt64(profile.inFlight.count - kept.count)))
        return JSONReport.Refresh(
            interval: interval, on: profile.host, scope: profile.capture.scope, lost: slot.lost,
            consumerCPUNanoseconds: slot.ownNanoseconds,
            isSampled: profile.capture.sampling != nil, processes: grouping == .process ? shownProcesses(profile) : nil,
            groups: shownGroups(profile))
    }

    /// Those that pass the filter.
    private func shownCalls(_ calls: [CallProfile]) -> [CallProfile] {
        let shown = Set(bareRows.map(\.item))
        return calls.filter { shown.contains(.call($0.id)) }
    }

    private func shownProcesses(_ profile: Profile) -> [ProcessProfile] {
        let known = Dictionary(profile.processes.map { ($0.pid, $0) }) { first, _ in first }
        return bareRows.map { row in
            let series = LiveModel.series(row.figures.totals)
            guard case .process(let pid) = row.item else { return ProcessProfile(pid: nil, comm: row.name, series: series) }
            let process = known[pid]
            return ProcessProfile(
                pid: pid, comm: process?.comm ?? row.name, title: process?.title, beforeEntry: process?.beforeEntry ?? [],
                series: series)
        }.sorted(falling: \.totalNanoseconds, then: { $0.pid ?? .max })
    }

    /// The groups with calls in the window; nil unless the rows are groups. Calls of no group are left out.
    private func shownGroups(_ profile: Profile) -> CallGroups? {
        guard let kind = grouping.groups else { return nil }
        let known = Dictionary(profile.groups(by: kind).groups.map { (LiveItem($0.key, kind), $0.key) }) { _, last in last }
        return CallGroups(
            kind: kind,
            groups: rows.compactMap { row in
                known[row.item].map {
                    CallGroup(key: $0, series: LiveModel.series(row.figures.totals), distribution: row.figures.distribution)
                }
            })
    }

    /// Of the calls of a window no more is known than how many failed: two series have the totals.
    private static func series(_ totals: LiveTotals) -> [ProcessSeries] {
        let id = SyscallID(abi: .x86_64, number: 0)
        return [
            ProcessSeries(
                id: id, outcome: .ran, failed: false, calls: totals.calls.subtractingSaturating(totals.errors),
                totalNanoseconds: totals.totalNanoseconds),
            ProcessSeries(id: id, outcome: .ran, failed: true, calls: totals.errors, totalNanoseconds: 0),
        ]
    }
}
