import LiveView
import Profile
import ReportFixtures
import SyscallTable
import TestSupport
import Testing

@Suite struct LiveModelTests {
    private let fsync = LiveItem.call(.native(74))

    private func typed(_ text: String, _ model: inout LiveModel) {
        for character in text { _ = model.press(.character(character)) }
    }

    @Test func `the mark follows its item through orders and refreshes`() {
        var model = LiveFixture.model(seconds: 20)
        #expect(model.selected == nil)
        _ = model.press(.down)
        #expect(model.selected == fsync && model.rows[0].item == fsync)
        typed("8", &model)
        #expect(model.selected == fsync && model.rows[0].item != fsync)
        for snapshot in LiveFixture.snapshots[20..<25] { model.take(snapshot) }
        #expect(model.selected == fsync)
        typed("/read", &model)
        #expect(model.selected == nil, "a filter that hides it takes the mark away")
    }

    @Test func `a marked item keeps its row while it makes no calls`() {
        var model = LiveFixture.model(seconds: 20)
        typed("T", &model)
        let wait = LiveItem.call(.native(232))
        #expect(model.rows.contains { $0.item == wait })
        typed("/epoll", &model)
        _ = model.press(.enter)
        _ = model.press(.down)
        #expect(model.selected == wait)
        model.take(LiveFixture.snapshots[20])
        #expect(model.rows.map(\.item) == [wait] && model.rows[0].figures.totals.calls == 0)
        _ = model.press(.escape)
        _ = model.press(.escape)
        #expect(model.selected == nil)
        model.take(LiveFixture.snapshots[21])
        #expect(model.rows.contains { $0.item == wait })
    }

    @Test func `frozen, nothing moves, everything can be looked at, and no call is lost`() {
        var model = LiveFixture.model(seconds: 20)
        typed(" ", &model)
        #expect(model.isFrozen)
        let before = model.screen(Appearance(colors: .none))
        for snapshot in LiveFixture.snapshots[20..<30] { model.take(snapshot) }
        #expect(model.screen(Appearance(colors: .none)) == before)
        typed("tt", &model)
        #expect(model.duration == 20_000_000_000)
        #expect(model.seen == LiveFixture.snapshots[19].profile)
        typed(" ", &model)
        #expect(!model.isFrozen && model.duration == 30_000_000_000)
        #expect(model.seen == LiveFixture.snapshots[29].profile)
    }

    @Test func `keys ask the owner for what it must do`() throws {
        var model = LiveFixture.model()
        #expect(model.press(.character("q")) == [.quit])
        #expect(model.press(.control("c")) == [.quit])
        #expect(model.press(.control("z")) == [.suspend])
        #expect(model.press(.control("l")) == [.redraw])
        let commands = model.press(.character("w"))
        guard case .write(let profile)? = commands.first else {
            Issue.record("no file was asked for")
            return
        }
        #expect(profile.capture.durationNanoseconds == 10_000_000_000)
        #expect(profile.capture.startedAtNanoseconds == Fixtures.start + 52_000_000_000)
        #expect(profile.balance.closes && profile.balance.completed == profile.calls.reduce(0) { $0 + $1.calls })
        #expect(profile.balance.inFlight == 2 && profile.inFlight.count == 3)
        #expect(profile.calls.first { $0.id == .native(74) }?.calls == 70)
        model.say("Wrote \u{1b}[31mx.syslat")
        #expect(model.screen(Appearance(colors: .none)).text(ofRow: 29) == "Wrote \\x1b[31mx.syslat")
        var empty = LiveModel(size: ScreenSize(columns: 80, rows: 24))
        #expect(empty.press(.character("w")).isEmpty)
    }

    @Test func `a filter is a part of a name or a glob`() {
        var model = LiveFixture.model()
        func shown(_ filter: String) -> Set<String> {
            var model = model
            typed("/" + filter, &model)
            _ = model.press(.enter)
            return Set(model.rows.map(\.name))
        }
        #expect(shown("sync") == ["fsync"])
        #expect(shown("f*") == ["fsync", "futex"])
        #expect(shown("?rite") == ["write"])
        #expect(shown("[rw]*") == ["read", "write"])
        #expect(shown("READ") == [])
        #expect(shown("[r").count == 6)
        typed("g", &model)
        #expect(shown("*(1234)").count == 1)
        #expect(shown("服务器").count == 1)
        #expect(shown("REDIS") == [] && shown("redis").count == 1)
    }

