import CLinux
import Glibc
import PlainText

/// Why a file can't be written as it is named.
package enum OutputError: Error, Hashable, Sendable {
    case system(Errno)
    /// Somebody else (this user id) has put something into a folder that everybody may write to.
    case belongsToOther(owner: UInt32)
    /// Somebody else (this user id) has made a symbolic link on the way.
    case linkOfOther(owner: UInt32)
    /// A socket, which can't be opened.
    case isSocket
    /// Names can be added to its folder, and neither removed nor replaced (`chattr +a`).
    case folderOnlyGrows
    /// A symbolic link to a file that doesn't exist.
    case leadsNowhere
    /// A FIFO that no program reads.
    case hasNoReader
    /// An earlier profile that was not finished, by its path.
    case unfinished(path: String)
    /// There is something of that name already, and it must not be replaced.
    case exists
}

/// A name in a folder, as a command line gives it, looked at once. The folder stays open: whatever its path leads to later, what is written
/// goes where it was then.
///
/// A link that somebody else has made, neither this user nor root, is not followed, wherever it is. In a folder that everybody may write to
/// (/tmp), what belongs to somebody else is not replaced either, as with fs.protected_regular of proc_sys_fs(5), whatever that is set to.
package struct OutputPlace: ~Copyable {
    /// What is there.
    enum Occupant {
        case nothing
        case file(FileIdentity, FileAttributes)
        /// A device, a FIFO, a socket, or whatever a link leads to.
        case other
    }

    /// As it was given.
    let path: String
    let folder: Descriptor
    let name: String
    let occupant: Occupant

    package init(_ path: String) throws(OutputError) {
        let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
        let name = slash.map { String(path[path.utf8.index(after: $0)...]) } ?? path
        guard !name.isEmpty else { throw .system(Errno(EISDIR)) }
        let parent = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let folder = try FolderPath.open(parent)
        occupant = try OutputPlace.occupant(of: name, in: folder)
        self.path = path
        self.name = name
        self.folder = folder
    }

    /// A name in a folder that is open. Errors: as above.
    init(_ name: String, in folder: borrowing Descriptor) throws(OutputError) {
        let own = Descriptor(owning: fcntl(folder.number, F_DUPFD_CLOEXEC, 3))
        guard own.number >= 0 else { throw .last }
        occupant = try OutputPlace.occupant(of: name, in: own)
        path = name
        self.name = name
        self.folder = own
    }

    private init(_ other: borrowing OutputPlace, folder: consuming Descriptor) {
        (path, name, occupant) = (other.path, other.name, other.occupant)
        self.folder = folder
    }

    /// The same place with a descriptor of its own.
    func copy() throws(OutputError) -> OutputPlace {
        let folder = Descriptor(owning: fcntl(folder.number, F_DUPFD_CLOEXEC, 3))
        guard folder.number >= 0 else { throw .last }
        return OutputPlace(self, folder: folder)
    }

    private static func occupant(of name: String, in folder: borrowing Descriptor) throws(OutputError) -> Occupant {
        var info = stat()
        guard name.withExactBytes({ unsafe fstatat(folder.number, $0, &info, AT_SYMLINK_NOFOLLOW) }) == 0 else {
            guard errno == ENOENT else { throw .last }
            return .nothing
        }
        try refuseForeign(info, in: folder)
        switch info.st_mode & S_IFMT {
        case S_IFREG:
            guard name.withExactBytes({ unsafe faccessat(folder.number, $0, W_OK, AT_EACCESS) }) == 0 else { throw .last }
            return .file(FileIdentity(info), FileAttributes(info))
        case S_IFDIR: throw .system(Errno(EISDIR))
        case S_IFSOCK: throw .isSocket
        default: return .other
        }
    }

    /// The same for a folder that is to be written to.
    static func refuseForeign(_ folder: String) throws(OutputError) {
        let name = folder.utf8.last == UInt8(ascii: "/") ? String(folder.dropLast()) : folder
        do throws(OutputError) { _ = try OutputPlace(name) } catch {
            switch error {
            case .belongsToOther, .linkOfOther: throw error
            default: break
            }
        }
    }

    /// Links of others, and what fs.protected_regular and protected_fifos refuse, also where they are off.
    private static func refuseForeign(_ occupant: stat, in folder: borrowing Descriptor) throws(OutputError) {
        if occupant.st_mode & S_IFMT == S_IFLNK { try FolderPath.checkLink(occupant) }
        var info = stat()
        guard unsafe fstat(folder.number, &info) == 0 else { throw .last }
        let isOpenToAll = info.st_mode & S_IWOTH != 0 || info.st_mode & (S_ISVTX | S_IWGRP) == S_ISVTX | S_IWGRP
        guard isOpenToAll, occupant.st_uid != geteuid(), occupant.st_uid != info.st_uid else { return }
        throw .belongsToOther(owner: occupant.st_uid)
    }

    /// Opens what is there for writing. Only the kernel follows a link. Nothing is created or cut yet, and a FIFO isn't waited for.
    func open() throws(OutputError) -> Descriptor {
        let flags = O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC
        let opened = Descriptor(owning: name.withExactBytes { unsafe openat(folder.number, $0, flags) })
        if opened.number >= 0 { return opened }
        switch errno {
        case ENXIO: throw .hasNoReader
        case ENOENT: throw .leadsNowhere
        default: throw .last
        }
    }

    /// Creates a file of another name in the same folder, which nobody else has had in hand.
    func create(_ name: String, mode: mode_t) throws(OutputError) -> Descriptor {
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC
        let created = Descriptor(owning: name.withExactBytes { unsafe openat(folder.number, $0, flags, mode) })
        guard created.number >= 0 else { throw .last }
        return created
    }

    /// Gives a file of the folder the name of the place, with the mode and the owner of what it replaces, once all of it is on disk.
    /// - Parameter replacing: if not, a file of that name that has come meanwhile is an error.
    func publish(_ file: borrowing Descriptor, from temporary: String, replacing: Bool = true) throws(OutputError) {
        if case .file(_, let attributes) = occupant { try attributes.give(to: file) }
        guard fsync(file.number) == 0 else { throw .last }
        guard FileIdentity(of: temporary, in: folder) == FileIdentity(of: file) else { throw .system(Errno(ESTALE)) }
        let result = temporary.withExactBytes { old in
            name.withExactBytes { new in
                replacing
                    ? unsafe renameat(folder.number, old, folder.number, new)
                    : unsafe linkat(folder.number, old, folder.number, new, 0)
            }
        }
        guard result == 0 else { throw errno == EEXIST ? .exists : .last }
        if !replacing { remove(temporary) }
    }

    func remove(_ name: String) { _ = name.withExactBytes { unsafe unlinkat(folder.number, $0, 0) } }
}

