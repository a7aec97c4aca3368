internal import Glibc
internal import SyscallTable

/// What /proc and /sys say. Every reader gives nil for what is not there.
enum ProcFS {
    /// The whole of a small file, without the last line break.
    static func text(_ path: String) -> String? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while bytes.count < 1 << 20 {
            // `buffer` has as many bytes as read(2) is told.
            let count = unsafe buffer.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { break }
            bytes += buffer[..<count]
        }
        while bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// access(2): whether this process may use a file in the given way; sets errno where not.
    static func mayAccess(_ path: String, _ mode: Int32) -> Bool { unsafe access(path, mode) == 0 }

    /// The value of `key:` in a file of such lines, like /proc/PID/status.
    static func field(_ key: String, in path: String) -> String? {
        guard let text = text(path) else { return nil }
        for line in text.split(separator: "\n") {
            guard let colon = line.firstIndex(of: ":"), line[..<colon].trimmed == key else { continue }
            return line[line.index(after: colon)...].trimmed
        }
        return nil
    }

    /// A process's or thread's name.
    static func comm(of pid: Int32) -> String? { text("/proc/\(pid)/comm") }

    /// The process that a thread belongs to.
    static func threadGroup(of tid: Int32) -> Int32? { field("Tgid", in: "/proc/\(tid)/status").flatMap { Int32($0) } }

    /// The system call that a thread is in; nil if it is in none. The ABI is that of its program.
    static func currentCall(of tid: Int32) -> SyscallID? {
        // "running", or the number, the arguments, stack pointer and program counter: proc(5).
        guard let number = text("/proc/\(tid)/syscall")?.split(separator: " ").first.flatMap({ Int32($0) }), number >= 0 else {
            return nil
        }
        return SyscallID(abi: is32Bit(tid) ? .ia32 : Architecture.current.nativeABI, number: number)
    }

    /// EI_CLASS of the program's ELF header.
    private static func is32Bit(_ pid: Int32) -> Bool {
        let descriptor = unsafe open("/proc/\(pid)/exe", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var header = [UInt8](repeating: 0, count: 5)
        return unsafe read(descriptor, &header, header.count) == header.count && header[4] == 1
    }

    /// A mapping of a process that has a file.
    struct Mapping {
        let range: Range<UInt64>
        let path: String
    }

    /// The mappings with a file of a process that lives: /proc/PID/maps, proc(5).
    static func mappings(of pid: Int32) -> [Mapping] {
        (text("/proc/\(pid)/maps") ?? "").split(separator: "\n").compactMap { line in
            // Range, permissions, offset, device, inode, and the path, which may have blanks in it.
            let fields = line.split(separator: " ", maxSplits: 5, omittingEmptySubsequences: true)
            guard fields.count == 6, let slash = fields[5].firstIndex(of: "/") else { return nil }
            let ends = fields[0].split(separator: "-").compactMap { UInt64($0, radix: 16) }
            guard ends.count == 2, ends[0] < ends[1] else { return nil }
            return Mapping(range: ends[0]..<ends[1], path: String(fields[5][slash...]))
        }
    }

    /// The CPUs that are online, as /sys lists them: `0-3,6`. Only the first where that can't be read.
    static func onlineCPUs() -> [Int] {
        let list = (text("/sys/devices/system/cpu/online") ?? "").split(separator: ",").flatMap { part -> [Int] in
            let ends = part.split(separator: "-").compactMap { Int($0) }
            guard let first = ends.first, let last = ends.last, first <= last else { return [] }
            return Array(first...last)
        }
        return list.isEmpty ? [0] : list
    }

    /// The names in a folder, in order.
    static func names(in folder: String) -> [String] {
        guard let handle = unsafe opendir(folder) else { return [] }
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

    /// strerror(3), in lower case as it stands inside a sentence.
    static func errorText(_ code: Int32) -> String {
        guard let text = unsafe strerror(code) else { return "error \(code)" }
        return unsafe String(cString: text).lowercased()
    }

    /// CLOCK_MONOTONIC, the clock of bpf_ktime_get_ns.
    static func monotonicNanoseconds() -> UInt64 { clock(CLOCK_MONOTONIC) }

    /// Nanoseconds since 1970.
    static func wallNanoseconds() -> UInt64 { clock(CLOCK_REALTIME) }

    private static func clock(_ id: clockid_t) -> UInt64 {
        var time = timespec()
        unsafe clock_gettime(id, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// CPU time that this process has used.
    static func ownCPUNanoseconds() -> UInt64 { clock(CLOCK_PROCESS_CPUTIME_ID) }
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
