import Glibc
import Linux
import Profile
import ProfileFile

/// Reads saved profiles, for every subcommand that takes files.
enum ProfileFiles {
    /// Reads one; `-` is standard input, and the folder of a recorder stands for its segments. Errors: a sentence with the file and the line.
    static func read(_ path: String) throws -> Profile {
        guard path != Output.standardStream else { return try read(STDIN_FILENO, path: path, name: "standard input") }
        // Only a folder has such a name in it.
        if ProcFS.mayAccess("\(path)/.", F_OK) { return try RecordedSegments.read(path) }
        let file: Descriptor
        do throws(Errno) { file = try Descriptor(reading: path) } catch { throw unreadable(path, error) }
        return try read(file.number, path: path, name: path)
    }

    private static func read(_ descriptor: Int32, path: String, name: String) throws -> Profile {
        var reader = ProfileFileReader(path: name)
        try Descriptor.read(descriptor, failing: { unreadable(path, $0) as any Error }, { try reader.take($0) })
        return try reader.finish()
    }

    /// The same paths, with the profiles of a folder instead of the folder: its files that end with `.syslat`, in the order of their names.
    /// Errors: a folder has none.
    static func inFolders(_ paths: [String]) throws -> [String] {
        try paths.flatMap { path -> [String] in
            guard path != Output.standardStream, FileKind(of: path) == .folder else { return [path] }
            let names = ProcFS.names(in: path).filter { $0.hasSuffix(".syslat") }
            guard !names.isEmpty else {
                throw CommandError(
                    "There is no .syslat file in the folder \(path), or it can't be listed. Name a folder with profiles, or the files.",
                    status: .badInput)
            }
            let folder = path.hasSuffix("/") ? path : path + "/"
            return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.map { folder + $0 }
        }
    }

    /// A sentence for each file with a capture that a file before it has too. Host, beginning and length tell captures apart: there are
    /// nanoseconds in both times.
    static func repeatedCaptures(_ profiles: [Profile], _ files: [String]) -> [String] {
        struct Identity: Hashable {
            let boot: String
            let startedAt, duration: UInt64
        }
        var first: [Identity: String] = [:]
        return zip(profiles, files).compactMap { profile, file in
            let capture = profile.capture
            let identity = Identity(
                boot: profile.host.bootID, startedAt: capture.startedAtNanoseconds, duration: capture.durationNanoseconds)
            guard let other = first[identity] else {
                first[identity] = file
                return nil
            }
            return file == other
                ? "\(file) was given twice: all of its calls count twice."
                : "\(file) and \(other) have the same capture: all of its calls count twice."
        }
    }

    private static func unreadable(_ path: String, _ reason: Errno) -> CommandError {
        let remedy =
            reason.code == EACCES
            ? "New profiles are for their owner alone, because they hold command lines: sudo chown $USER \(path)"
            : "Name a file that `syslat profile -o` wrote."
        return CommandError("Can't read \(path): \(reason). \(remedy)", status: .badInput)
    }
}
