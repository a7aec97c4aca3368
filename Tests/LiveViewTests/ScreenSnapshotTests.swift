import Profile
import ReportFixtures
import TestSupport
import Testing

@testable import LiveView

/// Whole screens, compared with files that a person has looked at.
@Suite struct ScreenSnapshotTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        var seconds = 62
        var columns = 100
        var rows = 30
        var keys: [Key] = []
        var colors = ColorDepth.none
        var glyphs = GlyphSet.unicode
        var lost: UInt64 = 0
        var testDescription: String { name }
    }

    private static func typed(_ text: String) -> [Key] { text.map { .character($0) } }

    static let cases: [Case] = [
        Case(name: "waiting", seconds: 0),
        Case(name: "first-second", seconds: 1, columns: 80, rows: 24),
        Case(name: "main"),
        Case(name: "main-ascii", glyphs: .ascii),
        Case(name: "main-60x15", columns: 60, rows: 15),
        Case(name: "main-80x24", columns: 80, rows: 24),
        Case(name: "main-300x100", columns: 300, rows: 100),
        Case(name: "main-256-colours", keys: [.down, .down], colors: .indexed, lost: 1204),
        Case(name: "too-small", columns: 50, rows: 12),
        Case(name: "tiny", columns: 3, rows: 2),
        Case(name: "lost", columns: 80, rows: 24, lost: 1204),
        Case(name: "processes", keys: typed("g")),
        Case(name: "processes-60x15", columns: 60, rows: 15, keys: typed("g")),
        Case(name: "process-opened", rows: 40, keys: typed("g") + [.enter]),
        Case(name: "hostile-opened", rows: 24, keys: typed("g/evil") + [.enter, .enter]),
        Case(name: "sorted-by-p99-reversed", keys: typed("5r")),
        Case(name: "sorted-by-name", keys: typed("1")),
        Case(name: "filter-typed", columns: 80, rows: 24, keys: typed("/*sync")),
        Case(name: "filter-open-bracket", columns: 80, rows: 24, keys: typed("/[a")),
        Case(name: "filter-nothing", columns: 80, rows: 24, keys: typed("/xyz") + [.enter]),
        Case(name: "frozen", columns: 80, rows: 24, keys: typed(" ")),
        Case(name: "window-since-start", columns: 80, rows: 24, keys: typed("tt")),
        Case(name: "window-second", columns: 80, rows: 24, keys: typed("T")),
        Case(name: "opened", rows: 60, keys: typed("/fsync") + [.enter, .enter]),
        Case(name: "opened-wide", columns: 160, rows: 45, keys: typed("/fsync") + [.enter, .enter]),
        Case(name: "opened-ascii", rows: 50, keys: typed("/fsync") + [.enter, .enter], glyphs: .ascii),
        Case(name: "opened-60x15-scrolled", columns: 60, rows: 15, keys: typed("/fsync") + [.enter, .enter, .pageDown]),
        Case(name: "opened-256-colours", rows: 40, keys: typed("/fsync") + [.enter, .enter], colors: .indexed),
        Case(name: "opened-since-start", rows: 40, keys: typed("/fsync") + [.enter, .enter] + typed("tt")),
        Case(name: "help", columns: 80, rows: 24, keys: typed("?")),
        Case(name: "help-60x15", columns: 60, rows: 15, keys: typed("?") + [.down]),
    ]

    @Test(arguments: cases)
    func `a screen is as it was when it was last looked at`(test: Case) throws {
        var model = LiveFixture.model(seconds: test.seconds, columns: test.columns, rows: test.rows, lost: test.lost)
        for key in test.keys { #expect(model.press(key).isEmpty) }
        let screen = model.screen(Appearance(colors: test.colors, glyphs: test.glyphs))
        let text =
            switch (test.colors, test.glyphs) {
            case (.none, .unicode): screen.text
            case (.none, .ascii): ScreenRenderer(colors: .none, glyphs: .ascii).lines(of: screen, styled: false)
            default: screen.styledText
            }
        if test.glyphs == .ascii { #expect(text.utf8.allSatisfy { $0 < 0x80 }) }
        try Snapshot().verify(text, is: test.name + ".txt")
    }

    @Test(arguments: [false, true]) func `no line of the help is cut on the smallest screen`(isReplay: Bool) {
        for line in LiveHelp.lines(isReplay: isReplay) { #expect(line.width <= LiveLayout.least.columns, "\(line)") }
    }

    @Test func `the final table stays without keys and marks`() throws {
        var model = LiveFixture.model(columns: 80, rows: 24)
        _ = model.press(.down)
        let screen = model.tableScreen(rows: 4)
        let lines = ScreenRenderer(colors: .indexed, glyphs: .unicode).lines(of: screen)
        try Snapshot().verify(lines, is: "final.txt")
        let plain = ScreenRenderer(colors: .none, glyphs: .unicode).lines(of: screen, styled: false)
        #expect(!plain.contains("\u{1b}"))
    }

    @Test func `an opened row has its slow calls and nobody else's`() throws {
        var model = LiveModel(size: ScreenSize(columns: 110, rows: 60), view: .init(window: .sinceStart, sort: .max))
        model.take(LiveSnapshot(Fixtures.slowProfile))
        let row = try #require(model.rows.firstIndex { $0.name == "fsync" })
        for _ in 0...row { _ = model.press(.down) }
        _ = model.press(.enter)
        let text = model.screen(Appearance(colors: .none)).text
        try Snapshot().verify(text, is: "opened-slow.txt")
        #expect(text.contains("fsync(") && !text.contains("openat("))
    }

    @Test(arguments: [0, 3, 30, 61]) func `a replay shows a step as it was`(position: Int) throws {
        let replay = LiveReplay([LiveFixture.series(seconds: 62)])
        var model = LiveModel(replaying: replay, size: ScreenSize(columns: 100, rows: 20))
        #expect(model.position == 61)
        for _ in position..<61 { _ = model.press(.left) }
        #expect(model.position == position)
        try Snapshot().verify(model.screen(Appearance(colors: .none)).text, is: "replay-\(position).txt")
    }

    @Test func `a batch is a text or a document at each refresh`() throws {
        var text = LiveBatch(format: .text, top: 3, width: 80)
        var byProcess = LiveBatch(format: .text, view: .init(grouping: .process))
        var lines = LiveBatch(format: .jsonl)
        var processes = LiveBatch(
            format: .jsonl, view: .init(grouping: .process, window: .second, filter: "redis"))
        var output = ""
        var documents: [String] = []
        for snapshot in LiveFixture.snapshots.prefix(3) {
            output += try text.take(snapshot) + byProcess.take(snapshot)
            documents += [try lines.take(snapshot), try processes.take(snapshot)]
        }
        try Snapshot().verify(output, is: "batch.txt")
        try Snapshot().verify(documents.joined(), is: "batch.jsonl")
        if Oracles.areWanted {
            for check in try SchemaCheck.check(documents, against: "top", plants: true) {
                #expect(check.errors.isEmpty && check.unnoticed.isEmpty)
            }
        }
        #expect(documents.allSatisfy { $0.split(separator: "\n").count == 1 && $0.hasSuffix("\n") })
    }
}
