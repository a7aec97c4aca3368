import Foundation
import TestSupport
import Testing

@testable import LiveView

/// What a terminal shows after our bytes, by another program's emulation of one.
@Suite struct RendererTests {
    /// A terminal that gets some updates; after each, it must show what the model says.
    private struct Session: Encodable {
        struct Update: Encodable {
            var bytes: String
            var columns, rows: Int
            /// The text of each cell, row by row; empty for the right half of a wide character.
            var text: [[String]]
            /// For each cell: whether it is bold and reversed, and its colours as parameters of SGR.
            var looks: [[String]]
        }

        var updates: [Update] = []
    }

    private func update(_ screen: Screen, _ renderer: inout ScreenRenderer) -> Session.Update {
        let bytes = renderer.update(to: screen)
        let rows = 0..<screen.size.rows
        return Session.Update(
            bytes: String(decoding: bytes, as: UTF8.self), columns: screen.size.columns, rows: screen.size.rows,
            text: rows.map { row in shownText(screen[row], renderer.glyphs) },
            looks: rows.map { row in
                screen[row].map { cell in
                    let colors = renderer.colors.foreground(cell.style.ink) + renderer.colors.background(heat: cell.style.heat)
                    return (cell.style.isBold ? "b" : "") + (cell.style.isReversed ? "r" : "") + colors.joined(separator: ";")
                }
            })
    }

    private func shownText(_ cells: ArraySlice<Cell>, _ glyphs: GlyphSet) -> [String] {
        var shown: [String] = []
        for place in cells.indices where !cells[place].isContinuation {
            let isWide = place + 1 < cells.endIndex && cells[place + 1].isContinuation
            let text = glyphs.text(of: cells[place], columns: isWide ? 2 : 1)
            // A set of ASCII has two characters for a wide one.
            if isWide, text.utf8.count == 2, glyphs == .ascii {
                shown += text.map(String.init)
            } else {
                shown += isWide ? [text, ""] : [text]
            }
        }
        return shown
    }

    @Test(.enabled(if: Oracles.areWanted, Comment(rawValue: Oracles.missing)))
    func `a terminal shows the screen of the model after every update`() throws {
        var random = SeededGenerator.fromEnvironment()
        var sessions: [Session] = []
        let keys: [Key] = [
            .up, .down, .pageDown, .enter, .escape, .character("g"), .character("t"), .character("s"), .character("r"),
            .character(" "), .character("?"), .character("/"), .character("c"), .backspace,
        ]
        for colors in ColorDepth.allCases {
            for glyphs in GlyphSet.allCases {
                var renderer = ScreenRenderer(colors: colors, glyphs: glyphs, isSynchronized: Bool.random(using: &random))
                var model = LiveFixture.model(seconds: 5)
                var session = Session()
                for step in 0..<rounds(40) {
                    if step % 9 == 8 {
                        model.resize(
                            to: ScreenSize(
                                columns: .random(in: 40...150, using: &random), rows: .random(in: 10...45, using: &random)))
                    }
                    _ = model.press(keys.randomElement(using: &random) ?? .up)
                    if step % 3 == 0, 5 + step / 3 < LiveFixture.snapshots.count { model.take(LiveFixture.snapshots[5 + step / 3]) }
                    session.updates.append(update(model.screen(Appearance(colors: colors, glyphs: glyphs)), &renderer))
                }
                sessions.append(session)
            }
        }
        sessions.append(randomScreens(&random))
        let text = String(decoding: try JSONEncoder().encode(sessions), as: UTF8.self)
        let differences = try Oracles.ask("show_screen.py", about: text, for: [String].self)
        #expect(differences == [])
    }

    /// Cells that no view would draw, with wide characters and marks anywhere.
    private func randomScreens(_ random: inout SeededGenerator) -> Session {
        let texts = ["a", "b", " ", "  ", "数", "据x", "e\u{301}", "─", "█▁", "é", "ab cd", "한"]
        var renderer = ScreenRenderer(colors: .direct, glyphs: .unicode)
        var session = Session()
        var screen = Screen(ScreenSize(columns: 23, rows: 7))
        for _ in 0..<rounds(150) {
            for _ in 0..<Int.random(in: 0...12, using: &random) {
                let style = CellStyle(
                    .allCases.randomElement(using: &random) ?? .plain, bold: .random(using: &random),
                    reversed: .random(using: &random),
                    heat: UInt8.random(in: 0...12, using: &random))
                let line = StyledLine(
                    texts.randomElement(using: &random) ?? "", Bool.random(using: &random) ? .plain : style)
                screen.draw(line, row: .random(in: -1...7, using: &random), column: .random(in: 0...24, using: &random))
            }
            session.updates.append(update(screen, &renderer))
        }
        return session
    }

    @Test func `an update of nothing is nothing, and a changed cell takes few bytes`() {
        var renderer = ScreenRenderer(colors: .none, glyphs: .unicode, isSynchronized: false)
        var screen = Screen(ScreenSize(columns: 80, rows: 24))
        screen.draw(StyledLine("hello"), row: 3)
        #expect(!renderer.update(to: screen).isEmpty)
        #expect(renderer.update(to: screen).isEmpty)
        screen.draw(StyledLine("J"), row: 3)
        #expect(String(decoding: renderer.update(to: screen), as: UTF8.self) == "\u{1b}[4;1HJ")
        renderer.invalidate()
        #expect(renderer.update(to: screen).count > 10)
    }

    @Test func `no colour is sent where there is none`() {
        var renderer = ScreenRenderer(colors: .none, glyphs: .unicode)
        let model = LiveFixture.model(seconds: 20, lost: 5)
        let output = String(decoding: renderer.update(to: model.screen(Appearance(colors: .none))), as: UTF8.self)
        let parameters = output.split(separator: "\u{1b}[").compactMap { part in part.firstIndex(of: "m").map { part[..<$0] } }
            .filter { $0.allSatisfy { $0.isNumber || $0 == ";" } }.flatMap { $0.split(separator: ";") }
        #expect(!parameters.isEmpty)
        #expect(Set(parameters).isSubset(of: ["0", "1", "2", "7"]))
    }

    @Test func `wide characters are never cut in two`() {
        var screen = Screen(ScreenSize(columns: 5, rows: 1))
        screen.draw(StyledLine("数据数据"), row: 0)
        #expect(screen.text(ofRow: 0) == "数据")
        screen.draw(StyledLine("x"), row: 0, column: 1)
        #expect(screen.text(ofRow: 0) == " x据")
        screen.draw(StyledLine("数"), row: 0, column: 1)
        #expect(screen.text(ofRow: 0) == " 数")
        screen.draw(StyledLine("a\u{301}\u{301}\u{301}\u{301}"), row: 0, column: 4)
        #expect(screen[0].last?.text.unicodeScalars.count == 3)
    }

    @Test func `a terminal of any claimed size is drawn within bounds`() {
        for size in [(Int.max, Int.max), (Int.min, -1), (0, 0), (1, 100_000)] {
            var model = LiveFixture.model(seconds: 3)
            model.resize(to: ScreenSize(columns: size.0, rows: size.1))
            let screen = model.screen(Appearance(colors: .direct))
            #expect(screen.size.columns <= 1000 && screen.size.rows <= 500)
        }
    }
}
