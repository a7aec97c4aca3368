import Profile

/// The state of a live view: what it has been handed, and what was pressed. It knows no terminal, no clock and no capture.
package struct LiveModel: Sendable {
    /// What is drawn below the header.
    package enum Page: Sendable, Hashable {
        case table, row(LiveItem), help
    }

    /// What the table shows, and in which order.
    package struct View: Sendable, Hashable {
        package var grouping: LiveGrouping
        package var window: LiveWindow
        package var sort: LiveColumn
        package var filter: String
        /// Whether idle waits come last in orders of time.
        package var idleLast: Bool

        package init(
            grouping: LiveGrouping = .call, window: LiveWindow = .tenSeconds, sort: LiveColumn = .total, filter: String = "",
            idleLast: Bool = true
        ) {
            (self.grouping, self.window, self.sort, self.filter) = (grouping, window, sort, filter)
            self.idleLast = idleLast
        }
    }

    package internal(set) var grouping: LiveGrouping
    package internal(set) var window: LiveWindow
    package internal(set) var sort: LiveColumn
    package internal(set) var isReversed = false
    /// Whether idle waits come last in orders of time.
    package internal(set) var idleLast: Bool
    package internal(set) var filter: LiveFilter
    /// The filter as it is being typed; nil while none is.
    package internal(set) var typed: String?
    /// The item that is marked: the mark goes where its row goes. Always one of the rows, or nil.
    package internal(set) var selected: LiveItem?
    /// The row that is open.
    package internal(set) var opened: LiveItem?
    package internal(set) var showsHelp = false
    package internal(set) var size: ScreenSize
    /// The first row of the table that is seen, and the first line of another page.
    package internal(set) var firstRow = 0
    package internal(set) var firstLine = 0
    /// Shown in the last line until a key is pressed.
    package internal(set) var message: String?
    /// The rows in their order. They change with a refresh, or when other rows or another order are asked for. They have their details only
    /// where the order needs them: see ``rows`` and ``rowsInView``.
    private(set) var bareRows: [LiveRow] = []
    /// What the rows are made from.
    private(set) var summary: LiveSummary?
    /// How long that is, in nanoseconds.
    package private(set) var duration: UInt64 = 0

    private var live = LiveHistory()
    /// What is seen while everything stands still.
    private var frozen: LiveHistory?
    let replay: LiveReplay?
    /// The step of the replay.
    package private(set) var position = 0

    package init(size: ScreenSize, view: View = View()) { self.init(size, view, nil) }

    /// Shows time series that were saved, at their end.
    package init(replaying replay: LiveReplay, size: ScreenSize, view: View = View()) {
        self.init(size, view, replay)
        step(to: replay.count - 1)
    }

    private init(_ size: ScreenSize, _ view: View, _ replay: LiveReplay?) {
        (self.size, self.replay) = (size.clamped, replay)
        (grouping, window, sort, filter) = (view.grouping, view.window, view.sort, LiveFilter(view.filter))
        idleLast = view.idleLast
    }

    package var isFrozen: Bool { frozen != nil }
    package var isReplay: Bool { replay != nil }
    package var page: Page { showsHelp ? .help : opened.map { .row($0) } ?? .table }

    /// What is seen.
    var history: LiveHistory { frozen ?? live }

    /// Takes the next snapshot. While frozen it is remembered, and nothing that is seen changes.
    package mutating func take(_ snapshot: LiveSnapshot) {
        live.take(snapshot)
        if !isFrozen { arrange() }
    }

    package mutating func resize(to size: ScreenSize) {
        self.size = size.clamped
        keepInView()
    }

    /// Shows a sentence in the last line until the next key. It may have any text in it.
    package mutating func say(_ sentence: String) { message = sentence }

    mutating func toggleFreeze() {
        frozen = isFrozen ? nil : live
        arrange()
    }

    /// Goes to a step of the replay, or to the nearest there is.
    mutating func step(to wanted: Int) {
        guard let replay, replay.count > 0 else { return }
        position = min(max(0, wanted), replay.count - 1)
        live = replay.history(at: position)
        arrange()
    }

    /// Files have processes and groups for the whole of a time series only.
    var isWholeFile: Bool { isReplay && grouping != .call }

    /// What the rows can be: calls, processes, and what the capture has grouped its calls by.
    var groupings: [LiveGrouping] {
        let recorded = history.profile?.groups?.kind
        return LiveGrouping.allCases.filter { $0.groups == nil || $0.groups == recorded || $0 == grouping }
    }

    /// What the rows are of.
    private var shownWindow: LiveWindow { isWholeFile ? .sinceStart : window }

    private func detailed(_ rows: [LiveRow]) -> [LiveRow] {
        sort.isOfDetails ? rows : history.detailed(rows, in: shownWindow, grouping)
    }

    /// The rows in their order, with all that is known of them. There may be thousands: a screen asks for ``rowsInView``.
    package var rows: [LiveRow] { detailed(bareRows) }

    var rowsInView: [LiveRow] { detailed(Array(bareRows[min(firstRow, bareRows.count)...].prefix(linesInView))) }

    /// Whether any row has a distribution.
    var hasDistributions: Bool { history.haveDetails(bareRows, in: shownWindow, grouping) }

    /// The figures of an item in the window, even if a filter hides it.
    func figures(of item: LiveItem) -> LiveFigures {
        let row = summary?.rows.first { $0.item == item }
        return row.flatMap { detailed([$0]).first?.figures } ?? LiveFigures()
    }

    /// Puts the rows of the window in order.
    mutating func arrange() {
        summary = history.summary(of: shownWindow, grouping, detailed: sort.isOfDetails)
        duration = isWholeFile ? history.profile?.capture.durationNanoseconds ?? 0 : summary?.duration ?? 0
        var found = summary?.rows ?? []
        // The marked item keeps its row while it makes no calls.
        if let selected, !found.contains(where: { $0.item == selected }), let row = history.row(of: selected, in: grouping) {
            found.append(row)
        }
        bareRows = sort.sorted(filter.matching(found), isReversed: isReversed, idleLast: idleLast)
        if let selected, !bareRows.contains(where: { $0.item == selected }) { self.selected = nil }
        if let item = opened, history.row(of: item, in: grouping) == nil { opened = nil }
        keepInView()
    }

    /// How many rows of the table, or lines of another page, are seen.
    package var linesInView: Int { max(1, size.rows - LiveLayout.fixedLines) }

    /// Keeps the marked row in view, and no blank lines where there are rows.
    mutating func keepInView() {
        firstRow = min(firstRow, max(0, bareRows.count - linesInView))
        if let place = selectedPlace {
            firstRow = min(max(firstRow, place - linesInView + 1), place)
        }
        firstRow = max(0, firstRow)
    }

    var selectedPlace: Int? { selected.flatMap { item in bareRows.firstIndex { $0.item == item } } }
}
