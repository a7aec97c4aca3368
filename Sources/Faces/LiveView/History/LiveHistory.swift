package import Profile
import LatencyHistogram
import SaturatingMath

/// What a live view remembers: the newest snapshot, and what happened between the last ones.
///
/// A capture gives profiles of all since its start; what happened in a second is the difference of two. The memory is bounded: one
/// profile, ``slotsKept`` slots of a second or more, as many of ``longSlotSeconds`` seconds, and the refreshes of the last second. A slot
/// has at most ``itemsKept`` items of each grouping that made calls in it; an item takes about 200 bytes, and 16 for each bucket of its
/// distribution, which only calls have as a rule. 60 busy calls take about 10 MB, and 2,000 busy processes 50 MB.
package struct LiveHistory: Sendable {
    /// The newest snapshot.
    package private(set) var profile: Profile?
    /// Its time, from the beginning of the capture, in nanoseconds.
    package private(set) var time: UInt64 = 0
    /// Wall clock, in nanoseconds since 1970; nil where it isn't known.
    package private(set) var wallTime: UInt64?
    package private(set) var sections: [LiveSection] = []
    /// The rows since the start.
    private(set) var total: [LiveGrouping: [LiveItem: LiveRow]] = [:]
    /// Oldest first.
    private(set) var slots: [LiveSlot] = []
    private(set) var longSlots: [LiveSlot] = []
    /// The refreshes of the last second.
    private var recent: [LiveSlot] = []

    package static let slotsKept = 64
    package static let longSlotSeconds: UInt64 = 5
    package static let itemsKept = 4096
    static let second: UInt64 = 1_000_000_000

    package init() {}

    /// Takes a snapshot that is younger than the last one; another one is left out.
    package mutating func take(_ snapshot: LiveSnapshot) {
        guard snapshot.timeNanoseconds > time || profile == nil else { return }
        let rows = Dictionary(
            LiveGrouping.allCases.map { grouping in
                (grouping, Dictionary(grouping.rows(of: snapshot.profile).map { ($0.item, $0) }) { first, _ in first })
            }
        ) { first, _ in first }
        let slot = difference(snapshot, rows)
        (profile, time, wallTime) = (snapshot.profile, snapshot.timeNanoseconds, snapshot.wallNanoseconds)
        (sections, total) = (snapshot.sections, rows)
        if let slot { append(slot) }
    }

    /// What happened since the last snapshot; nil if no time has gone by. The first snapshot is the difference to the start.
    private func difference(_ snapshot: LiveSnapshot, _ rows: [LiveGrouping: [LiveItem: LiveRow]]) -> LiveSlot? {
        guard snapshot.timeNanoseconds > time else { return nil }
        var slot = LiveSlot(start: time, duration: snapshot.timeNanoseconds - time)
        for (grouping, rows) in rows {
            let known = total[grouping] ?? [:]
            for (item, row) in rows {
                let figures = known[item].map { row.figures.subtracting($0.figures) } ?? row.figures
                guard let figures, figures.calls > 0 else { continue }
                slot.rows[grouping, default: [:]][item] = figures
            }
        }
        func since(_ figure: (Profile) -> UInt64) -> UInt64 {
            let (new, old) = (figure(snapshot.profile), profile.map(figure) ?? 0)
            return new - min(old, new)
        }
        for figures in (slot.rows[.call] ?? [:]).values { slot.count(figures) }
        slot.lost = since(\.lost)
        slot.ownNanoseconds = since(\.ownNanoseconds)
        return slot
    }

    /// Takes one interval of a time series. `profile` is that of all up to its end.
    mutating func take(_ slot: LiveSlot, profile: Profile, wallTime: UInt64?) {
        (self.profile, time, self.wallTime) = (profile, slot.end, wallTime)
        append(slot)
    }

    /// Replaces the rows since the start.
    mutating func setTotal(_ profile: Profile) {
        self.profile = profile
        for grouping in LiveGrouping.allCases {
            total[grouping] = Dictionary(grouping.rows(of: profile).map { ($0.item, $0) }) { first, _ in first }
        }
    }

    private mutating func append(_ slot: LiveSlot) {
        var slot = slot
        slot.limit(to: Self.itemsKept)
        slot.findPercentiles()
        recent.append(slot)
        while recent.count > 1, recent.dropFirst().reduce(0, { $0.addingSaturating($1.duration) }) >= Self.second * 49 / 50 {
            recent.removeFirst()
        }
        LiveHistory.add(slot, to: &slots, least: Self.second)
        LiveHistory.add(slot, to: &longSlots, least: Self.second * Self.longSlotSeconds)
    }

    /// A slot grows until it is long enough. A refresh that is late by a little makes no slot of twice the length.
    private static func add(_ slot: LiveSlot, to slots: inout [LiveSlot], least: UInt64) {
        if let last = slots.last, last.duration < least - least / 50 {
            slots[slots.count - 1].append(slot)
            slots[slots.count - 1].limit(to: itemsKept)
            slots[slots.count - 1].findPercentiles()
        } else {
            slots.append(slot)
            slots[slots.count - 1].number = (slots.dropLast().last?.number ?? -1) + 1
            if slots.count > slotsKept { slots.removeFirst() }
        }
    }
}

extension LiveHistory {
    /// What happened in a window, with the rows of one grouping; nil before the first snapshot.
    func slot(of window: LiveWindow, _ grouping: LiveGrouping) -> LiveSlot? {
        switch window {
        case .second: return recent[...].joined(grouping)
        case .tenSeconds, .minute: return slots.newest(covering: window.nanoseconds, grouping)
        case .sinceStart:
            guard let profile else { return nil }
            var slot = LiveSlot(start: 0, duration: time)
            slot.rows[grouping] = total[grouping]?.mapValues(\.figures)
            for row in (total[.call] ?? [:]).values { slot.count(row.figures) }
            (slot.lost, slot.ownNanoseconds) = (profile.lost, profile.ownNanoseconds)
            return slot
        }
    }

    /// The slots in which a distribution is drawn over time: of a second or more each, or longer ones for all since the start.
    func slots(for window: LiveWindow) -> [LiveSlot] { window == .sinceStart ? longSlots : slots }

    /// The name of an item, as last known.
    func row(of item: LiveItem) -> LiveRow? {
        for rows in total.values { if let row = rows[item] { return row } }
        return nil
    }
}

extension Profile {
    /// Calls and requests of which it isn't known what became of them.
    var lost: UInt64 { balance.lost.addingSaturating(requests?.lost ?? 0) }
    /// What syslat took itself: in user space, and its programs where that is known.
    var ownNanoseconds: UInt64 { capture.consumerCPUNanoseconds.addingSaturating(capture.programs?.nanoseconds ?? 0) }
}
