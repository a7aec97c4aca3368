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
            let summary = try #require(history.summary(of: window, .call))
            return (summary.duration, try #require(summary.figures(of: Self.read)))
        }
        let second = try figures(.second)
        #expect(second.duration == 1_000_000_000 && second.figures.totals.calls == 90 && second.figures.distribution?.max == 90_000)
        let ten = try figures(.tenSeconds)
        #expect(ten.duration == 10_000_000_000 && ten.figures.totals.calls == (81...90).reduce(0, +))
        #expect(ten.figures.totals.totalNanoseconds == (81...90).reduce(0) { $0 + $1 * $1 * 1000 })
        let minute = try figures(.minute)
        #expect(minute.duration == 60_000_000_000 && minute.figures.totals.calls == (31...90).reduce(0, +))
        let all = try figures(.sinceStart)
        #expect(all.duration == 90_000_000_000 && all.figures.totals.calls == 90 * 91 / 2)
        #expect(history.slots.count == LiveHistory.slotsKept)
        #expect(history.longSlots.count == 18 && history.longSlots.allSatisfy { $0.duration == 5_000_000_000 })
    }

    @Test func `slow refreshes make longer windows, and late ones no longer`() throws {
        var history = LiveHistory()
        for refresh in UInt64(1)...5 {
            history.take(snapshot([UInt64](repeating: 5, count: Int(refresh)), at: refresh * 7_000_000_000))
        }
        #expect(history.summary(of: .second, .call)?.duration == 7_000_000_000)
        #expect(history.summary(of: .tenSeconds, .call)?.duration == 7_000_000_000)
        #expect(history.summary(of: .minute, .call)?.duration == 35_000_000_000)
        var late = LiveHistory()
        for refresh in UInt64(1)...30 { late.take(snapshot([], at: refresh * 990_000_000)) }
        #expect(late.summary(of: .second, .call)?.duration == 990_000_000)
        #expect(late.summary(of: .tenSeconds, .call)?.duration == 9_900_000_000)
    }

    @Test func `a snapshot that is not younger is left out`() {
        var history = LiveHistory()
        history.take(snapshot([1, 2], at: 2_000_000_000))
        history.take(snapshot([1], at: 1_000_000_000))
        history.take(snapshot([1, 2, 3], at: 2_000_000_000))
        #expect(history.summary(of: .sinceStart, .call)?.figures(of: Self.read)?.totals.calls == 2)
        #expect(history.slots.count == 1)
    }

    @Test func `counts that go back make nothing negative`() {
        var history = LiveHistory()
        history.take(snapshot([1, 2, 3, 4], at: 1_000_000_000))
        history.take(snapshot([1, 2], at: 2_000_000_000))
        #expect(history.summary(of: .second, .call)?.figures(of: Self.read) == nil)
        history.take(LiveSnapshot(Fixtures.wide, timeNanoseconds: 3_000_000_000))
        history.take(LiveSnapshot(Fixtures.empty, timeNanoseconds: .max))
        history.take(LiveSnapshot(Fixtures.wide, timeNanoseconds: .max))
        #expect(history.summary(of: .minute, .process) != nil)
    }

    @Test func `the sums of slots are the sum of all`() throws {
        var history = LiveHistory()
        for snapshot in LiveFixture.snapshots.prefix(60) { history.take(snapshot) }
        for grouping in LiveGrouping.allCases {
            let minute = try #require(history.summary(of: .minute, grouping))
            let all = try #require(history.summary(of: .sinceStart, grouping))
            #expect(minute.calls == all.calls)
            #expect(minute.rows.count == all.rows.count)
            for row in all.rows where row.item != .named("(unknown process)") {
                let sum = try #require(minute.figures(of: row.item))
                #expect(sum.totals == row.figures.totals)
                #expect(sum.distribution?.buckets == row.figures.distribution?.buckets)
                #expect(sum.detail?.call?.errnos == row.figures.detail?.call?.errnos)
            }
        }
    }

    /// A profile with a process for each id, each with ten calls a second, and what is folded into the rest.
    private func processes(_ pids: ClosedRange<Int32>, folded: UInt64, at second: UInt64) -> LiveSnapshot {
        func process(_ pid: Int32?, _ calls: UInt64) -> ProcessProfile {
            let series = ProcessSeries(id: .native(0), outcome: .ran, failed: false, calls: calls, totalNanoseconds: calls * 7)
            return ProcessProfile(pid: pid, comm: pid.map { "p\($0)" } ?? "other processes", series: [series])
        }
        var profile = Fixtures.empty
        profile.processes = pids.map { process($0, 10 * second) } + (folded > 0 ? [process(nil, folded)] : [])
        return LiveSnapshot(profile, timeNanoseconds: second * 1_000_000_000)
    }

    @Test func `processes that are folded into the rest make no calls by that`() throws {
        var history = LiveHistory()
        history.take(processes(1...100, folded: 0, at: 1))
        history.take(processes(1...100, folded: 0, at: 2))
        // Forty of them go, with twenty calls each; the rest made five calls of its own.
        history.take(processes(41...100, folded: 40 * 20 + 5, at: 3))
        let summary = try #require(history.summary(of: .second, .process))
        #expect(summary.figures(of: .named("other processes"))?.totals.calls == 5)
        #expect(summary.figures(of: .process(41))?.totals.calls == 10)
        #expect(summary.figures(of: .process(1)) == nil)
        let all = try #require(history.summary(of: .sinceStart, .process))
        #expect(all.figures(of: .named("other processes"))?.totals.calls == 805)
        // An id that comes back is another process.
        history.take(processes(1...100, folded: 805, at: 4))
        #expect(history.summary(of: .second, .process)?.figures(of: .process(1))?.totals.calls == 40)
    }

    @Test func `places of processes that are gone are given away`() throws {
        var history = LiveHistory()
        let each = Int32(LiveLedger.mostGone / 3)
        for second in UInt64(1)...12 {
            let first = Int32(second) * each
            history.take(processes(first...first + each - 1, folded: 0, at: second))
        }
        let ledger = try #require(history.ledgers[.process])
        #expect(ledger.items.count <= LiveLedger.mostGone + 2 * Int(each))
        #expect(history.slots.allSatisfy { ($0.before[.process]?.count ?? 0) <= ledger.items.count })
        let summary = try #require(history.summary(of: .second, .process))
        #expect(summary.rows.count == Int(each) && summary.rows.allSatisfy { $0.figures.totals.calls == 120 })
        #expect(summary.figures(of: .process(12 * each))?.totals.totalNanoseconds == 840)
    }

    @Test func `a step of a replay knows what a live view knew`() throws {
        let replay = LiveReplay([LiveFixture.series(seconds: 60)])
        #expect(replay.count == 60)
        var live = LiveHistory()
        for position in 0..<60 {
            live.take(LiveFixture.snapshots[position])
            func buckets(_ summary: LiveSummary) -> [LiveItem: [LatencyHistogram.Bucket]] {
                Dictionary(uniqueKeysWithValues: summary.rows.map { ($0.item, $0.figures.distribution?.buckets ?? []) })
            }
            guard position % 13 == 0 || position == 59 else { continue }
            let history = replay.history(at: position)
            #expect(history.time == live.time)
            for window in LiveWindow.allCases {
                let (mine, theirs) = (history.summary(of: window, .call), live.summary(of: window, .call))
                #expect(mine?.duration == theirs?.duration && mine?.calls == theirs?.calls, "\(position) \(window)")
                #expect(
                    mine.map(buckets) == theirs.map(buckets)
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