    @Test func `idle waits come last in orders of time, either way, unless they are wanted in place`() {
        var model = LiveFixture.model()
        func order(_ keys: String) -> [String] {
            typed(keys, &model)
            return model.rows.map(\.name)
        }
        func viewLine() -> String { model.screen(Appearance(colors: .none)).text(ofRow: 2) }
        #expect(order("") == ["fsync", "read", "write", "openat", "epoll_wait", "futex"])
        #expect(viewLine().contains(" · TOTAL/s largest first · idle waits last · 6 rows"))
        #expect(order("r") == ["openat", "write", "read", "fsync", "futex", "epoll_wait"])
        #expect(order("i") == ["openat", "write", "read", "futex", "fsync", "epoll_wait"])
        #expect(!viewLine().contains("idle"))
        #expect(order("r") == ["epoll_wait", "fsync", "futex", "read", "write", "openat"])
        #expect(order("i6") == ["fsync", "read", "openat", "write", "epoll_wait", "futex"])
        #expect(order("8").first == "read" && !viewLine().contains("idle"))
        typed("3g", &model)
        #expect(model.grouping == .process && viewLine().contains(" · TOTAL/s largest first · order leaves out idle waits · "))
        // The row of calls without a process is a difference of sums.
        let totals = model.rows.filter { !$0.suffix.isEmpty }.map(\.figures.totals)
        #expect(totals.count == 5 && totals.allSatisfy { $0.idleNanoseconds > 0 && $0.idleNanoseconds < $0.totalNanoseconds })
        let active = totals.map { $0.totalNanoseconds &- $0.idleNanoseconds }
        #expect(active == active.sorted(by: >))
    }

    @Test func `every column orders the rows, both ways`() {
        var model = LiveFixture.model()
        typed("i", &model)
        for (place, column) in LiveColumn.allCases.enumerated() {
            typed("\(place + 1)", &model)
            if column == .total { typed("1\(place + 1)", &model) }
            #expect(model.sort == column && !model.isReversed)
            let order = model.rows.map(\.name)
            typed("r", &model)
            #expect(model.isReversed)
            #expect(Set(model.rows.map(\.name)) == Set(order))
            if column != .blocked && column != .errors { #expect(model.rows.map(\.name) == order.reversed(), "\(column)") }
        }
        typed("3", &model)
        #expect(model.rows.map(\.name).prefix(3) == ["epoll_wait", "fsync", "futex"])
        typed("4", &model)
        #expect(model.rows.map(\.name).prefix(3) == ["epoll_wait", "fsync", "futex"])
        typed("2", &model)
        #expect(model.rows.map(\.name).prefix(2) == ["read", "write"])
        typed("1", &model)
        #expect(model.rows.map(\.name) == ["epoll_wait", "fsync", "futex", "openat", "read", "write"])
    }

    @Test func `random keys, sizes and snapshots never trap, and the mark stays on a row`() {
        var random = SeededGenerator.fromEnvironment()
        let letters = Array("qwhijksSrgtT/ ?123456789<>[*a\u{301}数\u{1b}")
        let keys: [Key] = [
            .up, .down, .left, .right, .pageUp, .pageDown, .home, .end, .insert, .delete, .enter, .tab, .backTab, .backspace,
            .escape,
            .function(1), .control("u"), .control("l"),
        ]
        var snapshots = LiveFixture.snapshots
        snapshots += [Fixtures.wide, Fixtures.empty, Fixtures.troubled, Fixtures.sampled, Fixtures.uring].map { LiveSnapshot($0) }
        for isReplay in [false, true] {
            let size = ScreenSize(columns: 80, rows: 24)
            var model =
                isReplay
                ? LiveModel(replaying: LiveReplay([LiveFixture.series(seconds: 20), Fixtures.wide]), size: size)
                : LiveModel(size: size)
            var renderer = ScreenRenderer(colors: .indexed, glyphs: .unicode)
            var time: UInt64 = 0
            for step in 0..<rounds(1200) {
                switch Int.random(in: 0..<20, using: &random) {
                case 0:
                    model.resize(
                        to: ScreenSize(
                            columns: .random(in: 0...320, using: &random), rows: .random(in: 0...110, using: &random)))
                case 1...3 where !isReplay:
                    time += UInt64.random(in: 0...3_000_000_000, using: &random)
                    guard var snapshot = snapshots.randomElement(using: &random) else { continue }
                    snapshot.timeNanoseconds = time
                    model.take(snapshot)
                case 4...10: _ = model.press(keys.randomElement(using: &random) ?? .up)
                default: _ = model.press(.character(letters.randomElement(using: &random) ?? "q"))
                }
                if let selected = model.selected { #expect(model.rows.contains { $0.item == selected }) }
                guard step.isMultiple(of: 6) else { continue }
                let screen = model.screen(Appearance(colors: .indexed))
                #expect(screen.size == model.size)
                // No text of others gets through: but for style, the only control characters are ours.
                #expect(!screen.text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" || (0x7f...0x9f).contains($0.value) })
                _ = renderer.update(to: screen)
                #expect(renderer.update(to: screen).isEmpty)
                let rowsInView = model.selected.flatMap { item in model.rows.firstIndex { $0.item == item } }
                if let row = rowsInView { #expect((model.firstRow..<model.firstRow + model.linesInView).contains(row)) }
            }
        }
    }
}
