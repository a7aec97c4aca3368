import LatencyHistogram
import PlainText
import Presentation
import Profile
import SaturatingMath
import SyscallTable
import TextReport

extension LiveModel {
    /// From this width on, the distribution and the heat map stand side by side.
    private static let wide = 130
    private static let heatRows = 10
    private static let mostListed = 12

    /// All there is to say of the open row: its title, and what scrolls below it.
    func openedLines(_ appearance: Appearance) -> [StyledLine] {
        guard let item = opened, let known = history.row(of: item, in: grouping) else { return [] }
        // What the table shows of it, even if a filter hides it there.
        let figures = figures(of: item)
        let title = known.shortenedName(to: max(1, size.columns - 40))
        var lines = [StyledLine(title, .title)]
        lines[0].add("  " + windowText, .dim)
        lines += figureLines(figures)
        let isWide = size.columns >= Self.wide
        let half = isWide ? size.columns / 2 : size.columns
        let drawing = distribution(figures, width: half - (isWide ? 2 : 0))
        let heat = heatMap(item, width: isWide ? size.columns - half : size.columns, appearance)
        if isWide { lines += [StyledLine()] + drawing.beside(heat, width: half) } else { lines += block(drawing) + block(heat) }
        for section in history.sections where section.item == nil || section.item == item {
            lines += block(
                [StyledLine(PlainText.line(section.title), .bold)] + section.lines.map { StyledLine("  " + PlainText.line($0)) })
        }
        return lines + block(slowCalls(of: item)) + block(errors(figures)) + block(calls(of: item)) + block(inFlight(item))
    }

    private func block(_ lines: [StyledLine]) -> [StyledLine] { lines.isEmpty ? [] : [StyledLine()] + lines }

    private func figureLines(_ figures: LiveFigures) -> [StyledLine] {
        let totals = figures.totals
        guard totals.calls > 0 else { return [StyledLine("No call completed in this window.", .dim)] }
        let rate = HumanFormat.rate(totals.calls, inNanoseconds: duration) ?? "0"
        var first = StyledLine("\(HumanFormat.count(totals.calls, "call", "calls")), \(rate)/s", .bold)
        first.add("  total \(LiveModel.perSecond(totals.totalNanoseconds, in: duration).spaced)/s")
        first.add("  blocked \(HumanFormat.percentage(totals.blockedNanoseconds, of: totals.totalNanoseconds))")
        let errors = HumanFormat.count(totals.errors, "error", "errors")
        first.add("  \(errors)", totals.errors > 0 ? CellStyle(.failed) : .plain)
        guard let percentiles = figures.percentiles else { return [first] }
        var second = StyledLine()
        for percentile in Percentile.allCases {
            let above = 1 - Double(percentile.quantile.parts) / Double(percentile.quantile.of)
            let mark = figures.basis.isWeak(above) ? "~" : ""
            second.add("\(percentile.label) ", .dim)
            second.add("\(mark)\(HumanFormat.duration(nanoseconds: percentiles[percentile]))  ")
        }
        second.add("max ", .dim)
        second.add((figures.basis.isWeak(0) ? "~" : "") + HumanFormat.duration(nanoseconds: percentiles.maximum))
        return [first, second]
    }

    private static let marks: [Character: CellStyle] = [
        "█": CellStyle(.ran), "▒": CellStyle(.blocked), "░": CellStyle(.preempted), "×": CellStyle(.failed),
    ]

    /// As `syslat report --histogram` draws it.
    private func distribution(_ figures: LiveFigures, width: Int) -> [StyledLine] {
        let call: CallProfile
        if let known = figures.detail?.call {
            call = known
        } else if let distribution = figures.distribution, !distribution.isEmpty {
            // Outcomes are not known by process: all is drawn as one part, which says nothing of how the calls ended.
            return [StyledLine("Distribution", .bold)] + plainBars(distribution, width: width)
        } else {
            return []
        }
        guard !call.distribution.isEmpty else { return [] }
        let drawing = TextReport.drawing(of: call, width: width, rows: TextReport.histogramRowLimits.lowerBound)
        return [StyledLine("Distribution", .bold)]
            + (drawing.legend + drawing.bars).map { StyledLine($0, marks: Self.marks) }
    }

    private func plainBars(_ distribution: LatencyHistogram, width: Int) -> [StyledLine] {
        let series = Series(outcome: .ran, failed: false, distribution: distribution)
        let call = CallProfile(id: SyscallID(abi: .x86_64, number: 0), series: [series], errnos: [])
        return TextReport.drawing(of: call, width: width, rows: TextReport.histogramRowLimits.lowerBound).bars.map {
            StyledLine($0)
        }
    }

    private func heatMap(_ item: LiveItem, width: Int, _ appearance: Appearance) -> [StyledLine] {
        let map = HeatMap(
            item, slots: history.slots(for: window), width: width, rows: Self.heatRows, appearance: appearance)
        guard let map else { return [] }
        var title = StyledLine("Over time", .bold)
        title.add("  the \(appearance.colors.hasHeat ? "warmer" : "denser"), the more calls; ─ p50, ━ p99", .dim)
        return [title] + map.lines
    }

