import LatencyHistogram
import Profile
import ReportFixtures
import SyscallTable
import TestSupport
import Testing

@testable import LiveView

/// Rows that are threads, names, cgroups and files.
@Suite struct LiveGroupTests {
    static let groupings: [LiveGrouping] = [.thread, .comm, .cgroup, .file]

    @Test(arguments: groupings) func `a screen by groups is as it was when it was last looked at`(grouping: LiveGrouping) throws {
        let kind = try #require(grouping.groups)
        let model = LiveFixture.model(by: kind, grouping: grouping)
        try Snapshot().verify(model.screen(Appearance(colors: .none)).text, is: "by-\(grouping.rawValue).txt")
    }

    @Test(arguments: [LiveGrouping.thread, .file]) func `an opened group has its calls and what is in flight`(
        grouping: LiveGrouping
    ) throws {
        let kind = try #require(grouping.groups)
        var model = LiveFixture.model(by: kind, grouping: grouping, rows: 50)
        let second = try #require(model.rows.first { $0.item == LiveItem(LiveFixture.keys(kind)[1], kind) })
        for _ in 0...(model.rows.firstIndex(of: second) ?? 0) { _ = model.press(.down) }
        _ = model.press(.enter)
        let text = model.screen(Appearance(colors: .none)).text
        try Snapshot().verify(text, is: "by-\(grouping.rawValue)-opened.txt")
        #expect(text.contains("fsync") && !text.contains("futex") && text.contains("checkpointer (1300/1302)"))
    }

    @Test(arguments: groupings) func `rows by groups add up to all calls in every window`(grouping: LiveGrouping) throws {
        let kind = try #require(grouping.groups)
        for window in LiveWindow.allCases {
            let model = LiveFixture.model(by: kind, grouping: grouping, window: window)
            let calls = LiveFixture.model(by: kind, grouping: .call, window: window)
            func sum(_ model: LiveModel) -> LiveTotals { model.rows.reduce(into: LiveTotals()) { $0.add($1.figures.totals) } }
            #expect(sum(model) == sum(calls), "\(window)")
            #expect(model.rows.count == 4, "three groups and the calls that are in none")
            for row in model.rows {
                #expect(row.figures.distribution?.count ?? row.figures.totals.calls == row.figures.totals.calls)
            }
        }
    }

    @Test func `g goes from calls to processes to what was recorded, and around`() {
        for (kind, grouping) in zip(CallGroups.Kind.allCases, Self.groupings) {
            var model = LiveFixture.model(by: kind, grouping: .call, seconds: 3)
            var seen: [LiveGrouping] = []
            for _ in 0..<4 {
                #expect(model.press(.character("g")).isEmpty)
                seen.append(model.grouping)
                #expect(!model.rows.isEmpty && model.message == nil)
            }
            #expect(seen == [.process, grouping, .call, .process])
        }
    }

    @Test func `where no more was recorded, g says how to record more`() {
        var model = LiveFixture.model(seconds: 3)
        _ = model.press(.character("g"))
        #expect(model.grouping == .process && model.message == nil)
        _ = model.press(.character("g"))
        #expect(model.grouping == .call && model.message == "For other rows, start with --by thread, comm, cgroup or file.")
    }

    @Test func `what is asked for from the start has its rows with the first snapshot`() {
        var model = LiveModel(size: ScreenSize(columns: 100, rows: 20), view: .init(grouping: .file))
        #expect(model.rows.isEmpty && model.groupings == [.call, .process, .file])
        model.take(LiveFixture.grouped(LiveFixture.snapshots[0], by: .file))
        #expect(model.rows.count > 2)
    }

    // MARK: Groups that change

    private func group(_ key: CallGroup.Key, _ latencies: [UInt64]) -> CallGroup {
        var recorder = HistogramRecorder()
        for latency in latencies { recorder.record(latency) }
        let series = ProcessSeries(
            id: .native(0), outcome: .ran, failed: false, calls: UInt64(latencies.count), totalNanoseconds: latencies.reduce(0, +))
        return CallGroup(key: key, series: [series], distribution: recorder.snapshot())
    }

