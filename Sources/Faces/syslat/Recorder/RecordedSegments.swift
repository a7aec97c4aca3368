import FlightRecorder
import Glibc
import Linux
import Profile
import ProfileFile

/// The segments in the folder of a recorder, for those who only read: the recorder may be at work.
enum RecordedSegments {
    /// All of them as one profile, oldest first.
    /// Errors: a sentence with the file; none of them is there.
    static func read(_ folder: String) throws -> Profile {
        var parts: [Profile] = []
        var last: (any Error)?
        for name in names(in: folder) {
            do {
                if let found = try segment("\(folder)/\(name)") { parts.append(found) }
            } catch let error as ProfileFileError where error.isTooShort {
                // The one that has just begun has no interval yet.
                last = error
            }
        }
        if let joined = parts.joined() { return joined }
        if let last { throw last }
        throw CommandError(
            "\(folder) is a folder without segments of `syslat record`. Name a file that `syslat profile -o` wrote.",
            status: .badInput)
    }

    private static func names(in folder: String) -> [String] {
        let names = ProcFS.names(in: folder)
        let all = Set(names)
        return names.compactMap { name -> (number: UInt64, name: String)? in
            guard let file = RecordedFile(name: name), file.kind == .segment else { return nil }
            // One that was finished while its recorder was killed is there twice.
            guard !file.isPartial || !all.contains(finished(name)) else { return nil }
            return (file.number, name)
        }.sorted { $0.number < $1.number }.map(\.name)
    }

    private static func finished(_ name: String) -> String { String(name.dropLast(".partial".count)) }

    /// nil if the recorder has dropped it meanwhile.
    private static func segment(_ path: String) throws -> Profile? {
        if ProcFS.mayAccess(path, F_OK) { return try ProfileFiles.read(path) }
        // It has got its name.
        let whole = path.hasSuffix(".partial") ? finished(path) : path
        return try ProcFS.mayAccess(whole, F_OK) ? ProfileFiles.read(whole) : nil
    }
}
