import Glibc
import Linux

/// Where output goes: standard output, or a file that appears only when it is whole.
struct Output: ~Copyable {
    private enum Destination {
        /// A descriptor to write to directly: standard output, a terminal, a pipe.
        case stream(Int32)
        /// A file that is replaced as a whole. However the capture ends, no part of a report is left behind.
        case file(WholeFile)
    }

    /// Stands for standard output in every option that names a file, and for standard input in every argument that does.
    static let standardStream = "-"

    private let destination: Destination
    /// nil for standard output.
    private let path: String?
    private let option: String
    let isTerminal: Bool

    /// Opens the destination at once, to find a name that can't be written before anything is captured.
    /// - Parameters:
    ///   - path: nil or `-` for standard output.
    ///   - option: the option that names it, for messages.
    init(path: String?, option: String = "--report") throws(CommandError) {
        self.option = option
        self.path = path == Output.standardStream ? nil : path
        destination = if let path = self.path { try Output.open(path, option) } else { try Output.standardOutput() }
        isTerminal = if case .stream(let descriptor) = destination { Terminal.isTerminal(descriptor) } else { false }
    }

    private static func standardOutput() throws(CommandError) -> Destination {
        let flags = fcntl(STDOUT_FILENO, F_GETFL)
        guard flags >= 0, flags & O_ACCMODE != O_RDONLY else {
            throw CommandError("Standard output is closed or not writable. Open it: syslat … >FILE")
        }
        return .stream(STDOUT_FILENO)
    }

    private static func open(_ path: String, _ option: String) throws(CommandError) -> Destination {
        guard !path.isEmpty else {
            throw CommandError("\(option) was given an empty name. Name a file, or leave the option out.", status: .usage)
        }
        if let kind = FileKind(of: path), kind != .regular {
            let descriptor = unsafe Glibc.open(path, O_WRONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw unwritable(path, option, .last) }
            return .stream(descriptor)
        }
        do throws(Errno) { return .file(try WholeFile(path)) } catch { throw unwritable(path, option, error) }
    }

    deinit {
        if case .stream(let descriptor) = destination, descriptor != STDOUT_FILENO { close(descriptor) }
    }

    /// Whether output appears at once, rather than with the whole file.
    var isStream: Bool { if case .stream = destination { true } else { false } }

    /// Writes the text. A file gets its name when all of it is on disk.
    borrowing func finish(_ text: String) throws(CommandError) { try finish(Array(text.utf8)) }

    /// The same for bytes.
    borrowing func finish(_ text: [UInt8]) throws(CommandError) {
        do throws(Errno) {
            switch destination {
            case .stream(let descriptor): try Descriptor.write(text, to: descriptor)
            case .file(let file): try file.write(text)
            }
        } catch {
            throw Output.unwritable(path, option, error)
        }
    }

    private static func unwritable(_ path: String?, _ option: String, _ reason: Errno) -> CommandError {
        let remedy =
            switch reason.code {
            case ENOENT: "Create its folder first, or give \(option) another name."
            case ENOSPC, EDQUOT: "Free some space, or write somewhere else."
            case EPIPE: "Its reader has exited."
            default: path == nil ? "Write somewhere else." : "Give \(option) another name."
            }
        guard let path else { return CommandError("Standard output can't be written: \(reason). \(remedy)") }
        let what = option == "--report" ? "The report" : "The output"
        return CommandError("\(what) can't be written to \(path): \(reason). \(remedy)")
    }

    /// Colour is for terminals, unless the user declines it.
    var wantsColor: Bool { isTerminal && Terminal.userWantsColor }

    /// The width of a line: at most 100, less on a narrow terminal.
    var columns: Int {
        guard isTerminal, case .stream(let descriptor) = destination else { return 100 }
        return min(100, Terminal.columns(of: descriptor) ?? 100)
    }
}