extension OutputError {
    /// Of the system call that has just failed.
    static var last: OutputError { .system(.last) }
}

/// Which file it is, whatever its names are.
package struct FileIdentity: Hashable, Sendable {
    private let device: UInt
    private let number: UInt

    init(_ info: stat) { (device, number) = (UInt(info.st_dev), UInt(info.st_ino)) }

    /// nil if there is none.
    init?(of name: String, in folder: borrowing Descriptor) {
        var info = stat()
        guard name.withExactBytes({ unsafe fstatat(folder.number, $0, &info, AT_SYMLINK_NOFOLLOW) }) == 0 else { return nil }
        self.init(info)
    }

    /// nil if the descriptor isn't open.
    package init?(of descriptor: borrowing Descriptor) { self.init(ofDescriptor: descriptor.number) }

    package init?(ofDescriptor descriptor: Int32) {
        var info = stat()
        guard unsafe fstat(descriptor, &info) == 0 else { return nil }
        self.init(info)
    }
}

/// What a file that is replaced hands on.
struct FileAttributes {
    private let owner: uid_t
    private let group: gid_t
    private let mode: mode_t

    init(_ info: stat) { (owner, group, mode) = (info.st_uid, info.st_gid, info.st_mode & 0o777) }

    /// Where the owner can't be kept, at least nobody else gets to read it: the new group loses what the old one was allowed.
    func give(to file: borrowing Descriptor) throws(OutputError) {
        let keepsGroup = fchown(file.number, owner, group) == 0 || fchown(file.number, uid_t.max, group) == 0
        guard fchmod(file.number, keepsGroup ? mode : mode & ~0o070) == 0 else { throw .last }
    }
}
