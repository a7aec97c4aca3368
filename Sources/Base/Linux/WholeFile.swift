import CLinux
import Glibc

/// Who may read a file that we create. One that is replaced keeps its mode.
package enum Readers: Sendable {
    /// The owner alone: 0600.
    case owner
    /// As the umask says.
    case umask

    var mode: mode_t { self == .owner ? 0o600 : 0o666 }
}

/// A file that gets its name when all of it is on disk. Until then there is nothing, or the old file. It is first written beside its
/// place, because rename(2) needs the same file system.
package struct WholeFile: ~Copyable {
    private let place: OutputPlace
    private let readers: Readers
    private let isNew: Bool

    /// Finds out whether the file can be written, and leaves nothing behind.
    /// - Parameter isNew: it must not replace anything, not even what comes until it is written.
    init(_ place: consuming OutputPlace, for readers: Readers, isNew: Bool) throws(OutputError) {
        if isNew, case .file = place.occupant { throw .exists }
        if clinux_folder_only_grows(place.folder.number) != 0 { throw .folderOnlyGrows }
        let name = WholeFile.temporaryName()
        _ = try WholeFile.create(name, at: place, for: readers)
        place.remove(name)
        self.place = place
        self.readers = readers
        self.isNew = isNew
    }

    /// Writes the file and gives it its name. If that fails, nothing is left behind.
    package borrowing func write(_ bytes: [UInt8]) throws(OutputError) {
        let name = WholeFile.temporaryName()
        let file = try WholeFile.create(name, at: place, for: readers)
        do throws(OutputError) {
            do throws(Errno) { try file.write(bytes) } catch { throw .system(error) }
            try place.publish(file, from: name, replacing: !isNew)
        } catch {
            place.remove(name)
            throw error
        }
    }

    /// Begins a file that grows under the name FILE.partial, and takes this one's place.
    package borrowing func growing() throws(OutputError) -> GrowingFile { try GrowingFile(try place.copy()) }

    private static func create(
        _ name: String, at place: borrowing OutputPlace, for readers: Readers
    ) throws(OutputError) -> Descriptor {
        // Until it has the old file's owner, nobody else may read it.
        if case .nothing = place.occupant { return try place.create(name, mode: readers.mode) }
        return try place.create(name, mode: 0o600)
    }

    /// Nobody can guess it, or have taken it already. Short: the name beside it may be as long as names can be.
    private static func temporaryName() -> String { ".syslat-" + String(UInt64.random(in: .min ... .max), radix: 36) }

    /// Whether both would replace the same file.
    borrowing func isSame(as other: borrowing WholeFile) -> Bool {
        FileIdentity(of: place.folder) == FileIdentity(of: other.place.folder) && place.name == other.place.name
    }

    /// Whether it would replace this file.
    borrowing func replaces(_ file: FileIdentity?) -> Bool {
        if case .file(let old, _) = place.occupant { file == old } else { false }
    }
}

/// A file that grows as FILE.partial, and gets its final name when it is whole. For its owner alone, unless it replaces a file.
package struct GrowingFile: ~Copyable {
    private let partialName: String
    private let place: OutputPlace
    private let file: Descriptor

    /// What a file is called until it is whole.
    package static func partialName(_ name: String) -> String { "\(name).partial" }

    /// Begins it. An earlier one that was not finished is an error, and stays.
    init(_ place: consuming OutputPlace) throws(OutputError) {
        let name = GrowingFile.partialName(place.name)
        let created: Descriptor
        do throws(OutputError) { created = try place.create(name, mode: 0o600) } catch {
            guard error == .system(Errno(EEXIST)) else { throw error }
            throw .unfinished(path: GrowingFile.partialName(place.path))
        }
        partialName = name
        file = created
        self.place = place
    }

    package borrowing func append(_ bytes: [UInt8]) throws(Errno) { try file.write(bytes) }

    /// How many bytes it has.
    package var size: Int { file.size }

    /// Takes back what was appended last: it has so many bytes again.
    package borrowing func cut(to size: Int) throws(Errno) {
        guard ftruncate(file.number, size) == 0, lseek(file.number, 0, SEEK_END) >= 0 else { throw .last }
    }

    /// Gives it its name when all of it is on disk.
    package borrowing func finish() throws(OutputError) { try place.publish(file, from: partialName) }

    /// Removes it.
    package consuming func discard() { place.remove(partialName) }
}
