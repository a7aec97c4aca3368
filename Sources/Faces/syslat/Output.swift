import Capture
import Glibc

/// Where the report goes: standard output, or a file that appears only when it is whole.
struct Output: ~Copyable {
    private enum Destination {
        /// A descriptor that is written to as it is: standard output, a terminal, a pipe.
        case stream(Int32)
        /// A file that is replaced. Nothing of it exists before the report does, however the capture ends.
        case file(path: String)
    }

    private static let standardOutputName = "standard output"
    private let destination: Destination
    private let name: String
    private let option: String
    let isTerminal: Bool

    /// Opens the destination at once, so that a name that can't be written is found before anything is captured.
    /// - Parameter option: the option that named it, for messages.
    init(path: String?, option: String = "--report") throws(CaptureError) {
        self.option = option
        destination = if let path { try Output.open(path, option) } else { try Output.standardOutput() }
        name = path ?? Output.standardOutputName
        isTerminal = if case .stream(let descriptor) = destination { isatty(descriptor) == 1 } else { false }
    }

    private static func standardOutput() throws(CaptureError) -> Destination {
        let flags = fcntl(STDOUT_FILENO, F_GETFL)
        guard flags >= 0, flags & O_ACCMODE != O_RDONLY else {
            throw CaptureError("Standard output is closed or can't be written. Open it, as in: syslat … >FILE")
        }
        return .stream(STDOUT_FILENO)
    }

    private static func open(_ path: String, _ option: String) throws(CaptureError) -> Destination {
        var info = stat()
        if unsafe stat(path, &info) == 0 && info.st_mode & S_IFMT != S_IFREG {
            let descriptor = unsafe Glibc.open(path, O_WRONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw unwritable(path, option) }
            return .stream(descriptor)
        }
        guard !path.isEmpty else {
            throw CaptureError("\(option) was given an empty name. Name a file, or leave the option out.", status: .usage)
        }
        // Behind a symbolic link it is the file that is replaced, not the link.
        let file = resolved(path) ?? path
        let descriptor = create(temporary(for: file))
        guard descriptor >= 0 else { throw unwritable(path, option) }
        close(descriptor)
        unsafe _ = unlink(temporary(for: file))
        return .file(path: file)
    }

    deinit {
        if case .stream(let descriptor) = destination, descriptor != STDOUT_FILENO { close(descriptor) }
    }

    /// Whether what is written can be seen at once, because it goes into no file.
    var isStream: Bool { if case .stream = destination { true } else { false } }

    /// Writes the whole text; a file gets its name when all of it is on disk.
    borrowing func finish(_ text: String) throws(CaptureError) { try finish(Array(text.utf8)) }

    /// The same for bytes.
    borrowing func finish(_ text: [UInt8]) throws(CaptureError) {
        switch destination {
        case .stream(let descriptor):
            guard Output.write(text, to: descriptor) else { throw Output.unwritable(name, option) }
        case .file(let path):
            let temporary = Output.temporary(for: path)
            let descriptor = Output.create(temporary)
            guard descriptor >= 0 else { throw Output.unwritable(name, option) }
            defer { close(descriptor) }
            guard Output.write(text, to: descriptor), fsync(descriptor) == 0, unsafe rename(temporary, path) == 0 else {
                let error = Output.unwritable(name, option)
                unsafe _ = unlink(temporary)
                throw error
            }
        }
    }

    /// Where a report is written before it gets its name: in the same folder, since rename(2) needs that.
    private static func temporary(for path: String) -> String { "\(path).\(getpid()).tmp" }

    private static func create(_ path: String) -> Int32 { unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644) }

    private static func resolved(_ path: String) -> String? {
        guard let found = unsafe realpath(path, nil) else { return nil }
        defer { unsafe free(found) }
        return unsafe String(cString: found)
    }

    /// Writes everything; false, with errno set, if that failed.
    static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            // write(2) reads no more than the slice has.
            let written = unsafe rest.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { return false }
            rest = rest.dropFirst(written)
        }
        return true
    }

    private static func unwritable(_ name: String, _ option: String) -> CaptureError {
        let reason = errno
        let remedy =
            switch reason {
            case ENOENT: "Make its folder first, or give another name to \(option)."
            case ENOSPC, EDQUOT: "Make room there, or write somewhere else."
            case EPIPE: "Its reader has gone."
            default: name == standardOutputName ? "Write somewhere else." : "Give another name to \(option)."
            }
        let what =
            name == standardOutputName
            ? "Standard output can't be written"
            : "\(option == "--report" ? "The report" : "The output") can't be written to \(name)"
        return CaptureError("\(what): \(text(of: reason)). \(remedy)")
    }

    private static func text(of code: Int32) -> String {
        guard let text = unsafe strerror(code) else { return "error \(code)" }
        return unsafe String(cString: text).lowercased()
    }

    /// Colour is for terminals whose user has not declined it (https://no-color.org).
    var wantsColor: Bool { isTerminal && Output.environment("NO_COLOR") == nil && Output.environment("TERM") != "dumb" }

    /// How many columns a line may take: a narrow terminal's own, 100 anywhere else.
    var columns: Int {
        guard isTerminal, case .stream(let descriptor) = destination else { return 100 }
        var size = winsize()
        // TIOCGWINSZ fills one struct winsize.
        guard unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 100 }
        return min(100, Int(size.ws_col))
    }

    private static func environment(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        let text = unsafe String(cString: value)
        return text.isEmpty ? nil : text
    }
}

/// Standard error: messages for the person at the terminal.
enum Terminal {
    static let isInteractive = isatty(STDERR_FILENO) == 1
    static let showsStandardOutput = isatty(STDOUT_FILENO) == 1

    static func say(_ text: String) {
        let bytes = Array(text.utf8)
        unsafe bytes.withUnsafeBytes { unsafe _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
