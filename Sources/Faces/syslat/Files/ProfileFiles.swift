import Glibc
import Linux
import Profile
import ProfileFile

/// Reads saved profiles, for every subcommand that takes files.
enum ProfileFiles {
    /// Reads one; `-` is standard input. Errors: a sentence with the file and the line.
    static func read(_ path: String) throws -> Profile {
        guard path != Output.standardStream else { return try read(STDIN_FILENO, path: path, name: "standard input") }
        let file: Descriptor
        do throws(Errno) { file = try Descriptor(reading: path) } catch { throw unreadable(path, error) }
        return try read(file.number, path: path, name: path)
    }

    private static func read(_ descriptor: Int32, path: String, name: String) throws -> Profile {
        var reader = ProfileFileReader(path: name)
        try Descriptor.read(descriptor, failing: { unreadable(path, $0) as any Error }, { try reader.take($0) })
        return try reader.finish()
    }

    private static func unreadable(_ path: String, _ reason: Errno) -> CommandError {
        let remedy =
            reason.code == EACCES
            ? "New profiles are for their owner alone, because they hold command lines: sudo chown $USER \(path)"
            : "Name a file that `syslat profile -o` wrote."
        return CommandError("Can't read \(path): \(reason). \(remedy)", status: .badInput)
    }
}
