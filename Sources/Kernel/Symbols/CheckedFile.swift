import CLinux
import Glibc
import Linux
import PlainText

/// What tells a file, and each state of its contents, from all others.
struct FileID: Sendable, Hashable {
    var device: UInt64
    var inode: UInt64
    var size: Int64
    /// In nanoseconds: its last change, and the last change of its attributes, which a user can't set.
    var modified: Int64
    var changed: Int64

    init(_ info: stat) {
        func nanoseconds(_ time: timespec) -> Int64 { Int64(time.tv_sec) &* 1_000_000_000 &+ Int64(time.tv_nsec) }
        (device, inode, size) = (UInt64(info.st_dev), UInt64(info.st_ino), Int64(info.st_size))
        (modified, changed) = (nanoseconds(info.st_mtim), nanoseconds(info.st_ctim))
    }
}

/// A regular file of somebody else, found without opening it, looked at, and only then opened: no device notices, and no FIFO or lease is
/// waited for.
struct CheckedFile: ~Copyable {
    private let place: Descriptor
    let id: FileID
    let owner: UInt32
    let links: UInt64

    /// Finds a path from a folder on; see `clinux_find`.
    init(_ path: [UInt8], from folder: borrowing Descriptor, links following: clinux_links) throws(FileRefusal) {
        let bytes = path.map { CChar(bitPattern: $0) } + [0]
        // No path has a NUL inside. One that others made up would be cut there.
        guard !path.contains(0) else { throw .system(Errno(ENOENT)) }
        let number = unsafe clinux_find(folder.number, bytes, following)
        guard number >= 0 else { throw .system(.last) }
        try self.init(Descriptor(owning: number))
    }

    /// A path of this host that is trusted to lead where it does.
    init(path: String) throws(FileRefusal) {
        let number = path.withExactBytes { unsafe clinux_find(AT_FDCWD, $0, CLINUX_LINKS_ANYWHERE) }
        guard number >= 0 else { throw .system(.last) }
        try self.init(Descriptor(owning: number))
    }

    private init(_ place: consuming Descriptor) throws(FileRefusal) {
        var info = stat()
        guard unsafe fstat(place.number, &info) == 0 else { throw .system(.last) }
        guard info.st_mode & S_IFMT == S_IFREG else { throw .notRegular }
        id = FileID(info)
        owner = info.st_uid
        links = UInt64(info.st_nlink)
        self.place = place
    }

    /// Opens the very file for reading.
    consuming func open() throws(FileRefusal) -> Descriptor {
        do throws(Errno) { return try Descriptor(readingFile: "/proc/self/fd/\(place.number)") } catch {
            throw error == .notRegular ? .notRegular : .system(error)
        }
    }

    /// The same, to be read as an ELF file.
    consuming func source() throws(FileRefusal) -> ELFSource { ELFSource(try open()) }
}
