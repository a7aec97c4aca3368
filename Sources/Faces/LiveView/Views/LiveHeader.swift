import PlainText
import Presentation
import Profile
import SaturatingMath
import TextReport

extension LiveModel {
    private static let separator = " · "

    /// What is watched, what happens there, and what is shown of it.
    var header: [StyledLine] { [titleLine, rateLine, viewLine] }

    private var titleLine: StyledLine {
        let profile = history.profile
        var right = clock
        if isFrozen { right = "FROZEN" + Self.separator + right }
        right = " " + right
        let scope = profile.map { PlainText.line($0.capture.scope) } ?? ""
        let command = profile?.capture.command.map { ": " + PlainText.line($0.joined(separator: " ")) } ?? ""
        var line = StyledLine("syslat top", .title)
        let room = size.columns - line.width - DisplayText.width(right)
        line.add(DisplayText.truncated(scope.isEmpty ? "" : Self.separator + scope + command, to: max(0, room)))
        line = line.padded(to: size.columns - DisplayText.width(right))
        line.add(right, isFrozen ? .caution : .plain)
        return line
    }

    /// The time of day, and how long the capture has gone on.
    private var clock: String {
        var parts: [String] = []
        if let replay, replay.count > 0 { parts.append("step \(position + 1) of \(replay.count)") }
        if let wall = history.wallTime { parts.append(String(Timestamp.timeOfDay(nanosecondsSince1970: wall).prefix(8)) + " UTC") }
        if history.time > 0 { parts.append(LiveModel.elapsed(history.time)) }
        return parts.joined(separator: Self.separator)
    }

    /// Hours, minutes and seconds: `0:01:02`.
    private static func elapsed(_ nanoseconds: UInt64) -> String {
        func two(_ number: UInt64) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let seconds = nanoseconds / 1_000_000_000
        return "\(seconds / 3600):\(two(seconds / 60 % 60)):\(two(seconds % 60))"
    }

    /// Losses first: they must be read before the figures.
    private var rateLine: StyledLine {
        var parts: [StyledLine] = []
        guard let profile = history.profile, let summary, summary.duration > 0 else { return StyledLine() }
        func add(_ text: String, _ style: CellStyle = .plain) { parts.append(StyledLine(text, style)) }
        if profile.lost > 0 {
            let entered = profile.balance.entered.addingSaturating(profile.requests?.entered ?? 0)
            add("! \(HumanFormat.count(profile.lost)) lost (\(HumanFormat.percentage(profile.lost, of: entered)))", .caution)
        }
        add("\(HumanFormat.rate(summary.calls.calls, inNanoseconds: summary.duration) ?? "0") calls/s", .bold)
        add("on CPU \(LiveModel.perSecond(summary.calls.ranNanoseconds, in: summary.duration).spaced)/s")
        if let inFlight = inFlight(profile) { add("in flight \(HumanFormat.count(inFlight))") }
        let own =
            isReplay ? (profile.ownNanoseconds, profile.capture.durationNanoseconds) : (summary.ownNanoseconds, summary.duration)
        add("own cost \(HumanFormat.percentage(own.0, of: own.1))")
        if profile.capture.sampling != nil { add("sampled", .caution) }
        let overflowed = profile.balance.overflowed.addingSaturating(profile.requests?.overflowed ?? 0)
        if overflowed > 0 { add("\(HumanFormat.compactCount(Double(overflowed))) overflowed", .caution) }
        if !profile.balance.closes, !isReplay { add("balance open", .caution) }
        return StyledLine(parts, separator: Self.separator, fitting: size.columns)
    }

    /// nil where it isn't known.
    private func inFlight(_ profile: Profile) -> UInt64? {
        if let replay { return replay.inFlight(at: position) }
        return profile.balance.inFlight.addingSaturating(profile.requests?.inFlight ?? 0)
    }

    private var viewLine: StyledLine {
        var parts = [StyledLine(windowText, .bold)]
        if !filter.text.isEmpty {
            let text = DisplayText.truncated(PlainText.line(filter.text), to: size.columns / 3)
            parts.append(StyledLine("filter " + text, .caution))
        }
        let order = sort == .name ? (isReversed ? "from Z to A" : "from A to Z") : (isReversed ? "smallest first" : "largest first")
        parts += [StyledLine("by \(grouping.rawValue)"), StyledLine("\(sort.title(grouping)) \(order)")]
        if let idleText { parts.append(StyledLine(idleText)) }
        parts.append(StyledLine(HumanFormat.count(UInt64(bareRows.count), "row", "rows"), .dim))
        return StyledLine(parts, separator: Self.separator, fitting: size.columns)
    }

    /// What the order makes of idle waits; nil where it makes nothing of them.
    private var idleText: String? {
        guard idleLast, sort.isOfTime, bareRows.contains(where: { $0.figures.totals.idleNanoseconds > 0 }) else { return nil }
        let waits = size.columns < 80 ? "idle" : "idle waits"
        // A row of several calls has both: its figures have them, its place doesn't.
        return sort == .total && grouping != .call ? "order leaves out \(waits)" : "\(waits) last"
    }

    /// What the figures are of, by how long it really was.
    var windowText: String {
        if isWholeFile { return "whole file" }
        guard duration > 0 else { return window.rawValue }
        let length = HumanFormat.duration(nanoseconds: duration)
        return window == .sinceStart ? "since start (\(length))" : "last \(length)"
    }

    /// Time in each second: `340 ms`.
    static func perSecond(_ nanoseconds: UInt64, in duration: UInt64) -> HumanFormat.Quantity {
        HumanFormat.quantity(nanoseconds: duration > 0 ? Double(nanoseconds) / Double(duration) * 1e9 : 0)
    }

    /// What was said, the filter as it is typed, or the keys.
    var lastLine: StyledLine {
        if let typed {
            var line = StyledLine("/", .key)
            line.add(PlainText.line(typed), LiveFilter(typed).isComplete ? .plain : CellStyle(.failed))
            line.add(" ", CellStyle(reversed: true))
            line.add("  Enter keeps the filter, Esc clears it", .dim)
            return line
        }
        if let message { return StyledLine(PlainText.line(message), .bold) }
        return LiveHelp.keyLine(page, isReplay: isReplay, width: size.columns)
    }
}
