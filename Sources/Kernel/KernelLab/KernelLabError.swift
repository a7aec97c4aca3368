import Glibc
import Linux

/// Why a kernel can't be booted or did not do its jobs: a sentence that names the thing, the reason and the remedy. If the kernel
/// itself failed, the last lines of its console follow.
package struct KernelLabError: Error, CustomStringConvertible, Sendable {
    /// What would help, if it is an option of the lab.
    package enum Remedy: Sendable, Hashable {
        /// Another program for the guest: ``BootOptions/program``.
        case staticProgram
    }

    package let description: String
    package let remedy: Remedy?

    init(_ description: String, remedy: Remedy? = nil) {
        self.description = description
        self.remedy = remedy
    }
}

/// Gets something from the system. If it refuses, throws a sentence that says what can't be done.
func obtain<Thing: ~Copyable>(_ complaint: String, _ get: () throws(Errno) -> Thing) throws(KernelLabError) -> Thing {
    do throws(Errno) { return try get() } catch { throw KernelLabError("\(complaint): \(error).") }
}

/// Both ends of a pipe to or from a program.
func pipe() throws(KernelLabError) -> PipeEnds { try obtain("A pipe can't be made", PipeEnds.init) }

/// For a program that has nothing to read or write.
func devNull() throws(KernelLabError) -> Descriptor { try obtain("/dev/null can't be opened", Descriptor.devNull) }

/// A file in memory, which is gone with its owner.
func memoryFile(_ label: String, holding bytes: [UInt8] = []) throws(KernelLabError) -> Descriptor {
    try obtain("Can't put \(bytes.count) bytes into memory") { () throws(Errno) in
        try Descriptor(unnamedFile: label, holding: bytes)
    }
}

/// The bytes of a regular file. One with more than `limit` is an error. `what` begins the sentence of an error.
func contents(of path: String, as what: String, limit: Int = .max) throws(KernelLabError) -> [UInt8] {
    do throws(Errno) {
        let file = try Descriptor(readingFile: path)
        guard file.size <= limit else { throw Errno(EFBIG) }
        let bytes = try file.read(limit: limit)
        if bytes.count == limit, try !file.read(limit: 1).isEmpty { throw Errno(EFBIG) }
        return bytes
    } catch {
        throw unreadable(path, what, error)
    }
}

func unreadable(_ path: String, _ what: String, _ error: Errno) -> KernelLabError {
    KernelLabError("\(what) \(path) can't be read: \(error). Check its path and its mode.")
}
