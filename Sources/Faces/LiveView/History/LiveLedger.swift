import Profile

/// The sums of the items of one grouping, and a place for each item that stays the same: what was at another moment is another array of
/// sums with the same places.
///
/// An item of which the profile has no row any more keeps its place, for the slots that know it, until too many do.
struct LiveLedger: Sendable {
    private struct Label: Sendable {
        var title: LiveGrouping.Title
        var name: String
        var suffix: String

        init(_ title: LiveGrouping.Title) {
            self.title = title
            (name, suffix) = title.label
        }
    }

    private(set) var items: [LiveItem] = []
    private var labels: [Label] = []
    private var places: [LiveItem: Int] = [:]
    /// Sums that only grow: of rows that gather others, without what they took over.
    private(set) var totals: [LiveTotals] = []
    /// What the newest profile says.
    private(set) var whole: [LiveTotals] = []
    /// Since the start, where it is known.
    private(set) var details: [LiveItem: LiveDetail] = [:]
    /// The sums of items whose rows are gone: the profile has them in the row of the rest now.
    private var folded = LiveTotals()
    private var gone = 0

    /// More items without a row are not kept.
    static let mostGone = 1024

    func place(of item: LiveItem) -> Int? { places[item] }

    /// Whether the item at a place is still the one of its name.
    func isCurrent(_ place: Int) -> Bool { places[items[place]] == place }

    func row(at place: Int, _ figures: LiveFigures) -> LiveRow {
        LiveRow(item: items[place], name: labels[place].name, suffix: labels[place].suffix, figures: figures)
    }

    /// Takes the entries of a younger profile.
    /// - Returns: what has come to the details since.
    mutating func take(_ profile: Profile, _ grouping: LiveGrouping) -> [LiveItem: LiveDetail] {
        var seen = [Bool](repeating: false, count: items.count)
        var grown: [LiveItem: LiveDetail] = [:]
        var newDetails: [LiveItem: LiveDetail] = [:]
        var rests: [(place: Int, totals: LiveTotals)] = []
        grouping.forEachEntry(of: profile) { entry in
            var place = placeOrNew(for: entry)
            if grouping.givesRowsTwice, place < seen.count, !seen[place], entry.totals.calls < whole[place].calls {
                giveUp(place, folds: true)
                seen[place] = true
                place = placeOrNew(for: entry)
            }
            if place == seen.count { seen.append(false) }
            if entry.isRest {
                rests.append((place, entry.totals))
                whole[place] = entry.totals
            } else if seen[place] {
                // The id of a process, a thread or a file that came back.
                totals[place].add(entry.totals)
                whole[place].add(entry.totals)
            } else {
                totals[place] = entry.totals
                whole[place] = entry.totals
            }
            if let detail = entry.detail, newDetails[entry.item]?.add(detail) == nil { newDetails[entry.item] = detail }
            seen[place] = true
        }
        for (item, detail) in newDetails {
            if let part = detail.subtracting(details[item]) { grown[item] = part }
        }
        details = newDetails
        forget(seen, folds: grouping.foldsIntoRest)
        for rest in rests { totals[rest.place] = rest.totals.subtracting(folded) }
        return grown
    }

    /// Adds what came in an interval.
    mutating func add(_ profile: Profile, _ grouping: LiveGrouping) {
        grouping.forEachEntry(of: profile) { entry in totals[placeOrNew(for: entry)].add(entry.totals) }
    }

    /// Takes the sums since the start alone.
    mutating func setWhole(_ profile: Profile, _ grouping: LiveGrouping) {
        for place in whole.indices { whole[place] = LiveTotals() }
        details = [:]
        grouping.forEachEntry(of: profile) { entry in
            whole[placeOrNew(for: entry)].add(entry.totals)
            if let detail = entry.detail, details[entry.item]?.add(detail) == nil { details[entry.item] = detail }
        }
    }

    private mutating func placeOrNew(for entry: LiveGrouping.Entry) -> Int {
        if let place = places[entry.item] {
            if labels[place].title != entry.title { labels[place] = Label(entry.title) }
            return place
        }
        places[entry.item] = items.count
        items.append(entry.item)
        labels.append(Label(entry.title))
        totals.append(LiveTotals())
        whole.append(LiveTotals())
        return items.count - 1
    }

    /// Items without a row have no place from now on; if they come back, they are others.
    private mutating func forget(_ seen: [Bool], folds: Bool) {
        for place in seen.indices where !seen[place] && whole[place].calls > 0 {
            // Rows of the rest come and go: they are few, and keep their places.
            if case .named = items[place] {
                whole[place] = LiveTotals()
                continue
            }
            giveUp(place, folds: folds)
        }
    }

    private mutating func giveUp(_ place: Int, folds: Bool) {
        if folds { folded.add(whole[place]) }
        whole[place] = LiveTotals()
        places[items[place]] = nil
        gone += 1
    }

    /// The places to keep once too many items are gone; nil before.
    var placesToKeep: [Int]? {
        guard gone > Self.mostGone else { return nil }
        return items.indices.filter(isCurrent)
    }

    /// Renumbers the places.
    mutating func keep(_ kept: [Int]) {
        items = kept.map { items[$0] }
        labels = kept.map { labels[$0] }
        totals = kept.map { totals[$0] }
        whole = kept.map { whole[$0] }
        places = Dictionary(items.enumerated().map { ($1, $0) }) { first, _ in first }
        gone = 0
    }
}