    private func snapshot(_ second: UInt64, _ kind: CallGroups.Kind, _ groups: [CallGroup]) -> LiveSnapshot {
        var profile = LiveFixture.snapshots[0].profile
        profile.calls = []
        profile.groups = CallGroups(kind: kind, groups: groups)
        return LiveSnapshot(profile, timeNanoseconds: second * 1_000_000_000)
    }

    private func thread(_ tid: Int32, _ name: String) -> CallGroup.Key { .thread(tid: tid, name: name, pid: 5, comm: "server") }

    @Test func `a thread that changes its name keeps its row, its mark and its figures`() {
        var model = LiveModel(size: ScreenSize(columns: 100, rows: 20), view: .init(grouping: .thread, window: .second))
        model.take(snapshot(1, .thread, [group(thread(7, "old"), [100, 200])]))
        _ = model.press(.down)
        model.take(snapshot(2, .thread, [group(thread(7, "new"), [100, 200, 3000])]))
        #expect(model.rows.map { $0.name + $0.suffix } == ["server: new (7 of 5)"] && model.selected == .thread(7))
        #expect(model.rows.first?.figures.totals.calls == 1 && model.rows.first?.figures.distribution?.max == 3000)
    }

    @Test func `two threads of one id, one after the other, are one row with the latencies of both`() {
        var model = LiveModel(size: ScreenSize(columns: 100, rows: 20), view: .init(grouping: .thread, window: .sinceStart))
        model.take(snapshot(1, .thread, [group(thread(7, "first"), [100])]))
        model.take(snapshot(2, .thread, [group(thread(7, "first"), [100]), group(thread(7, "second"), [5000, 5000])]))
        #expect(model.rows.count == 1)
        #expect(model.rows.first?.figures.totals.calls == 3 && model.rows.first?.figures.distribution?.count == 3)
        _ = model.press(.character("t"))
        #expect(model.window == .second && model.rows.first?.figures.totals.calls == 2)
        #expect(model.rows.first?.figures.distribution?.count == 2)
    }

    @Test func `threads whose rows were folded into that of others don't come twice`() {
        var model = LiveModel(size: ScreenSize(columns: 100, rows: 20), view: .init(grouping: .thread, window: .minute))
        model.take(snapshot(1, .thread, [group(thread(7, "a"), [100, 100, 100]), group(thread(8, "b"), [100])]))
        model.take(snapshot(2, .thread, [group(.others, [100, 100, 100, 100, 900]), group(thread(8, "b"), [100])]))
        func calls() -> [String: UInt64] {
            Dictionary(uniqueKeysWithValues: model.rows.map { ($0.name + $0.suffix, $0.figures.totals.calls) })
        }
        #expect(calls() == ["other threads": 2, "server: b (8 of 5)": 1], "without the three that had a row before")
        _ = model.press(.character("t"))
        #expect(model.window == .sinceStart && calls() == ["other threads": 5, "server: b (8 of 5)": 1])
    }

    @Test func `a file that has a row again has its calls since there, and others don't get those from before again`() {
        func file(_ inode: UInt64, _ latencies: [UInt64]) -> CallGroup {
            group(.file(name: "/f\(inode)", device: 1, inode: inode), latencies)
        }
        var model = LiveModel(size: ScreenSize(columns: 100, rows: 20), view: .init(grouping: .file, window: .minute))
        model.take(snapshot(1, .file, [file(1, [9, 9, 9]), file(2, [10])]))
        // Between two looks it was given up, and made a call.
        model.take(snapshot(2, .file, [group(.others, [9, 9, 9, 5]), file(1, [7]), file(2, [10, 10])]))
        func calls() -> [String: UInt64] {
            Dictionary(uniqueKeysWithValues: model.rows.map { ($0.name + $0.suffix, $0.figures.totals.calls) })
        }
        #expect(calls() == ["other files": 1, "/f1": 1, "/f2": 2], "without the three that had a row before")
        _ = model.press(.character("t"))
        #expect(model.window == .sinceStart && calls() == ["other files": 4, "/f1": 1, "/f2": 2])
    }

