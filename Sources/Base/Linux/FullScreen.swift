import CLinux
import Glibc

/// A terminal in the hands of this process, raw. It is given back at the end of this value's life, and before a signal kills the process.
///
/// Which bytes draw is the owner's business. The terminal is this process's while it is in the foreground: in the background of a shell,
/// ``enter()`` does nothing.
package struct FullScreen: ~Copyable {
    private let input: Int32
    /// An opening of our own: it doesn't wait for a terminal that takes nothing, and the shell's own opening goes on waiting.
    private let output: Descriptor
    private let leaving: [UInt8]
    /// How the terminal was; nil while it isn't ours.
    private var settings: termios?

    deinit {
        if let settings { FullScreen.giveBack(settings, input, output.number, leaving) }
    }

    private static func giveBack(_ settings: termios, _ input: Int32, _ output: Int32, _ leaving: [UInt8]) {
        clinux_unguard_terminal()
        var settings = settings
        unsafe clinux_restore_terminal(input, output, &settings, leaving, leaving.count)
    }

    /// Whether the terminal is ours now.
    package var isEntered: Bool { settings != nil }

    /// Whether it may be.
    package var isInForeground: Bool { clinux_has_foreground(input) != 0 }

    /// Rows and columns; nil if the terminal doesn't tell.
    package var size: (columns: Int, rows: Int)? {
        var size = winsize()
        // TIOCGWINSZ fills one struct winsize.
        guard unsafe ioctl(output.number, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return nil }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// Takes the terminal, if it may. True if it is ours since just now. Errors: the terminal has gone.
    package mutating func enter() throws(Errno) -> Bool {
        guard settings == nil, isInForeground else { return false }
        var settings = termios()
        guard unsafe tcgetattr(input, &settings) == 0 else { throw .last }
        unsafe clinux_guard_terminal(input, output.number, &settings, leaving, leaving.count)
        self.settings = settings
        try setRaw(settings)
        return true
    }

    /// Makes it raw once more, if it is ours: a shell may have changed that while this process was stopped.
    package borrowing func setAgain() throws(Errno) {
        if let settings, isInForeground { try setRaw(settings) }
    }

    private borrowing func setRaw(_ settings: termios) throws(Errno) {
        var raw = settings
        unsafe cfmakeraw(&raw)
        // TCSANOW, because a terminal that takes nothing would never be ready for anything later.
        guard unsafe tcsetattr(input, TCSANOW, &raw) == 0 else { throw .last }
    }

    /// Gives the terminal back.
    package mutating func leave() {
        guard let settings else { return }
        self.settings = nil
        FullScreen.giveBack(settings, input, output.number, leaving)
    }

    /// Stops as Ctrl-Z does, with the whole job or alone, after giving the terminal back. Returns when the shell lets it go on.
    package mutating func stop(alone: Bool) {
        leave()
        clinux_stop_group(alone ? 1 : 0)
    }

    /// Writes the beginning of the bytes, as much as the terminal takes at once, and removes it from them.
    package borrowing func offer(_ bytes: inout [UInt8]) throws(Errno) {
        var written = 0
        defer { bytes.removeFirst(written) }
        while written < bytes.count {
            var state = pollfd(fd: output.number, events: Int16(POLLOUT), revents: 0)
            guard unsafe poll(&state, 1, 0) > 0 else { return }
            // write(2) reads no more than `bytes` has from `written` on.
            let count = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.write(output.number, $0.baseAddress! + written, min($0.count - written, 4096))
            }
            if count < 0 && (errno == EINTR || errno == EAGAIN) { return }
            guard count > 0 else { throw .last }
            written += count
        }
    }

    /// What has been typed. nil if the terminal has gone.
    package borrowing func read() -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: 1024)
        let count = unsafe Glibc.read(input, &buffer, buffer.count)
        if count < 0 && (errno == EINTR || errno == EAGAIN) { return [] }
        return count > 0 ? Array(buffer[..<count]) : nil
    }
}

extension FullScreen {
    /// Takes nothing yet. Errors: `output` can't be opened.
    /// - Parameter leaving: what is sent last, whatever was sent before.
    package init(input: Int32 = STDIN_FILENO, output: Int32 = STDOUT_FILENO, leaving: [UInt8]) throws(Errno) {
        let flags = O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC
        var number = unsafe open("/proc/self/fd/\(output)", flags)
        if number < 0, let name = unsafe ttyname(output) { number = unsafe open(name, flags) }
        // A terminal of another namespace can't be opened anew.
        if number < 0 { number = fcntl(output, F_DUPFD_CLOEXEC, 3) }
        guard number >= 0 else { throw .last }
        self.init(input: input, output: Descriptor(owning: number), leaving: leaving, settings: nil)
    }
}

/// Hides the terminal from the programs that are started meanwhile: of their standard streams, those that would be it are /dev/null.
package struct HiddenTerminal: ~Copyable {
    private let kept: [(number: Int32, original: Int32)]

    deinit { HiddenTerminal.giveBack(kept) }

    private static func giveBack(_ kept: [(number: Int32, original: Int32)]) {
        for (number, original) in kept {
            dup2(original, number)
            close(original)
        }
    }
}

extension HiddenTerminal {
    /// Errors: no descriptor is available.
    package init() throws(Errno) {
        let null = try Descriptor.devNull()
        var kept: [(number: Int32, original: Int32)] = []
        for number in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] where Terminal.isTerminal(number) {
            let original = fcntl(number, F_DUPFD_CLOEXEC, 3)
            guard original >= 0 else {
                let error = Errno.last
                HiddenTerminal.giveBack(kept)
                throw error
            }
            kept.append((number, original))
            dup2(null.number, number)
        }
        self.init(kept: kept)
    }
}
