internal import Glibc

/// The few files of /proc and /sys that this module reads.
enum SmallFile {
    /// The whole of a file, without the last line break; nil where it can't be read.
    static func text(_ path: String) -> String? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            // `buffer` has as many bytes as read(2) is told.
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }
}

/// One line of /proc/PID/maps. Source: proc_pid_maps(5).
struct MemoryMapping: Sendable, Hashable {
    var start: UInt
    var end: UInt
    /// `r-xp`
    var permissions: String
    /// A path, `[vdso]`, or empty.
    var name: String

    /// nil for a line of another form.
    init?(line: some StringProtocol) {
        // Address, permissions, offset, device, inode, and the name, which may hold blanks.
        let fields = line.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: true)
        guard fields.count >= 5 else { return nil }
        let ends = fields[0].split(separator: "-")
        guard ends.count == 2, let start = UInt(ends[0], radix: 16), let end = UInt(ends[1], radix: 16), start < end else {
            return nil
        }
        self.start = start
        self.end = end
        permissions = String(fields[1])
        name = fields.count == 6 ? String(fields[5].drop { $0 == " " }) : ""
    }

    /// The lines of a maps file that can be read.
    static func all(maps: String) -> [MemoryMapping] {
        maps.split(separator: "\n").compactMap { MemoryMapping(line: $0) }
    }
}
