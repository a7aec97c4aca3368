import Capture
import Glibc

/// Where the report goes: standard output, or a file that appears only when it is whole.
struct Output: ~Copyable {
    private let descriptor: Int32
    /// The file that is written, and the name it gets at the end; nil for what is no regular file.
    private let temporary: String?
    private let name: String
    let isTerminal: Bool

    /// Opens the destination at once, so that a name that can't be written is found before anything is captured.
    init(path: String?) throws(CaptureError) {
        guard let path else {
            (descriptor, temporary, name) = (STDOUT_FILENO, nil, "standard output")
            isTerminal = isatty(STDOUT_FILENO) == 1
            return
        }
        var info = stat()
        let isSpecial = unsafe stat(path, &info) == 0 && info.st_mode & S_IFMT != S_IFREG
        let target = isSpecial ? path : "\(path).\(getpid()).tmp"
        let flags = isSpecial ? O_WRONLY | O_CLOEXEC : O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
        let opened = unsafe open(target, flags, 0o644)
        guard opened >= 0 else {
            throw CaptureError("The report can't be written to \(path): \(Output.reason()). Give another name to --report.")
        }
        (descriptor, temporary, name) = (opened, isSpecial ? nil : target, path)
        isTerminal = isatty(opened) == 1
    }

    deinit {
        if descriptor != STDOUT_FILENO { close(descriptor) }
        // Still there only if the report was not finished.
        if let temporary { unsafe _ = unlink(temporary) }
    }

    /// Writes the whole text; a file gets its name when all of it is on disk.
    borrowing func finish(_ text: String) throws(CaptureError) {
        var rest = ArraySlice(text.utf8)
        while !rest.isEmpty {
            // write(2) reads no more than the slice has.
            let written = unsafe rest.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { throw CaptureError("The report can't be written to \(name): \(Output.reason()).") }
            rest = rest.dropFirst(written)
        }
        guard let temporary else { return }
        guard fsync(descriptor) == 0, unsafe rename(temporary, name) == 0 else {
            throw CaptureError("The report can't be written to \(name): \(Output.reason()).")
        }
    }

    private static func reason() -> String {
        guard let text = unsafe strerror(errno) else { return "error \(errno)" }
        return unsafe String(cString: text).lowercased()
    }

    /// Colour is for terminals whose user has not declined it (https://no-color.org).
    var wantsColor: Bool { isTerminal && Output.environment("NO_COLOR") == nil && Output.environment("TERM") != "dumb" }

    private static func environment(_ name: String) -> String? {
        guard let value = unsafe getenv(name) else { return nil }
        let text = unsafe String(cString: value)
        return text.isEmpty ? nil : text
    }
}

/// Standard error: messages for the person at the terminal.
enum Terminal {
    static let isInteractive = isatty(STDERR_FILENO) == 1

    static func say(_ text: String) {
        let bytes = Array(text.utf8)
        unsafe bytes.withUnsafeBytes { unsafe _ = write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
