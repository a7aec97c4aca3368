import Aggregation
import CSyslatABI
import Linux
import Profile
import SyscallTable

/// The files whose code called past the vDSO, as far as the kernel side or /proc names them.
struct CallerFiles {
    private struct Place: Hashable {
        let tgid: UInt32
        let mm: UInt64
        let ip: UInt64
    }

    /// Full paths, found while the process lived.
    private var paths: [Place: String] = [:]

    /// Looks up in /proc what the kernel side gives without a folder, or not at all. For processes that live.
    mutating func resolve(_ callers: [(key: syslat_caller_key, caller: syslat_caller)]) {
        var mappings: [UInt32: [MemoryMapping]] = [:]
        for (key, caller) in callers where key.abi != UInt8(SYSLAT_VSYSCALL.rawValue) {
            let place = Place(tgid: key.tgid, mm: key.mm, ip: key.ip)
            guard paths[place] == nil, caller.state != SYSLAT_CALLER_NO_FILE.rawValue else { continue }
            if mappings[key.tgid] == nil { mappings[key.tgid] = MemoryMapping.all(of: Int32(bitPattern: key.tgid)) }
            guard let path = mappings[key.tgid]?.first(where: { $0.contains(key.ip) })?.name, path.hasPrefix("/") else { continue }
            // Another name: the process has executed another program since, or unmapped the file.
            let name = caller.text
            if name.isEmpty || path.hasSuffix("/" + name) { paths[place] = path }
        }
    }

    /// What is known of a caller's file: nil where nobody could look, empty for memory without a file.
    func file(_ key: syslat_caller_key, _ caller: syslat_caller) -> String? {
        if let path = paths[Place(tgid: key.tgid, mm: key.mm, ip: key.ip)] { return path }
        switch caller.state {
        case SYSLAT_CALLER_NAMED.rawValue: return caller.text
        case SYSLAT_CALLER_NO_FILE.rawValue: return ""
        default: return nil
        }
    }
}

/// Calls past the vDSO by process, call and file.
struct CallerCounts {
    private struct Key: Hashable {
        let pid: Int32
        let id: SyscallID
        let clock: ClockID?
    }

    private var counts: [Key: [String: UInt64]] = [:]

    init(_ callers: [(key: syslat_caller_key, caller: syslat_caller)], files: CallerFiles) {
        for (key, caller) in callers {
            guard let abi = ABI(rawValue: key.abi), let file = files.file(key, caller) else { continue }
            let id = SyscallID(abi: abi, number: key.number)
            let origin = CallOrigin(evidence: key.evidence, clock: key.clock, of: id)
            counts[Key(pid: Int32(bitPattern: key.tgid), id: id, clock: origin?.clock), default: [:]][file, default: 0] +=
                caller.calls
        }
    }

    /// The files that made one process's calls; none for a row that gathers several processes.
    func of(_ pid: Int32?, _ id: SyscallID, _ clock: ClockID?) -> [CallerFile] {
        guard let pid else { return [] }
        return (counts[Key(pid: pid, id: id, clock: clock)] ?? [:]).map { CallerFile(file: $0.key, calls: $0.value) }
    }
}

extension syslat_caller {
    /// The name, which may be any bytes.
    var text: String {
        var name = self.name
        // The array ends with a NUL, or is full.
        return unsafe withUnsafeBytes(of: &name) { unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}

extension syslat_ticks {
    /// The process's name when it was first hit.
    var text: String {
        var name = comm
        return unsafe withUnsafeBytes(of: &name) { unsafe String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}
