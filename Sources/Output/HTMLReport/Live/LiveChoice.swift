package import Presentation

/// What the reader of a live page has chosen. All of it stands in the page's address, so that links, the way back and a page without a script
/// work.
package struct LiveChoice: Sendable, Hashable {
    /// The length of the stretch that is shown, in nanoseconds.
    package var window: UInt64
    /// Where the stretch ends, in nanoseconds from the start of the capture; nil where it ends now, whenever that is.
    package var until: UInt64?
    /// By what the table is ordered.
    package var sort: SortKey
    /// Only calls with this in their names.
    package var filter: String
    /// The calls whose rows are open, by name.
    package var opened: [String]

    package static let usualWindow: UInt64 = 60_000_000_000
    /// That of the reports: idle waits come last.
    package static let usualSort = SortKey.active
    /// The lengths that the page offers.
    package static let windows: [(name: String, value: String, nanoseconds: UInt64)] = [
        ("10 s", "10s", 10_000_000_000), ("1 min", "60s", 60_000_000_000), ("5 min", "5m", 300_000_000_000),
        ("15 min", "15m", 900_000_000_000), ("1 h", "1h", 3_600_000_000_000),
    ]
    /// How long ago the stretch may end.
    package static let pasts: [(name: String, value: String)] = [
        ("1 min ago", "1m"), ("2 min ago", "2m"), ("5 min ago", "5m"), ("10 min ago", "10m"), ("20 min ago", "20m"),
        ("30 min ago", "30m"), ("45 min ago", "45m"),
    ]
    /// More rows are never open at once.
    package static let mostOpened = 6

    package init(
        window: UInt64 = LiveChoice.usualWindow, until: UInt64? = nil, sort: SortKey = LiveChoice.usualSort, filter: String = "",
        opened: [String] = []
    ) {
        (self.window, self.until, self.sort, self.filter, self.opened) = (window, until, sort, filter, opened)
    }

    /// As the part of an address behind the question mark, without what is usual.
    var query: [(name: String, value: String)] {
        var query: [(String, String)] = []
        if window != LiveChoice.usualWindow {
            let known = LiveChoice.windows.first { $0.nanoseconds == window }
            query.append(("window", known?.value ?? "\(window)ns"))
        }
        if let until { query.append(("until", "\(until)ns")) }
        if sort != LiveChoice.usualSort { query.append(("sort", sort.rawValue)) }
        if !filter.isEmpty { query.append(("filter", filter)) }
        return query + opened.map { ("call", $0) }
    }

    /// The same with something changed.
    func with(_ change: (inout LiveChoice) -> Void) -> LiveChoice {
        var copy = self
        change(&copy)
        return copy
    }

    /// Opens the row of a call, or closes it.
    mutating func turn(_ call: String) {
        if opened.contains(call) {
            opened.removeAll { $0 == call }
        } else {
            opened = (opened + [call]).suffix(LiveChoice.mostOpened)
        }
    }
}