    /// The slow calls of the whole capture: no window has slow calls of its own.
    private func slowCalls(of item: LiveItem) -> [StyledLine] {
        guard let profile = history.profile, let slow = profile.slowCalls else { return [] }
        let calls = slow.calls.filter { item.includes($0) }
        guard !calls.isEmpty else { return [] }
        var title = StyledLine("Slow calls", .bold)
        title.add(isReplay ? "  of the whole file, times in UTC" : "  since the start, times in UTC", .dim)
        return [title] + TextReport.lines(of: calls, on: profile.host, width: size.columns).map { StyledLine($0) }
    }

    private func errors(_ figures: LiveFigures) -> [StyledLine] {
        guard let errnos = figures.detail?.call?.errnos, !errnos.isEmpty else { return [] }
        let names = errnos.prefix(Self.mostListed).map { ErrnoTable.name($0.errno) }
        let width = names.map { DisplayText.width($0) }.reduce(0, max)
        return [StyledLine("Errors", .bold)]
            + zip(names, errnos).map { name, errno in
                let part = HumanFormat.percentage(errno.count, of: figures.totals.calls)
                return StyledLine(
                    "  \(DisplayText.leftAligned(name, in: width))  \(HumanFormat.count(errno.count)) (\(part) of the calls)")
            }
    }

    /// The series of all that are one item; none of a call.
    private func series(of item: LiveItem, in profile: Profile) -> [ProcessSeries] {
        if case .process(let pid) = item { return profile.processes.filter { $0.pid == pid }.flatMap(\.series) }
        guard let groups = profile.groups else { return [] }
        return groups.groups.filter { LiveItem($0.key, groups.kind) == item }.flatMap(\.series)
    }

    /// The calls of a process or a group since the start: that is how far profiles have them.
    private func calls(of item: LiveItem) -> [StyledLine] {
        guard let profile = history.profile else { return [] }
        var sums: [SyscallID: LiveTotals] = [:]
        for series in series(of: item, in: profile) { sums[series.id, default: LiveTotals()].add(LiveTotals([series])) }
        let order = sums.sorted { $0.key < $1.key }.byUrgency(\.key, age: \.value.totalNanoseconds)
        guard !order.isEmpty else { return [] }
        let rows = order.prefix(Self.mostListed).map { id, totals in
            let name = DisplayText.truncated(PlainText.line(id.label(on: profile.host)), to: 24)
            return StyledLine(
                "  " + DisplayText.leftAligned(name, in: 24)
                    + DisplayText.rightAligned(HumanFormat.count(totals.calls, fitting: 11), in: 12)
                    + DisplayText.rightAligned(HumanFormat.duration(nanoseconds: totals.totalNanoseconds), in: 10)
                    + DisplayText.rightAligned(
                        HumanFormat.share(totals.blockedNanoseconds, of: totals.totalNanoseconds).number, in: 10))
        }
        let title = StyledLine("Its calls since the start    ", .bold)
        var titles = title.padded(to: 33)
        titles.add("CALLS     TOTAL  BLOCKED%", .dim)
        let rest = order.count - rows.count
        return [titles] + rows + (rest > 0 ? [StyledLine("  … \(rest) more", .dim)] : [])
    }

    /// The calls that have not returned: those that do something before those that only wait.
    private func inFlight(_ item: LiveItem) -> [StyledLine] {
        guard let profile = history.profile else { return [] }
        let calls = profile.inFlight.filter { item.includes($0) }.byUrgency(\.id, age: \.ageNanoseconds)
        guard !calls.isEmpty else { return [] }
        let shown = calls.prefix(Self.mostListed)
        let rows = shown.flatMap { call in
            let age = (call.beganBefore ? "≥ " : "") + HumanFormat.duration(nanoseconds: call.ageNanoseconds)
            let name = [call.comm.isEmpty ? "?" : call.comm, call.thread ?? ""].filter { !$0.isEmpty }.joined(separator: "/")
            let task = call.pid == call.tid ? " (\(call.pid))" : " (\(call.pid)/\(call.tid))"
            let label = DisplayText.truncated(PlainText.line(call.id.label(on: profile.host)), to: 20)
            let line = StyledLine(
                "  " + DisplayText.rightAligned(age, in: 10) + "  " + DisplayText.leftAligned(label, in: 20) + "  "
                    + DisplayText.truncated(PlainText.line(name), keeping: task, to: max(10, size.columns - 36)))
            return [line] + TextReport.lines(of: call, on: profile.host, width: size.columns).map { StyledLine($0, .dim) }
        }
        let rest = calls.count - shown.count
        return [StyledLine("In flight now", .bold)] + rows + (rest > 0 ? [StyledLine("  … \(rest) more", .dim)] : [])
    }
}
