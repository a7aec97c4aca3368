import Glibc
import PlainText

/// Looks for programs as execvp(3) does.
package enum ExecutableSearch {
    package enum Result: Sendable, Hashable {
        case found(path: String)
        /// A file of that name exists, but may not be executed or isn't a regular file.
        case notExecutable(path: String)
        case missing(Errno)
    }

    /// Finds a command: by its path if the name has a slash, otherwise in the folders of PATH.
    package static func find(_ name: String) -> Result {
        if name.contains("/") {
            guard ProcFS.mayAccess(name, F_OK) else { return .missing(.last) }
            return isProgram(name) ? .found(path: name) : .notExecutable(path: name)
        }
        // confstr(_CS_PATH) is the default if PATH is not set.
        let path = Environment["PATH"] ?? "/bin:/usr/bin"
        var refused: String?
        for folder in path.split(separator: ":", omittingEmptySubsequences: false) {
            let candidate = folder.isEmpty ? name : "\(folder)/\(name)"
            if isProgram(candidate) { return .found(path: candidate) }
            if ProcFS.mayAccess(candidate, F_OK) { refused = refused ?? candidate }
        }
        if let refused { return .notExecutable(path: refused) }
        return .missing(Errno(ENOENT))
    }

    /// The path of a program; nil if none may be executed.
    package static func path(of name: String) -> String? {
        if case .found(let path) = find(name) { path } else { nil }
    }

    private static func isProgram(_ path: String) -> Bool {
        guard ProcFS.mayAccess(path, X_OK), let kind = FileKind(of: path) else { return false }
        return kind == .regular
    }
}

/// What a name in a folder stands for.
package enum FileKind: Sendable, Hashable {
    case regular, folder, other

    /// stat(2), which follows symbolic links; nil, with errno set, if that fails.
    package init?(of path: String) {
        var info = stat()
        guard path.withExactBytes({ unsafe stat($0, &info) }) == 0 else { return nil }
        self =
            switch info.st_mode & S_IFMT {
            case S_IFREG: .regular
            case S_IFDIR: .folder
            default: .other
            }
    }
}

/// Who may use a file.
package struct FileOwner: Sendable, Hashable {
    package let group: UInt32
    private let mode: mode_t

    /// nil, with errno set, if stat(2) fails.
    package init?(of path: String) {
        var info = stat()
        guard path.withExactBytes({ unsafe stat($0, &info) }) == 0 else { return nil }
        (group, mode) = (info.st_gid, info.st_mode)
    }

    /// Reading and writing.
    package var groupMayUse: Bool { mode & 0o060 == 0o060 }
    package var othersMayUse: Bool { mode & 0o006 == 0o006 }
}

/// The environment of this process, as strings that give back every byte (``ExactText``).
package enum Environment {
    /// Each as `NAME=value`.
    package static var all: [String] {
        var entries: [String] = []
        // The list ends with a null pointer, each of its strings with a NUL.
        while let entry = unsafe environ[entries.count] {
            unsafe entries.append(ExactText.string(UnsafeRawBufferPointer(start: entry, count: strlen(entry))))
        }
        return entries
    }

    /// A variable; nil if it is not set.
    package static subscript(name: String) -> String? {
        // It ends with a NUL.
        unsafe getenv(name).map { unsafe ExactText.string(UnsafeRawBufferPointer(start: $0, count: strlen($0))) }
    }
}
