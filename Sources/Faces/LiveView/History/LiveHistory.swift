package import Profile
import LatencyHistogram
import SaturatingMath

/// What a live view remembers: the newest snapshot, and what happened between the last ones.
///
/// A capture gives profiles of all since its start; what happened in a window is the difference of two. The memory is bounded: one profile,
/// ``slotsKept`` slots of a second or more, as many of ``longSlotSeconds`` seconds, and the refreshes of the last second. A slot takes 48
/// bytes for each item of each grouping, and 16 for each bucket of its distributions, which only calls have as a rule: 2,000 processes take
/// 6 MB, and 60 busy calls 10 MB.
package struct LiveHistory: Sendable {
    /// The newest snapshot.
    package private(set) var profile: Profile?
    /// Its time, from the beginning of the capture, in nanoseconds.
    package private(set) var time: UInt64 = 0
    /// Wall clock, in nanoseconds since 1970; nil where it isn't known.
    package private(set) var wallTime: UInt64?
    package private(set) var sections: [LiveSection] = []
    private(set) var ledgers: [LiveGrouping: LiveLedger] = Dictionary(
        LiveGrouping.allCases.map { ($0, LiveLedger()) }
    ) { first, _ in first }
    /// Oldest first.
    private(set) var slots: [LiveSlot] = []
    /// For distributions over a longer time. They have no sums.
    private(set) var longSlots: [LiveSlot] = []
    /// The refreshes of the last second.
    private var recent: [LiveSlot] = []

    package static let slotsKept = 64
    package static let longSlotSeconds: UInt64 = 5
    static let second: UInt64 = 1_000_000_000

    package init() {}

    /// Takes a snapshot that is younger than the last one; another one is left out.
    package mutating func take(_ snapshot: LiveSnapshot) {
        guard snapshot.timeNanoseconds > time || profile == nil else { return }
        var slot = LiveSlot(start: time, duration: snapshot.timeNanoseconds - time)
        slot.lost = snapshot.profile.lost.subtractingSaturating(profile?.lost ?? 0)
        slot.ownNanoseconds = snapshot.profile.ownNanoseconds.subtractingSaturating(profile?.ownNanoseconds ?? 0)
        for grouping in LiveGrouping.allCases {
            slot.before[grouping] = ledgers[grouping]?.totals
            slot.details.merge(ledgers[grouping]?.take(snapshot.profile, grouping) ?? [:]) { first, _ in first }
        }
        (profile, time, wallTime) = (snapshot.profile, snapshot.timeNanoseconds, snapshot.wallNanoseconds)
        sections = snapshot.sections
        if slot.duration > 0 { append(slot) }
        forgetPlaces()
    }

    /// Takes one interval of a time series. `profile` is that of all up to its end.
    mutating func take(_ interval: Interval, of profile: Profile, wallTime: UInt64?) {
        var slot = LiveSlot(start: interval.startNanoseconds, duration: interval.durationNanoseconds)
        var calls = profile
        (calls.calls, calls.processes, calls.groups) = (interval.calls, [], nil)
        slot.before[.call] = ledgers[.call]?.totals
        ledgers[.call]?.add(calls, .call)
        for call in interval.calls where call.calls > 0 { slot.details[.call(call.id)] = .call(call) }
        (self.profile, self.wallTime) = (profile, wallTime)
        time = interval.startNanoseconds.addingSaturating(interval.durationNanoseconds)
        append(slot)
    }

    /// Replaces what there is since the start. `file` has the processes and groups of the whole file: no others are known.
    mutating func setWhole(_ profile: Profile, of file: Profile) {
        self.profile = profile
        for grouping in LiveGrouping.allCases { ledgers[grouping]?.setWhole(grouping == .call ? profile : file, grouping) }
    }

    private mutating func append(_ slot: LiveSlot) {
        recent.append(slot)
        while recent.count > 1, recent.dropFirst().reduce(0, { $0.addingSaturating($1.duration) }) >= Self.second * 49 / 50 {
            recent.removeFirst()
        }
        LiveHistory.add(slot, to: &slots, least: Self.second)
        if !slots.isEmpty { slots[slots.count - 1].findPercentiles() }
        var long = slot
        long.before = [:]
        LiveHistory.add(long, to: &longSlots, least: Self.second * Self.longSlotSeconds)
    }

    /// A slot grows until it is long enough. A refresh that is late by a little makes no slot of twice the length.
    private static func add(_ slot: LiveSlot, to slots: inout [LiveSlot], least: UInt64) {
        if let last = slots.last, last.duration < least - least / 50 {
            slots[slots.count - 1].append(slot)
        } else {
            slots.append(slot)
            slots[slots.count - 1].number = (slots.dropLast().last?.number ?? -1) + 1
            if slots.count > slotsKept { slots.removeFirst() }
        }
    }

    /// Gives places of items that are long gone to others.
    private mutating func forgetPlaces() {
        for grouping in LiveGrouping.allCases {
            guard let kept = ledgers[grouping]?.placesToKeep else { continue }
            ledgers[grouping]?.keep(kept)
            func renumber(_ slots: inout [LiveSlot]) {
                for index in slots.indices {
                    let old = slots[index].before[grouping] ?? []
                    slots[index].before[grouping] = kept.map { $0 < old.count ? old[$0] : LiveTotals() }
                }
            }
            renumber(&slots)
            renumber(&recent)
        }
    }
}

