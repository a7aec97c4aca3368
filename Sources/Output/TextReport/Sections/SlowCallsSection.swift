import Presentation
import Profile

/// The single calls that were kept with their details, and the places in the program that made them.
enum SlowCallsSection {
    /// How many kinds of calls are listed, and how many calls of each.
    private static let kindsShown = 5
    private static let callsShown = 10

    static func lines(_ context: ReportContext) -> [String] {
        guard let slow = context.profile.slowCalls else { return [] }
        // What was asked for by a threshold or a filter, and not found, is said.
        guard !slow.calls.isEmpty || slow.unkept > 0 || slow.rule.isThreshold || !slow.filter.isEmpty else { return [] }
        let kinds = slow.kinds
        let top = context.options.grouping == .call ? context.options.top : nil
        let shown = kinds.prefix(min(kindsShown, max(1, top ?? kindsShown)))
        let rows = shown.map { $0.calls.prefix(callsShown).map { SlowCallLine($0, on: context.profile.host) } }
        let columns = Columns(rows.joined(), width: context.width)
        var lines = [title(slow, context)]
        for (kind, rows) in zip(shown, rows) {
            lines += groups(of: rows).flatMap { self.lines($0, columns, context.width) }
            let rest = kind.calls.count - rows.count
            if rest > 0 {
                let name = kind.id.label(on: context.profile.host)
                lines.append(DisplayText.truncated("  … \(HumanFormat.count(UInt64(rest))) more of \(name)", to: context.width))
            }
        }
        let others = kinds.dropFirst(shown.count)
        if !others.isEmpty {
            let calls = others.reduce(0) { $0 + $1.calls.count }
            let rest =
                "  … \(HumanFormat.count(UInt64(calls), "more call", "more calls")) of "
                + HumanFormat.count(UInt64(others.count), "other kind", "other kinds")
            lines.append(DisplayText.truncated(rest + " (report -e NAME lists them)", to: context.width))
        }
        return lines
            + [slow.missing, slow.shortStacks, slow.missingCallers].compactMap { $0 }.flatMap {
                DisplayText.wrapped($0, to: context.width - 2).map { "  " + $0 }
            }
    }

    /// The slowest of some calls, each with its arguments and the places that made it, without a title.
    static func lines(_ calls: [SlowCall], on host: Host, width: Int) -> [String] {
        let slowest = calls.sorted(falling: \.durationNanoseconds, then: \.startedAtNanoseconds)
        let rows = slowest.prefix(callsShown).map { SlowCallLine($0, on: host) }
        let columns = Columns(rows, width: width)
        let rest = slowest.count - rows.count
        return groups(of: rows).flatMap { lines($0, columns, width) } + (rest > 0 ? ["  … \(rest) more"] : [])
    }

    /// Escapes would count as text: bold comes last.
    private static func title(_ slow: SlowCalls, _ context: ReportContext) -> String {
        let isEmpty = slow.calls.isEmpty
        return context.style.bold(
            DisplayText.truncated(slow.title, keeping: isEmpty ? ": none" : "; times in UTC", to: context.width))
    }

    /// Calls that look to have been made from one place, and to have slept in one, are together. Each group stands where its slowest
    /// call would.
    private static func groups(of rows: [SlowCallLine]) -> [[SlowCallLine]] {
        var groups: [[SlowCallLine]] = []
        for row in rows {
            let place = groups.firstIndex { $0[0].userStack == row.userStack && $0[0].kernelStack == row.kernelStack }
            if let place { groups[place].append(row) } else { groups.append([row]) }
        }
        return groups
    }

    // MARK: Lines

    private struct Columns {
        var duration, outcome, task: Int

        init(_ rows: some Sequence<SlowCallLine>, width: Int) {
            duration = rows.map { DisplayText.width($0.duration) }.reduce(0, max)
            outcome = rows.map { DisplayText.width($0.outcome) }.reduce(0, max)
            task = min(max(16, width / 4), rows.map { DisplayText.width($0.task + $0.tid) }.reduce(0, max))
        }
    }

    private static func lines(_ group: [SlowCallLine], _ columns: Columns, _ width: Int) -> [String] {
        let calls: [String] = group.flatMap { row -> [String] in
            let task = DisplayText.truncated(row.task, keeping: row.tid, to: columns.task)
            let figures =
                "  \(row.time)  \(DisplayText.rightAligned(row.duration, in: columns.duration))  "
                + "\(DisplayText.leftAligned(row.outcome, in: columns.outcome))  "
            let line = figures + DisplayText.leftAligned(task, in: columns.task) + "  " + row.call + row.result
            if DisplayText.width(line) <= width { return [line] }
            let room = width - DisplayText.width(figures)
            return [figures + DisplayText.truncated(row.task, keeping: row.tid, to: room)]
                + CallDetailLines.call(row.call + row.result, width)
        }
        let who = group.count == 1 ? "" : group.count == 2 ? "both " : "all \(group.count) "
        return calls + CallDetailLines.stack("\(who)from", group[0].userStack, width)
            + CallDetailLines.stack(
                group.count == 1 ? group[0].sleep : "\(who)slept in", group[0].kernelStack, width)
    }
}

/// What stands below a call: with which arguments, and where.
enum CallDetailLines {
    private static let indent = "      "

    /// The call, if it isn't on the line above.
    static func call(_ text: String, _ width: Int) -> [String] {
        [indent + DisplayText.shortened(text, to: width - DisplayText.width(indent))]
    }

    /// A line for a stack, cut off at its outer end; none where there is no stack.
    static func stack(_ words: String, _ stack: String?, _ width: Int) -> [String] {
        stack.map { [DisplayText.truncated("\(indent)\(words) \($0)", to: width)] } ?? []
    }
}

extension SlowCalls.Rule {
    /// Where it is, nothing kept means that no call was slow.
    fileprivate var isThreshold: Bool { if case .slower = self { true } else { false } }
}
