import LatencyHistogram
import Profile
import ReportFixtures
import SyscallTable
import TestSupport
import Testing

@testable import LiveView

@Suite struct LiveHistoryTests {
    private static let read = LiveItem.call(.native(0))

    /// A snapshot with `values` of read since the start.
    private func snapshot(_ values: [UInt64], at nanoseconds: UInt64) -> LiveSnapshot {
        var recorder = HistogramRecorder()
        for value in values { recorder.record(value) }
        var profile = Fixtures.empty
        if !values.isEmpty {
            let series = Series(outcome: .ran, failed: false, distribution: recorder.snapshot())
            profile.calls = [CallProfile(id: .native(0), series: [series], errnos: [])]
        }
        profile.capture.durationNanoseconds = nanoseconds
        return LiveSnapshot(profile)
    }

    @Test func `windows have the calls of their time`() throws {
        var history = LiveHistory()
        var values: [UInt64] = []
        // In second n, n calls of n microseconds; two refreshes a second.
        for second in UInt64(1)...90 {
            for half in UInt64(0)...1 {
                values += [UInt64](repeating: second * 1000, count: Int(second) / 2 + (half == 1 ? Int(second) % 2 : 0))
                history.take(snapshot(values, at: (second - 1) * 1_000_000_000 + (half + 1) * 500_000_000))
            }
        }
        func figures(_ window: LiveWindow) throws -> (duration: UInt64, figures: LiveFigures) {
            let slot = try #require(history.slot(of: window, .call))
            return (slot.duration, try #require(slot.rows[.call]?[Self.read]))
        }
        let second = try figures(.second)
        #expect(second.duration == 1_000_000_000 && second.figures.calls == 90 && second.figures.distribution?.max == 90_000)
        let ten = try figures(.tenSeconds)
        #expect(ten.duration == 10_000_000_000 && ten.figures.calls == (81...90).reduce(0, +))
        #expect(ten.figures.totalNanoseconds == (81...90).reduce(0) { $0 + $1 * $1 * 1000 })
        let minute = try figures(.minute)
        #expect(minute.duration == 60_000_000_000 && minute.figures.calls == (31...90).reduce(0, +))
        let all = try figures(.sinceStart)
        #expect(all.duration == 90_000_000_000 && all.figures.calls == 90 * 91 / 2)
        #expect(history.slots.count == LiveHistory.slotsKept)
        #expect(history.longSlots.count == 18 && history.longSlots.allSatisfy { $0.duration == 5_000_000_000 })
    }

    @Test func `slow refreshes make longer windows, and late ones no longer`() throws {
        var history = LiveHistory()
        for refresh in UInt64(1)...5 {
            history.take(snapshot([UInt64](repeating: 5, count: Int(refresh)), at: refresh * 7_000_000_000))
        }
        #expect(history.slot(of: .second, .call)?.duration == 7_000_000_000)
        #expect(history.slot(of: .tenSeconds, .call)?.duration == 7_000_000_000)
        #expect(history.slot(of: .minute, .call)?.duration == 35_000_000_000)
        var late = LiveHistory()
        for refresh in UInt64(1)...30 { late.take(snapshot([], at: refresh * 990_000_000)) }
        #expect(late.slot(of: .second, .call)?.duration == 990_000_000)
        #expect(late.slot(of: .tenSeconds, .call)?.duration == 9_900_000_000)
    }

    @Test func `a snapshot that is not younger is left out`() {
        var history = LiveHistory()
        history.take(snapshot([1, 2], at: 2_000_000_000))
        history.take(snapshot([1], at: 1_000_000_000))
        history.take(snapshot([1, 2, 3], at: 2_000_000_000))
        #expect(history.slot(of: .sinceStart, .call)?.rows[.call]?[Self.read]?.calls == 2)
        #expect(history.slots.count == 1)
    }

    @Test func `counts that go back make nothing negative`() {
        var history = LiveHistory()
        history.take(snapshot([1, 2, 3, 4], at: 1_000_000_000))
        history.take(snapshot([1, 2], at: 2_000_000_000))
        #expect(history.slot(of: .second, .call)?.rows[.call]?[Self.read] == nil)
        history.take(LiveSnapshot(Fixtures.wide, timeNanoseconds: 3_000_000_000))
        history.take(LiveSnapshot(Fixtures.empty, timeNanoseconds: .max))
        history.take(LiveSnapshot(Fixtures.wide, timeNanoseconds: .max))
        #expect(history.slot(of: .minute, .process) != nil)
    }

    @Test func `the sums of slots are the sum of all`() throws {
        var history = LiveHistory()
        for snapshot in LiveFixture.snapshots.prefix(60) { history.take(snapshot) }
        for grouping in LiveGrouping.allCases {
            let minute = try #require(history.slot(of: .minute, grouping))
            let all = try #require(history.slot(of: .sinceStart, grouping))
            #expect(minute.calls == all.calls && minute.ranNanoseconds == all.ranNanoseconds)
            for (item, figures) in all.rows[grouping] ?? [:] where item != .named("(unknown process)") {
                let sum = try #require(minute.rows[grouping]?[item])
                #expect(sum.calls == figures.calls && sum.errors == figures.errors, "\(item)")
                #expect(sum.totalNanoseconds == figures.totalNanoseconds && sum.blockedNanoseconds == figures.blockedNanoseconds)
                #expect(sum.distribution?.buckets == figures.distribution?.buckets)
                #expect(sum.detail?.errnos == figures.detail?.errnos)
            }
        }
    }

    @Test func `memory is bounded in items`() throws {
        var slot = LiveSlot(start: 0, duration: 1)
        for pid in Int32(1)...200 {
            var figures = LiveFigures()
            (figures.calls, figures.totalNanoseconds) = (1, UInt64(pid))
            slot.rows[.process, default: [:]][.process(pid)] = figures
        }
        slot.limit(to: 50)
        slot.limit(to: 50)
        let rows = try #require(slot.rows[.process])
        #expect(rows.count <= 51)
        #expect(rows.values.reduce(0) { $0 + $1.calls } == 200)
        #expect(rows.values.reduce(0) { $0 + $1.totalNanoseconds } == 200 * 201 / 2)
        #expect(rows[.process(200)] != nil && rows[.process(1)] == nil)
    }

    @Test func `a step of a replay knows what a live view knew`() throws {
        let replay = LiveReplay([LiveFixture.series(seconds: 60)])
        #expect(replay.count == 60)
        var live = LiveHistory()
        for position in 0..<60 {
            live.take(LiveFixture.snapshots[position])
            guard position % 13 == 0 || position == 59 else { continue }
            let history = replay.history(at: position)
            #expect(history.time == live.time)
            for window in LiveWindow.allCases {
                let (mine, theirs) = (history.slot(of: window, .call), live.slot(of: window, .call))
                #expect(mine?.duration == theirs?.duration && mine?.calls == theirs?.calls, "\(position) \(window)")
                #expect(
                    mine?.rows[.call]?.mapValues(\.distribution?.buckets) == theirs?.rows[.call]?.mapValues(\.distribution?.buckets)
                )
            }
        }
        #expect(replay.history(at: 60).profile == nil && replay.history(at: -1).profile == nil)
    }

    @Test func `replays of several files, of files without intervals, and of nothing`() {
        let replay = LiveReplay([LiveFixture.series(seconds: 5), Fixtures.typical, Fixtures.empty])
        #expect(replay.count == 7)
        var ends: [UInt64] = []
        for position in 0..<7 { ends.append(replay.history(at: position).time) }
        #expect(ends == ends.sorted())
        let last = replay.history(at: 6)
        let calls =
            LiveFixture.series(seconds: 5).calls.reduce(0) { $0 + $1.calls } + Fixtures.typical.calls.reduce(0) { $0 + $1.calls }
        #expect(last.profile?.calls.reduce(0) { $0 + $1.calls } == calls)
        #expect(LiveReplay([]).count == 0)
        var model = LiveModel(replaying: LiveReplay([]), size: ScreenSize(columns: 80, rows: 24))
        #expect(model.press(.left).isEmpty && model.press(.enter).isEmpty)
        #expect(model.screen(Appearance(colors: .none)).size == model.size)
    }
}
