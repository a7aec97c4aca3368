import Foundation
import Testing

@testable import Linux

/// A terminal that is taken and given back, on a pseudo-terminal of its own. One at a time: a process has one terminal to guard.
@Suite(.serialized) struct FullScreenTests {
    /// Both ends of a pseudo-terminal: what an emulator has, and what a program has.
    private final class PseudoTerminal {
        var master: Int32 = -1
        var slave: Int32 = -1

        init(columns: UInt16 = 91, rows: UInt16 = 23) throws {
            var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
            try #require(openpty(&master, &slave, nil, nil, &size) == 0)
            // Settings that no other terminal has by chance.
            var odd = try settings
            odd.c_lflag &= ~tcflag_t(ECHOK)
            odd.c_cc.4 = 3
            try #require(tcsetattr(slave, TCSANOW, &odd) == 0)
        }

        deinit {
            close(slave)
            if master >= 0 { close(master) }
        }

        var settings: termios {
            get throws {
                var settings = termios()
                try #require(tcgetattr(slave, &settings) == 0)
                return settings
            }
        }

        /// What the emulator gets within some time.
        func received() -> String {
            var bytes: [UInt8] = []
            var state = pollfd(fd: master, events: Int16(POLLIN), revents: 0)
            while poll(&state, 1, 200) > 0, state.revents & Int16(POLLIN) != 0 {
                var buffer = [UInt8](repeating: 0, count: 65_536)
                let count = read(master, &buffer, buffer.count)
                guard count > 0 else { break }
                bytes += buffer[..<count]
            }
            return String(decoding: bytes, as: UTF8.self)
        }
    }

    private static func same(_ left: termios, _ right: termios) -> Bool {
        withUnsafeBytes(of: left) { left in withUnsafeBytes(of: right) { left.elementsEqual($0) } }
    }

    @Test func `it is raw while it is ours, and as it was afterwards`() throws {
        let terminal = try PseudoTerminal()
        let before = try terminal.settings
        var screen = try FullScreen(input: terminal.slave, output: terminal.slave, leaving: Array("bye".utf8))
        var (isEntered, isInForeground) = (screen.isEntered, screen.isInForeground)
        #expect(!isEntered && isInForeground)
        let size = screen.size
        #expect(size?.columns == 91 && size?.rows == 23)
        let untouched = try terminal.settings
        #expect(Self.same(untouched, before), "making it takes nothing")

        let isNew = try screen.enter()
        let again = try screen.enter()
        (isEntered, isInForeground) = (screen.isEntered, screen.isInForeground)
        #expect(isNew && !again && isEntered && isInForeground)
        let raw = try terminal.settings
        #expect(raw.c_lflag & tcflag_t(ICANON | ECHO | ISIG) == 0 && raw.c_oflag & tcflag_t(OPOST) == 0)
        screen.leave()
        screen.leave()
        isEntered = screen.isEntered
        #expect(!isEntered)
        let after = try terminal.settings
        #expect(Self.same(after, before))
        #expect(terminal.received() == "bye", "what leaves is sent once")
    }

    @Test func `it is given back at the end of its life, and can be taken again`() throws {
        let terminal = try PseudoTerminal()
        let before = try terminal.settings
        func use() throws {
            var screen = try FullScreen(input: terminal.slave, output: terminal.slave, leaving: Array("<end>".utf8))
            for _ in 0..<2 {
                let isNew = try screen.enter()
                #expect(isNew)
                screen.leave()
            }
            _ = try screen.enter()
        }
        try use()
        let after = try terminal.settings
        #expect(Self.same(after, before))
        #expect(terminal.received() == "<end><end><end>")
    }

    @Test func `what a shell has changed meanwhile is set again`() throws {
        let terminal = try PseudoTerminal()
        var screen = try FullScreen(input: terminal.slave, output: terminal.slave, leaving: [])
        _ = try screen.enter()
        var cooked = try terminal.settings
        cooked.c_lflag |= tcflag_t(ICANON | ECHO)
        #expect(tcsetattr(terminal.slave, TCSANOW, &cooked) == 0)
        try screen.setAgain()
        let raw = try terminal.settings
        #expect(raw.c_lflag & tcflag_t(ICANON | ECHO) == 0)
        screen.leave()
        cooked = try terminal.settings
        try screen.setAgain()
        let after = try terminal.settings
        #expect(Self.same(after, cooked), "what isn't ours is left alone")
    }

    @Test func `keys are read as they come, and a terminal that takes nothing holds nothing up`() throws {
        let terminal = try PseudoTerminal()
        var screen = try FullScreen(input: terminal.slave, output: terminal.slave, leaving: [])
        _ = try screen.enter()
        #expect(write(terminal.master, "q\u{3}\u{1b}[A", 5) == 5)
        let typed = screen.read()
        #expect(typed == Array("q\u{3}\u{1b}[A".utf8))
        let all = (0..<400_000).map { UInt8(ascii: "a") + UInt8($0 % 23) }
        var waiting = all
        try screen.offer(&waiting)
        #expect(!waiting.isEmpty && waiting.count < all.count, "\(waiting.count)")
        var received = ""
        while !waiting.isEmpty {
            received += terminal.received()
            try screen.offer(&waiting)
        }
        received += terminal.received()
        #expect(Array(received.utf8) == all)
    }

    @Test func `a terminal that has gone is noticed`() throws {
        let terminal = try PseudoTerminal()
        var screen = try FullScreen(input: terminal.slave, output: terminal.slave, leaving: Array("bye".utf8))
        _ = try screen.enter()
        close(terminal.master)
        terminal.master = -1
        let typed = screen.read()
        #expect(typed == nil)
        var bytes = Array("something".utf8)
        var failed = false
        do { try screen.offer(&bytes) } catch { failed = true }
        #expect(failed || !bytes.isEmpty)
        // Nothing to give it back to, and nothing that waits for it.
        screen.leave()
        let isEntered = screen.isEntered
        #expect(!isEntered)
    }

    @Test func `what is no terminal can't be taken, and what isn't open is refused`() throws {
        var pipes: [Int32] = [0, 0]
        try #require(pipe(&pipes) == 0)
        defer { for number in pipes { close(number) } }
        var screen = try FullScreen(input: pipes[0], output: pipes[1], leaving: [])
        let size = screen.size
        #expect(size == nil)
        var refusal: Errno?
        do { _ = try screen.enter() } catch { refusal = error }
        let isEntered = screen.isEntered
        #expect(refusal?.code == ENOTTY && !isEntered)
        refusal = nil
        do { _ = try FullScreen(input: 9_999, output: 9_999, leaving: []) } catch { refusal = error }
        #expect(refusal?.code == EBADF)
    }
}
