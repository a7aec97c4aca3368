import TextReport

/// The keys, in the last line and on a page of their own.
enum LiveHelp {
    /// As many as fit, the most useful first; help and the end always.
    static func keyLine(_ page: LiveModel.Page, isReplay: Bool, width: Int) -> StyledLine {
        let last = page == .help ? [] : [("?", "help"), ("q", "quit")]
        var keys: [(String, String)] =
            switch page {
            case .help: [("any key", "back"), ("↑↓", "scroll")]
            case .row: [("Esc", "back"), ("↑↓", "scroll"), ("t", "window")]
            case .table: [("Enter", "open"), ("s", "sort"), ("g", "group"), ("/", "filter"), ("t", "window")]
            }
        if page != .help {
            keys.insert(isReplay ? ("←→", "step") : ("space", "freeze"), at: min(keys.count, 4))
            keys.append(("w", "write"))
            if page == .table { keys.append(("i", "idle")) }
        }
        func line(_ keys: [(String, String)]) -> StyledLine {
            keys.reduce(into: StyledLine()) { line, entry in
                line.add(" \(entry.0) ", .key)
                line.add("\(entry.1) ")
            }
        }
        while line(keys + last).width > width, !keys.isEmpty { keys.removeLast() }
        return line(keys + last)
    }

    static func lines(isReplay: Bool) -> [StyledLine] {
        let keys: [(String, String)] = [
            ("↑↓ PgUp PgDn", "mark a row; the mark follows it"),
            ("Enter", "open it: distribution, heat map, slow calls"),
            ("Esc", "back: close the row, the filter, the mark"),
            ("s S 1…8", "sort by the next, previous, nth column"),
            ("r", "reverse the order"),
            ("i", "idle waits (epoll_wait …) last, or by time"),
            ("g", "group by call, process, and what --by records"),
            ("t T", "window: 1 s, 10 s, 60 s, since start"),
            ("/", "filter: part of a name, or a glob: f*sync"),
            isReplay ? ("←→ < >", "step through time, by one or by ten") : ("space", "freeze what is shown; the capture goes on"),
            ("w", "write what is shown to a .syslat file"),
            ("q", "quit; the last table stays on the screen"),
        ]
        let columns: [(String, String)] = [
            ("TOTAL/s", "time in these calls, in each second"),
            ("BLOCKED%", "share of that time in calls that slept"),
            ("TREND", "p99 in the last minute, each row to scale"),
            ("~", "few measured calls are behind the figure"),
        ]
        let width = (keys + columns).map { DisplayText.width($0.0) }.reduce(0, max) + 2
        func line(_ entry: (String, String), _ style: CellStyle) -> StyledLine {
            var line = StyledLine(" " + DisplayText.leftAligned(entry.0, in: width), style)
            line.add(entry.1)
            return line
        }
        return [StyledLine("Keys and columns", .bold)] + keys.map { line($0, .title) } + columns.map { line($0, .bold) }
    }
}
