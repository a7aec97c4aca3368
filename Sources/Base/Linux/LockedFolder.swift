import Glibc
import PlainText

/// A folder that this process alone writes to, as long as this lives and other processes ask too: flock(2).
package struct LockedFolder: ~Copyable {
    private let descriptor: Descriptor

    /// Creates the folder if it is missing, and those above it.
    /// Errors: EWOULDBLOCK if another process has it; EACCES or EROFS if no file can be made in it; as open(2) and mkdir(2); what somebody
    /// else has put into a folder for everybody.
    package init(_ path: String) throws(OutputError) {
        try OutputPlace.refuseForeign(path)
        try LockedFolder.create(path)
        let folder = Descriptor(owning: path.withExactBytes { unsafe open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) })
        guard folder.number >= 0 else { throw .last }
        // Some file systems have no locks, and then there is none.
        guard flock(folder.number, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK else { throw .last }
        guard unsafe faccessat(folder.number, ".", W_OK | X_OK, AT_EACCESS) == 0 else { throw .last }
        descriptor = folder
    }

    private static func create(_ path: String) throws(OutputError) {
        func make() -> Bool { path.withExactBytes({ unsafe mkdir($0, 0o755) }) == 0 || errno == EEXIST }
        if make() { return }
        let above = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[..<$0]) } ?? ""
        guard errno == ENOENT, !above.isEmpty else { throw .last }
        try create(above)
        guard make() else { throw .last }
    }
}

// MARK: Its files

extension LockedFolder {
    /// What has a name in the folder.
    package struct Entry: Sendable, Hashable {
        package let name: String
        package let bytes: UInt64
        /// Links, whatever they lead to, are not.
        package let isRegularFile: Bool
    }

    /// All there is, by name.
    package borrowing func entries() -> [Entry] {
        ProcFS.names(in: descriptor).compactMap { name in
            var info = stat()
            guard name.withExactBytes({ unsafe fstatat(descriptor.number, $0, &info, AT_SYMLINK_NOFOLLOW) }) == 0 else {
                return nil
            }
            return Entry(
                name: name, bytes: UInt64(clamping: info.st_size), isRegularFile: info.st_mode & S_IFMT == S_IFREG)
        }
    }

    /// Begins a file of the folder that grows as NAME.partial: for its owner alone. Wherever the path of the folder leads by now, the file
    /// is in this one.
    package borrowing func growingFile(_ name: String) throws(OutputError) -> GrowingFile {
        try GrowingFile(try OutputPlace(name, in: descriptor))
    }

    /// Writes a file of the folder as a whole, for its owner alone.
    package borrowing func write(_ bytes: [UInt8], to name: String) throws(OutputError) {
        try WholeFile(try OutputPlace(name, in: descriptor), for: .owner, isNew: false).write(bytes)
    }

    /// Opens a file of the folder for reading. Links are not followed.
    package borrowing func reading(_ name: String) throws(Errno) -> Descriptor {
        let flags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC
        let opened = Descriptor(owning: name.withExactBytes { unsafe openat(descriptor.number, $0, flags) })
        var info = stat()
        guard opened.number >= 0, unsafe fstat(opened.number, &info) == 0 else { throw .last }
        guard info.st_mode & S_IFMT == S_IFREG else { throw .notRegular }
        return opened
    }

    package borrowing func remove(_ name: String) throws(Errno) {
        guard name.withExactBytes({ unsafe unlinkat(descriptor.number, $0, 0) }) == 0 else { throw .last }
    }

    /// What this process may still write to the file system, in bytes; nil where that isn't told.
    package borrowing func room() -> UInt64? {
        var info = statvfs()
        guard unsafe fstatvfs(descriptor.number, &info) == 0, info.f_blocks > 0 else { return nil }
        // Some of what is free may be root's alone.
        let blocks = UInt64(geteuid() == 0 ? info.f_bfree : info.f_bavail)
        let (bytes, overflow) = blocks.multipliedReportingOverflow(by: UInt64(info.f_frsize))
        return overflow ? .max : bytes
    }

    /// The process that has a folder; nil where the kernel doesn't tell, as on file systems that show another device than they lock.
    ///
    /// Source: /proc/locks of proc_locks(5): `1: FLOCK ADVISORY WRITE 1234 fd:00:5678 0 EOF`.
    package static func owner(of path: String) -> Int32? {
        var info = stat()
        guard path.withExactBytes({ unsafe stat($0, &info) }) == 0 else { return nil }
        // As makedev(3) puts them together: sys/sysmacros.h.
        let device = UInt64(info.st_dev)
        let (major, minor) = (device >> 8 & 0xfff | device >> 32 & ~0xfff, device & 0xff | device >> 12 & 0xffff_ff00)
        for line in (ProcFS.text("/proc/locks") ?? "").split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count >= 6, fields[1] == "FLOCK", let pid = Int32(fields[4]), pid > 0 else { continue }
            let file = fields[5].split(separator: ":")
            guard file.count == 3, UInt64(file[0], radix: 16) == major, UInt64(file[1], radix: 16) == minor,
                UInt64(file[2]) == UInt64(info.st_ino)
            else { continue }
            return pid
        }
        return nil
    }
}
