import Glibc
import PlainText

/// What /proc and /sys say. Every reader gives nil for what is not there.
package enum ProcFS {
    /// Whether /proc is there, and whether /sys is.
    package static var isMounted: Bool { mayAccess("/proc/self", F_OK) }
    package static var hasSys: Bool { mayAccess("/sys/kernel", F_OK) }

    /// The whole of a small file, or the first `limit` bytes or a little more, without the last line break.
    package static func text(_ path: String, limit: Int = 1 << 20) -> String? {
        bytes(path, limit: limit).map { String(decoding: $0, as: UTF8.self) }
    }

    private static func bytes(_ path: String, limit: Int = 1 << 20) -> [UInt8]? {
        guard let file = try? Descriptor(reading: path) else { return nil }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while bytes.count < limit {
            // `buffer` has as many bytes as read(2) is told.
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(file.number, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        while bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        return bytes
    }

    /// What a symbolic link of /proc says, such as `pid:[4026531836]`.
    package static func link(_ path: String) -> String? {
        var buffer = [CChar](repeating: 0, count: 4096)
        let length = path.withExactBytes { unsafe readlink($0, &buffer, buffer.count) }
        guard length > 0 else { return nil }
        return String(decoding: buffer[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// access(2): whether this process may use a file in the given way; sets errno where not.
    package static func mayAccess(_ path: String, _ mode: Int32) -> Bool {
        path.withExactBytes { unsafe access($0, mode) } == 0
    }

    /// The value of `key:` in a file of such lines, like /proc/PID/status.
    package static func field(_ key: String, in path: String) -> String? {
        guard let bytes = bytes(path) else { return nil }
        // Compared as bytes: a live view asks this of thousands of threads.
        for line in bytes.split(separator: UInt8(ascii: "\n")) where line.starts(with: key.utf8) {
            let rest = line.dropFirst(key.utf8.count)
            let value = rest.drop { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
            guard value.first == UInt8(ascii: ":") else { continue }
            return String(decoding: value.dropFirst(), as: UTF8.self)[...].trimmed
        }
        return nil
    }

    /// A process's or thread's name.
    package static func comm(of pid: Int32) -> String? { text("/proc/\(pid)/comm") }

    /// What a process calls itself: its first argument, or what it has put there. nil of kernel threads and zombies. At most
    /// ``longestTitle`` characters, with an ellipsis where there were more.
    package static func title(of pid: Int32) -> String? {
        // The arguments end with a NUL each. Some programs overwrite all of them with one text, padded with blanks or NULs.
        guard let first = text("/proc/\(pid)/cmdline", limit: 4096)?.prefix(while: { $0 != "\0" }).trimmed, !first.isEmpty else {
            return nil
        }
        return first.count <= longestTitle ? first : first.prefix(longestTitle - 1) + "…"
    }

    package static let longestTitle = 128

    /// The process that a thread belongs to.
    package static func threadGroup(of tid: Int32) -> Int32? { field("Tgid", in: "/proc/\(tid)/status").flatMap { Int32($0) } }

    /// The CPUs that are online, in rising order. Only the first where that can't be read.
    package static func onlineCPUs() -> [Int] { cpus("online") ?? [0] }

    /// The CPUs that may ever be online, in rising order; nil where that can't be read.
    package static func possibleCPUs() -> [Int]? { cpus("possible") }

    /// CPUs as /sys lists them: `0-3,6`.
    private static func cpus(_ state: String) -> [Int]? {
        let list = (text("/sys/devices/system/cpu/\(state)") ?? "").split(separator: ",").flatMap { part -> [Int] in
            let ends = part.split(separator: "-").compactMap { Int($0) }
            guard let first = ends.first, let last = ends.last, first <= last else { return [] }
            return Array(first...last)
        }
        return list.isEmpty ? nil : list
    }

    /// The names in a folder, in order.
    package static func names(in folder: String) -> [String] {
        guard let handle = folder.withExactBytes({ unsafe opendir($0) }) else { return [] }
        return unsafe names(handle)
    }

    /// The same of a folder that is open.
    static func names(in folder: borrowing Descriptor) -> [String] {
        let own = unsafe openat(folder.number, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard own >= 0 else { return [] }
        guard let handle = unsafe fdopendir(own) else {
            close(own)
            return []
        }
        return unsafe names(handle)
    }

    /// Closes it.
    private static func names(_ handle: OpaquePointer) -> [String] {
        defer { unsafe _ = closedir(handle) }
        var names: [String] = []
        while let entry = unsafe readdir(handle) {
            // d_name ends with a NUL inside the entry, which is valid until the next readdir.
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) {
                unsafe $0.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
            }
            if !name.hasPrefix(".") { names.append(name) }
        }
        return names.sorted()
    }
}

extension Substring {
    /// Without blanks and tabs at either end.
    fileprivate var trimmed: String {
        var slice = self
        while let first = slice.first, first == " " || first == "\t" { slice.removeFirst() }
        while let last = slice.last, last == " " || last == "\t" { slice.removeLast() }
        return String(slice)
    }
}