    @Test func `a process that changes its name takes its calls along, and others lose none`() {
        var model = LiveModel(size: ScreenSize(columns: 100, rows: 20), view: .init(grouping: .comm, window: .sinceStart))
        let others = group(.others, [50, 50])
        model.take(snapshot(1, .comm, [group(.comm("sh"), [100, 100, 100]), others]))
        model.take(snapshot(2, .comm, [group(.comm("ls"), [100, 100, 100, 100]), others]))
        #expect(model.rows.map(\.name).sorted() == ["ls", "other names"])
        #expect(model.rows.first { $0.name == "ls" }?.figures.totals.calls == 4)
        #expect(model.rows.first { $0.name == "other names" }?.figures.totals.calls == 2)
    }

    // MARK: Batch, files and replay

    @Test(arguments: groupings) func `a batch by groups has their totals and percentiles`(grouping: LiveGrouping) throws {
        let kind = try #require(grouping.groups)
        var batch = LiveBatch(format: .jsonl, view: .init(grouping: grouping, window: .second))
        let documents = try LiveFixture.snapshots.prefix(3).map { try batch.take(LiveFixture.grouped($0, by: kind)) }
        try Snapshot().verify(documents.joined(), is: "batch-by-\(grouping.rawValue).jsonl")
        if Oracles.areWanted {
            for check in try SchemaCheck.check(documents, against: "top", plants: true) {
                #expect(check.errors.isEmpty && check.unnoticed.isEmpty)
            }
        }
    }

    @Test func `a file of a window has the single calls that began in it`() throws {
        var model = LiveFixture.model(seconds: 30)
        var snapshot = LiveFixture.snapshots[30]
        let now = try #require(snapshot.wallNanoseconds)
        let calls = [(pid: Int32(1), age: UInt64(2)), (2, 25)].map { pid, age in
            SlowCall(
                id: .native(74), startedAtNanoseconds: now - age * 1_000_000_000, durationNanoseconds: 9_000_000, outcome: .blocked,
                result: 0, pid: pid, tid: pid, comm: "x", details: CallDetails())
        }
        snapshot.profile.slowCalls = SlowCalls(rule: .slowest(3), calls: calls)
        model.take(snapshot)
        #expect(model.window == .tenSeconds)
        let seen = try #require(model.seen)
        #expect(seen.slowCalls?.calls.map(\.pid) == [1])
        #expect(seen.capture.notes.contains { $0.contains("among the slowest since the start") })
        for _ in 0..<2 { _ = model.press(.character("t")) }
        #expect(model.window == .sinceStart && model.seen?.slowCalls?.calls.count == 2)
    }

    @Test func `a file of a window has no groups, and one of all since the start has them`() throws {
        var model = LiveFixture.model(by: .file, grouping: .file, seconds: 12)
        let seen = try #require(model.seen)
        #expect(seen.groups == nil && seen.capture.notes.contains { $0.contains("no processes, no groups") })
        for _ in 0..<2 { _ = model.press(.character("t")) }
        #expect(model.window == .sinceStart && model.seen?.groups?.groups.count == 3)
    }

    @Test func `a replay has the groups of the whole file at each step`() throws {
        var profile = LiveFixture.series(seconds: 20)
        profile.groups = LiveFixture.grouped(LiveFixture.snapshots[19], by: .file).profile.groups
        var model = LiveModel(replaying: LiveReplay([profile]), size: ScreenSize(columns: 100, rows: 18))
        for _ in 0..<2 { _ = model.press(.character("g")) }
        #expect(model.grouping == .file)
        let rows = model.rows
        try Snapshot().verify(model.screen(Appearance(colors: .none)).text, is: "replay-by-file.txt")
        let calls = profile.calls.reduce(0) { $0 + $1.calls }
        #expect(rows.count == 4 && rows.reduce(0) { $0 + $1.figures.totals.calls } == calls)
        for _ in 0..<7 { _ = model.press(.left) }
        #expect(model.rows == rows, "the calls of a group are known for the whole file only")
        _ = model.press(.character("t"))
        #expect(model.message == "The file has files for the whole capture only.")
    }
}
