import Glibc
import PlainText

/// Where a command writes: every output of every command goes through here.
package enum OutputFile: ~Copyable {
    /// What takes each byte at once: standard output, a terminal, a pipe, a device, whatever a link leads to.
    case stream(OutputStream)
    /// A file that is replaced as a whole.
    case file(WholeFile)

    /// Finds out what is there, and whether it can be written.
    /// - Parameter isNew: whatever is there is an error, also if it comes until the file is written.
    package init(_ path: String, for readers: Readers, isNew: Bool = false) throws(OutputError) {
        let place = try OutputPlace(path)
        if case .other = place.occupant {
            if isNew { throw .exists }
            self = .stream(try OutputStream(place))
        } else {
            self = .file(try WholeFile(place, for: readers, isNew: isNew))
        }
    }

    /// Standard output. Errors: it is closed, or not open for writing.
    package static func standardOutput() throws(OutputError) -> OutputFile {
        let flags = fcntl(STDOUT_FILENO, F_GETFL)
        guard flags >= 0, flags & O_ACCMODE != O_RDONLY else { throw .system(Errno(EBADF)) }
        return .stream(OutputStream(standard: STDOUT_FILENO))
    }

    /// The descriptor of a stream.
    package var streamDescriptor: Int32? {
        switch self {
        case .stream(let stream): stream.descriptor
        case .file: nil
        }
    }

    /// Writes all of it: to the stream, or as the whole file.
    package borrowing func write(_ bytes: [UInt8]) throws(OutputError) {
        switch self {
        case .stream(let stream): do throws(Errno) { try stream.write(bytes) } catch { throw .system(error) }
        case .file(let file): try file.write(bytes)
        }
    }

    /// Writes the beginning of the bytes to a stream, as much as is taken without waiting, and removes it from them. Nothing for a file.
    package borrowing func offer(_ bytes: inout [UInt8]) throws(Errno) {
        switch self {
        case .stream(let stream): bytes.removeFirst(try stream.write(bytes[...], waiting: false))
        case .file: break
        }
    }

    /// Begins a file that grows in place of this one; nil of a stream, which grows by itself.
    package borrowing func growing() throws(OutputError) -> GrowingFile? {
        switch self {
        case .stream: return nil
        case .file(let file): return try file.growing()
        }
    }

    /// Whether it is a file, and the one that a path leads to.
    package borrowing func leads(to path: String) -> Bool {
        var info = stat()
        guard path.withExactBytes({ unsafe stat($0, &info) }) == 0, info.st_mode & S_IFMT == S_IFREG else { return false }
        let input = FileIdentity(info)
        switch self {
        case .stream(let stream): return stream.identity == input
        case .file(let file): return file.replaces(input)
        }
    }

    /// Whether what goes to both would be mixed, or one would replace the other.
    package borrowing func isSame(as other: borrowing OutputFile) -> Bool {
        switch self {
        case .stream(let stream):
            switch other {
            case .stream(let other): stream.isSame(as: other)
            case .file(let file): file.replaces(stream.identity)
            }
        case .file(let file):
            switch other {
            case .stream(let stream): file.replaces(stream.identity)
            case .file(let other): file.isSame(as: other)
            }
        }
    }
}

/// What takes each byte at once.
package struct OutputStream: ~Copyable {
    /// nil for a descriptor of this process's own.
    private let owned: Descriptor?
    package let descriptor: Int32
    private let kind: mode_t

    /// One of the descriptors that this process was started with.
    init(standard descriptor: Int32) { self.init(owned: nil, descriptor) }

    private init(owned: consuming Descriptor?, _ descriptor: Int32) {
        self.owned = owned
        self.descriptor = descriptor
        var info = stat()
        kind = unsafe fstat(descriptor, &info) == 0 ? info.st_mode & S_IFMT : 0
    }

    init(_ place: borrowing OutputPlace) throws(OutputError) {
        let opened = try place.open()
        // /dev/stdout by any name: a second opening would begin at the start of a file, over what the command has written.
        for standard in [STDOUT_FILENO, STDERR_FILENO] where FileIdentity(of: opened) == FileIdentity(ofDescriptor: standard) {
            self.init(standard: standard)
            return
        }
        let descriptor = opened.number
        self.init(owned: opened, descriptor)
    }

    var identity: FileIdentity? { FileIdentity(ofDescriptor: descriptor) }

    /// Devices take everything, in any order.
    borrowing func isSame(as other: borrowing OutputStream) -> Bool { kind != S_IFCHR && identity == other.identity }

    /// How long a write waits for a reader before it looks for signals.
    private static let patienceMilliseconds: Int32 = 100
    /// How often it waits so long, once a signal has ended the capture.
    private static let lastWaits = 5

    /// Writes everything. Waits for a reader that is slow, until a signal comes that ends a capture: then the error is EINTR. If one has come
    /// before, a reader that takes nothing is soon given up.
    package borrowing func write(_ bytes: [UInt8]) throws(Errno) { _ = try write(bytes[...], waiting: true) }

    /// Returns how many bytes were written: all of them, if it waits.
    fileprivate borrowing func write(_ bytes: ArraySlice<UInt8>, waiting waits: Bool) throws(Errno) -> Int {
        // A file behind a link loses its old content only when there is a new one.
        if kind == S_IFREG, owned != nil, lseek(descriptor, 0, SEEK_CUR) == 0, ftruncate(descriptor, 0) != 0 { throw .last }
        var rest = bytes
        var waitsLeft = OutputStream.lastWaits
        while !rest.isEmpty {
            var state = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
            if unsafe poll(&state, 1, waits ? OutputStream.patienceMilliseconds : 0) == 0 {
                guard waits else { break }
                waitsLeft -= 1
                if Signals.isEndPending || Signals.hasEnded && waitsLeft <= 0 { throw Errno(EINTR) }
                continue
            }
            waitsLeft = OutputStream.lastWaits
            // When poll(2) says that there is room, it is for so much at least (PIPE_BUF of pipe(7)): this doesn't block.
            let piece = kind == S_IFREG ? rest : rest.prefix(4096)
            let written = unsafe piece.withUnsafeBytes { unsafe Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if written < 0 && (errno == EINTR || errno == EAGAIN) { continue }
            guard written > 0 else { throw .last }
            rest = rest.dropFirst(written)
        }
        return bytes.count - rest.count
    }
}