extension LiveHistory {
    /// What happened in a window, with the rows of one grouping; nil before the first snapshot.
    /// - Parameter detailed: whether the rows have their details. Those of thousands of rows take longer to add up than all the rest, and a
    ///   screen shows some dozens: ``detailed(_:in:_:)`` gives rows theirs.
    func summary(of window: LiveWindow, _ grouping: LiveGrouping, detailed: Bool = true) -> LiveSummary? {
        guard var summary = bareSummary(of: window, grouping) else { return nil }
        if detailed { summary.rows = self.detailed(summary.rows, in: window, grouping) }
        return summary
    }

    private func bareSummary(of window: LiveWindow, _ grouping: LiveGrouping) -> LiveSummary? {
        guard let ledger = ledgers[grouping], let calls = ledgers[.call], let profile else { return nil }
        guard window != .sinceStart else {
            return LiveSummary(
                start: 0, duration: time, lost: profile.lost, ownNanoseconds: profile.ownNanoseconds,
                calls: LiveHistory.sum(calls.whole), rows: rows(of: ledger, ledger.whole))
        }
        let slots = slots(in: window)
        guard let first = slots.first else { return nil }
        func since(_ ledger: LiveLedger, _ before: [LiveTotals]?) -> [LiveTotals] {
            let before = before ?? []
            return ledger.totals.enumerated().map { place, now in place < before.count ? now.subtracting(before[place]) : now }
        }
        return LiveSummary(
            start: first.start, duration: slots.reduce(0) { $0.addingSaturating($1.duration) },
            lost: slots.reduce(0) { $0.addingSaturating($1.lost) },
            ownNanoseconds: slots.reduce(0) { $0.addingSaturating($1.ownNanoseconds) },
            calls: LiveHistory.sum(since(calls, first.before[.call])),
            rows: rows(of: ledger, since(ledger, first.before[grouping])))
    }

    private static func sum(_ totals: [LiveTotals]) -> LiveTotals { totals.reduce(into: LiveTotals()) { $0.add($1) } }

    private func rows(of ledger: LiveLedger, _ totals: [LiveTotals]) -> [LiveRow] {
        totals.indices.filter { totals[$0].calls > 0 && ledger.isCurrent($0) }.map { place in
            ledger.row(at: place, LiveFigures(totals[place], nil))
        }
    }

    private func slots(in window: LiveWindow) -> ArraySlice<LiveSlot> {
        window == .second ? recent[...] : slots.newest(covering: window.nanoseconds)
    }

    /// Rows of a window with their details. A row without calls has none.
    func detailed(_ rows: [LiveRow], in window: LiveWindow, _ grouping: LiveGrouping) -> [LiveRow] {
        var rows = rows
        let slots = slots(in: window)
        var adder = LiveAdder()
        for place in rows.indices where rows[place].figures.totals.calls > 0 {
            let item = rows[place].item
            guard window != .sinceStart else {
                rows[place].figures.detail = ledgers[grouping]?.details[item]
                continue
            }
            let parts = slots.compactMap { $0.details[item] }
            if !parts.isEmpty { rows[place].figures.detail = adder.sum(of: parts) }
        }
        return rows
    }

    /// Whether any of these rows would have details.
    func haveDetails(_ rows: [LiveRow], in window: LiveWindow, _ grouping: LiveGrouping) -> Bool {
        guard window != .sinceStart else {
            guard let known = ledgers[grouping]?.details, !known.isEmpty else { return false }
            return rows.contains { $0.figures.totals.calls > 0 && known[$0.item] != nil }
        }
        // Most captures have details of calls only: then there is nothing to look for.
        let slots = slots(in: window).filter { grouping == .call || $0.details.keys.contains { !$0.isCall } }
        return rows.contains { row in row.figures.totals.calls > 0 && slots.contains { $0.details[row.item] != nil } }
    }

    /// The slots in which a distribution is drawn over time: of a second or more each, or longer ones for all since the start.
    func slots(for window: LiveWindow) -> [LiveSlot] { window == .sinceStart ? longSlots : slots }

    /// The row of an item without figures, if it has ever made a call and the profile has it.
    func row(of item: LiveItem, in grouping: LiveGrouping) -> LiveRow? {
        guard let ledger = ledgers[grouping], let place = ledger.place(of: item) else { return nil }
        return ledger.row(at: place, LiveFigures())
    }
}

extension Profile {
    /// Calls and requests of which it isn't known what became of them.
    var lost: UInt64 { balance.lost.addingSaturating(requests?.lost ?? 0) }
    /// What syslat took itself: in user space, and its programs where that is known.
    var ownNanoseconds: UInt64 { capture.consumerCPUNanoseconds.addingSaturating(capture.programs?.nanoseconds ?? 0) }
}
