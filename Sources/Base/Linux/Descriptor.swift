import CLinux
import Glibc
import PlainText

/// An open file that is closed with its owner. Close-on-exec.
package struct Descriptor: ~Copyable {
    package let number: Int32

    /// Takes over an open descriptor.
    package init(owning number: Int32) { self.number = number }

    /// open(2) for reading.
    package init(reading path: String) throws(Errno) {
        number = path.withExactBytes { unsafe open($0, O_RDONLY | O_CLOEXEC) }
        guard number >= 0 else { throw .last }
    }

    /// The same for regular files alone. Anything else is ``Errno/notRegular``, a folder EISDIR; a FIFO isn't waited for.
    package init(readingFile path: String) throws(Errno) {
        number = path.withExactBytes { unsafe open($0, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) }
        guard number >= 0 else { throw .last }
        var info = stat()
        guard unsafe fstat(number, &info) == 0 else { throw .last }
        let kind = info.st_mode & S_IFMT
        guard kind == S_IFREG else { throw kind == S_IFDIR ? Errno(EISDIR) : .notRegular }
    }

    /// A folder. Errors: ENOTDIR for anything else.
    package init(folder path: String) throws(Errno) {
        number = path.withExactBytes { unsafe open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
        guard number >= 0 else { throw .last }
    }

    /// /dev/null, for a program that has nothing to read or write.
    package static func devNull() throws(Errno) -> Descriptor {
        let number = unsafe open("/dev/null", O_RDWR | O_CLOEXEC)
        guard number >= 0 else { throw .last }
        return Descriptor(owning: number)
    }

    /// A file in memory without a name, which leaves nothing behind.
    package init(unnamedFile label: String, holding bytes: [UInt8] = []) throws(Errno) {
        number = unsafe clinux_unnamed_file(label)
        guard number >= 0 else { throw .last }
        try write(bytes)
    }

    /// A descriptor that becomes readable when the process ends: pidfd_open(2), Linux 5.3.
    package init(process pid: Int32) throws(Errno) {
        number = clinux_pidfd_open(pid)
        guard number >= 0 else { throw .last }
    }

    deinit { if number >= 0 { close(number) } }

    /// How many bytes a file has; 0 for what is none.
    package var size: Int {
        var info = stat()
        return unsafe fstat(number, &info) == 0 ? Int(info.st_size) : 0
    }

    /// Writes everything.
    package borrowing func write(_ bytes: [UInt8]) throws(Errno) { try Descriptor.write(bytes, to: number) }

    /// Reads to the end, but no more than `limit` bytes.
    package borrowing func read(limit: Int = .max) throws(Errno) -> [UInt8] {
        var bytes: [UInt8] = []
        try Descriptor.read(number, limit: limit) { bytes += $0 }
        return bytes
    }

    /// The same from a place in a file, wherever others have left it.
    package borrowing func reading(from offset: Int, limit: Int = .max) throws(Errno) -> [UInt8] {
        guard lseek(number, offset, SEEK_SET) >= 0 else { throw .last }
        return try read(limit: limit)
    }

    /// Writes everything to a descriptor that it doesn't own.
    package static func write(_ bytes: [UInt8], to descriptor: Int32) throws(Errno) {
        var start = 0
        while start < bytes.count {
            // write(2) reads no more than `bytes` has from `start` on.
            let written = unsafe bytes.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress! + start, $0.count - start) }
            if written < 0 && errno == EINTR { continue }
            guard written > 0 else { throw .last }
            start += written
        }
    }

    /// Reads a descriptor to its end, or `limit` bytes of it, and hands over the data piece by piece.
    package static func read<Failure: Error>(
        _ descriptor: Int32, limit: Int = .max, failing: (Errno) -> Failure, _ take: (ArraySlice<UInt8>) throws(Failure) -> Void
    ) throws(Failure) {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        var left = limit
        while left > 0 {
            let count = unsafe Glibc.read(descriptor, &buffer, min(buffer.count, left))
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw failing(.last) }
            if count == 0 { return }
            try take(buffer[..<count])
            left -= count
        }
    }

    /// The same if only reading can fail.
    package static func read(
        _ descriptor: Int32, limit: Int = .max, _ take: (ArraySlice<UInt8>) -> Void
    ) throws(Errno) {
        try read(descriptor, limit: limit, failing: { $0 }, { bytes throws(Errno) in take(bytes) })
    }
}

/// Both ends of a pipe.
package struct PipeEnds: ~Copyable {
    package let reading: Descriptor
    package let writing: Descriptor

    package init() throws(Errno) {
        var ends: [Int32] = [-1, -1]
        guard unsafe clinux_pipe(&ends) == 0 else { throw .last }
        reading = Descriptor(owning: ends[0])
        writing = Descriptor(owning: ends[1])
    }

    /// The reading end, after the other end went to a program: as long as that is open here, there is no end of file.
    package consuming func closingWritingEnd() -> Descriptor { reading }

    /// The writing end, after the other end went to a program.
    package consuming func closingReadingEnd() -> Descriptor { writing }
}
