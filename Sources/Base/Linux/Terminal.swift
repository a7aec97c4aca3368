import Glibc

/// What a descriptor that may be a terminal is and wants.
package enum Terminal {
    package static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

    /// Whether a person reads standard error.
    package static let isInteractive = isTerminal(STDERR_FILENO)

    /// Columns of a terminal; nil where it does not say.
    package static func columns(of descriptor: Int32) -> Int? {
        var size = winsize()
        // TIOCGWINSZ fills one struct winsize.
        guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    /// Colour is for terminals whose user has not declined it (https://no-color.org).
    package static var userWantsColor: Bool { (Environment["NO_COLOR"] ?? "").isEmpty && Environment["TERM"] != "dumb" }

    /// Writes to standard error: messages for the person at the terminal. A failure is not reported, since there is nowhere to.
    package static func say(_ text: String) { try? Descriptor.write(Array(text.utf8), to: STDERR_FILENO) }

    /// Shows one line in place of the last one; an empty text clears it. Nothing where standard error is no terminal.
    package static func showLine(_ text: String) {
        if isInteractive { say("\r\u{1B}[K\(text)") }
    }
}
