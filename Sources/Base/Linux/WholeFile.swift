import Glibc

/// A file that gets its name when all of it is on disk: until then nothing is there, or what was there before.
///
/// It is written beside its place first, since rename(2) needs the same file system. Behind a symbolic link it is the file that is
/// replaced, not the link.
package struct WholeFile: Sendable {
    private let path: String

    /// Finds out whether the file can be written, and leaves nothing behind.
    package init(_ path: String) throws(Errno) {
        self.path = WholeFile.resolved(path) ?? path
        _ = try create()
        unsafe _ = unlink(temporary)
    }

    /// Writes the file and gives it its name. Where that fails nothing of it stays.
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

/// A file that grows under a name of its own, and gets its final one when it is whole: FILE.partial.
package struct GrowingFile: ~Copyable {
    /// Where it is until then.
    package let partialPath: String
    private let path: String
    private let descriptor: Descriptor

    /// Begins it, in place of an earlier one.
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
