import CLinux
import Glibc

/// An open file that is closed with its owner. Close-on-exec.
struct Descriptor: ~Copyable {
    let number: Int32

    init(owning number: Int32) { self.number = number }

    /// Opens a file for reading. Throws a sentence that calls it `what`.
    init(reading path: String, as what: String) throws(KernelLabError) {
        number = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard number >= 0 else {
            throw KernelLabError("\(what) \(path) can't be read: \(KernelLabError.text(of: errno)). Check its path and its mode.")
        }
    }

    /// /dev/null, for a program that has nothing to read or to say.
    init(null: Void = ()) throws(KernelLabError) {
        number = unsafe open("/dev/null", O_RDWR | O_CLOEXEC)
        guard number >= 0 else { throw KernelLabError("/dev/null can't be opened: \(KernelLabError.text(of: errno)).") }
    }

    /// A file in memory that has no name, and so can't be left behind.
    init(unnamedFile label: String, holding bytes: [UInt8] = []) throws(KernelLabError) {
        number = unsafe clinux_unnamed_file(label)
        guard number >= 0, write(bytes) else {
            throw KernelLabError("There is no room for \(bytes.count) bytes in memory: \(KernelLabError.text(of: errno)).")
        }
    }

    deinit { if number >= 0 { close(number) } }

    /// Writes everything; false, with errno set, if that failed.
    borrowing func write(_ bytes: [UInt8]) -> Bool {
        // write(2) reads no more than `bytes` has from `start` on.
        unsafe bytes.withUnsafeBytes { buffer in
            var start = 0
            while start < buffer.count {
                let written = unsafe Glibc.write(number, buffer.baseAddress! + start, buffer.count - start)
                if written < 0 && errno == EINTR { continue }
                guard written > 0 else { return false }
                start += written
            }
            return true
        }
    }

    /// Reads to the end, but no more than `limit` bytes; nil, with errno set, if that failed.
    borrowing func read(limit: Int = .max) -> [UInt8]? {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count < limit {
            let wanted = min(buffer.count, limit - bytes.count)
            let count = unsafe Glibc.read(number, &buffer, wanted)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        return bytes
    }
}

/// Both ends of a pipe.
struct PipeEnds: ~Copyable {
    let reading: Descriptor
    let writing: Descriptor

    init() throws(KernelLabError) {
        var ends: [Int32] = [-1, -1]
        guard unsafe clinux_pipe(&ends) == 0 else {
            throw KernelLabError("A pipe can't be made: \(KernelLabError.text(of: errno)).")
        }
        reading = Descriptor(owning: ends[0])
        writing = Descriptor(owning: ends[1])
    }

    /// The reading end, once a program has been given the other: while that is open here, no end of file can come.
    consuming func closingWritingEnd() -> Descriptor { reading }
}
