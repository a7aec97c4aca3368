import Glibc
import PlainText
import Synchronization

/// Properties of terminals, and messages to the user.
package enum Terminal {
    package static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

    /// Whether a person reads standard error.
    package static let isInteractive = isTerminal(STDERR_FILENO)

    /// Columns of a terminal; nil if unknown.
    package static func columns(of descriptor: Int32) -> Int? {
        var size = winsize()
        // TIOCGWINSZ fills one struct winsize.
        guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    /// False if the user declines colour (https://no-color.org).
    package static var userWantsColor: Bool { (Environment["NO_COLOR"] ?? "").isEmpty && Environment["TERM"] != "dumb" }

    /// Writes a message of one or several lines to standard error. Whatever it quotes can't control a terminal. A failure is not
    /// reported: there is nowhere to report it.
    package static func say(_ text: String) { write(PlainText.lines(text)) }

    /// Shows a line that replaces the last one; an empty text clears it. Does nothing if standard error isn't a terminal.
    package static func showLine(_ text: String) {
        guard isInteractive else { return }
        let line = PlainText.line(text)
        // Blanks wipe the last line, on every kind of terminal.
        let width = shownWidth.withLock { shown in
            defer { shown = line.unicodeScalars.count }
            return shown
        }
        let missing = max(0, width - line.unicodeScalars.count)
        let wiping = String(repeating: " ", count: missing)
        write("\r\(line)\(wiping)" + (line.isEmpty ? "\r" : String(repeating: "\u{8}", count: missing)))
    }

    private static let shownWidth = Mutex(0)

    private static func write(_ text: String) { try? Descriptor.write(Array(text.utf8), to: STDERR_FILENO) }
}
