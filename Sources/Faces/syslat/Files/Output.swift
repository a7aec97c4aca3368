import Glibc
import Linux

/// Where output goes: standard output, or a file that appears only when it is whole.
struct Output: ~Copyable {
    /// Stands for standard output in every option that names a file, and for standard input in every argument that does.
    static let standardStream = "-"

    private let file: OutputFile
    /// nil for standard output.
    private let path: String?
    private let option: String
    let isTerminal: Bool

    /// Opens the destination at once, to find a name that can't be written before anything is captured.
    /// - Parameters:
    ///   - path: nil or `-` for standard output.
    ///   - option: the option that names it, for messages.
    ///   - readers: of a file that is new.
    ///   - isNew: it must not replace a file.
    init(path: String?, option: String = "--report", readers: Readers = .umask, isNew: Bool = false) throws(CommandError) {
        let path = path == Output.standardStream ? nil : path
        guard path?.isEmpty != true else {
            throw CommandError("\(option) was given an empty name. Name a file, or leave the option out.", status: .usage)
        }
        let file = try Output.open(path, option, readers, isNew: isNew)
        isTerminal = file.streamDescriptor.map(Terminal.isTerminal) ?? false
        self.file = file
        self.option = option
        self.path = path
    }

    private static func open(
        _ path: String?, _ option: String, _ readers: Readers, isNew: Bool
    ) throws(CommandError) -> OutputFile {
        if let path {
            do throws(OutputError) { return try OutputFile(path, for: readers, isNew: isNew) } catch {
                throw CommandError(error, path, option)
            }
        }
        do throws(OutputError) { return try OutputFile.standardOutput() } catch {
            throw CommandError("Standard output is closed or not writable. Open it: syslat … >FILE")
        }
    }

    /// Whether output appears at once, rather than with the whole file.
    var isStream: Bool { file.streamDescriptor != nil }

    /// Whether it is standard output, as long as nobody names anything else.
    var isStandardOutput: Bool { path == nil }

    /// Writes the text. A file gets its name when all of it is on disk.
    borrowing func finish(_ text: String) throws(CommandError) { try finish(Array(text.utf8)) }

    /// The same for bytes.
    borrowing func finish(_ text: [UInt8]) throws(CommandError) {
        do throws(OutputError) { try file.write(text) } catch { throw CommandError(error, path, option) }
    }

    /// Writes the beginning of the bytes to a stream, as much as its reader takes at once, and removes it from them.
    borrowing func offer(_ bytes: inout [UInt8]) throws(CommandError) {
        do throws(Errno) { try file.offer(&bytes) } catch { throw CommandError(.system(error), path, option) }
    }

    /// Begins a file that grows in place of this one; nil of a stream, which grows by itself.
    borrowing func growing() throws(CommandError) -> GrowingFile? {
        do throws(OutputError) { return try file.growing() } catch { throw CommandError(error, path, option) }
    }

    /// Refuses to write both to one file: one would replace the other, or they would be mixed.
    borrowing func checkIsApart(from other: borrowing Output) throws(CommandError) {
        guard file.isSame(as: other.file) else { return }
        let name = other.isStandardOutput ? "standard output" : other.option
        let own = isStandardOutput ? "standard output" : option
        throw CommandError("\(own) and \(name) lead to the same file. Give them different names.", status: .usage)
    }

    /// Refuses to write to a file that is read: one with that path, in that folder, or behind standard input.
    borrowing func checkIsApart(fromInput path: String) throws(CommandError) {
        let isInput = path == Output.standardStream
        let files =
            FileKind(of: path) == .folder && !isInput
            ? ProcFS.names(in: path).map { "\(path)/\($0)" } : [isInput ? "/proc/self/fd/0" : path]
        for input in files where file.leads(to: input) {
            throw CommandError(
                "\(isStandardOutput ? "Standard output" : option) leads to \(isInput ? "standard input" : input), which is read. "
                    + "Name another file.", status: .usage)
        }
    }

    /// Colour is for terminals, unless the user declines it.
    var wantsColor: Bool { isTerminal && Terminal.userWantsColor }

    /// The width of a line: at most 100, less on a narrow terminal.
    var columns: Int {
        guard isTerminal, let descriptor = file.streamDescriptor else { return 100 }
        return min(100, Terminal.columns(of: descriptor) ?? 100)
    }
}

extension CommandError {
    /// Why output can't be written.
    /// - Parameter path: nil for standard output.
    init(_ error: OutputError, _ path: String?, _ option: String) {
        let another = path == nil ? "Write somewhere else." : "Give \(option) another name."
        switch error {
        case .belongsToOther(let owner):
            self.init(
                "\(path ?? "") belongs to somebody else (user id \(owner)), in a folder that everybody can write to, so it is neither "
                    + "replaced nor followed. \(another)")
        case .linkOfOther(let owner):
            self.init(
                "\(path ?? "") is, or passes, a symbolic link that somebody else has made (user id \(owner)), so it is not followed. Name the "
                    + "place that it leads to.")
        case .isSocket: self.init("\(path ?? "") is a socket, which can't be opened. \(another)")
        case .folderOnlyGrows:
            self.init("\(path ?? "") is in a folder whose names can't be changed (`lsattr -d` shows an a). \(another)")
        case .leadsNowhere: self.init("The symbolic link \(path ?? "") leads to no file. Remove it, or make the file.")
        case .hasNoReader: self.init("No program reads \(path ?? ""). Start its reader first.")
        case .unfinished(let path):
            self.init(
                "\(path) exists: perhaps a profile that was not finished. Look at it with `syslat report \(path)`, and move it away."
            )
        case .exists: self.init("\(path ?? "") exists already. Name another folder, or move the file away.")
        case .system(let reason):
            let remedy =
                switch reason.code {
                case ENOENT: "Create its folder first, or give \(option) another name."
                case ENOSPC, EDQUOT: "Free some space, or write somewhere else."
                case EFBIG: "Raise the limit of this shell (ulimit -f), or write somewhere else."
                case EPIPE: "Its reader has exited."
                default: another
                }
            let cause = reason.code == EINTR ? "its reader takes nothing, and a signal came" : "\(reason)"
            let what = option == "--report" ? "The report" : "The output"
            self.init(
                (path.map { "\(what) can't be written to \($0)" } ?? "Standard output can't be written") + ": \(cause). \(remedy)")
            // Who named a pipe is told. A filter ends in silence when the reader of its standard output has left.
            isBrokenPipe = reason.code == EPIPE && path == nil
        }
    }
}
