import Glibc

/// A file that gets its name when all of it is on disk. Until then there is nothing, or the old file.
///
/// It is first written beside its place, because rename(2) needs the same file system. Behind a symbolic link, the file is replaced,
/// not the link.
package struct WholeFile: Sendable {
    private let path: String

    /// Finds out whether the file can be written, and leaves nothing behind.
    package init(_ path: String) throws(Errno) {
        self.path = WholeFile.resolved(path) ?? path
        _ = try create()
        unsafe _ = unlink(temporary)
    }

    /// Writes the file and gives it its name. If that fails, nothing is left behind.
    package func write(_ bytes: [UInt8]) throws(Errno) {
        let descriptor = try create()
        do throws(Errno) {
            try descriptor.write(bytes)
            guard fsync(descriptor.number) == 0, unsafe rename(temporary, path) == 0 else { throw .last }
        } catch {
            unsafe _ = unlink(temporary)
            throw error
        }
    }

    private var temporary: String { "\(path).\(getpid()).tmp" }

    private func create() throws(Errno) -> Descriptor {
        let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw .last }
        return Descriptor(owning: descriptor)
    }

    private static func resolved(_ path: String) -> String? {
        guard let found = unsafe realpath(path, nil) else { return nil }
        defer { unsafe free(found) }
        return unsafe String(cString: found)
    }
}

/// A file that grows as FILE.partial, and gets its final name when it is whole.
package struct GrowingFile: ~Copyable {
    /// Its path until then.
    package let partialPath: String
    private let path: String
    private let descriptor: Descriptor

    /// Begins it, replacing an earlier one.
    package init(_ path: String) throws(Errno) {
        self.path = path
        partialPath = "\(path).partial"
        descriptor = Descriptor(owning: unsafe open(partialPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644))
        guard descriptor.number >= 0 else { throw .last }
    }

    package borrowing func append(_ bytes: [UInt8]) throws(Errno) { try descriptor.write(bytes) }

    /// Gives it its name when all of it is on disk.
    package borrowing func finish() throws(Errno) {
        guard fsync(descriptor.number) == 0, unsafe rename(partialPath, path) == 0 else { throw .last }
    }
}
