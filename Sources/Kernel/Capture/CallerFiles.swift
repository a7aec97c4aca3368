import Aggregation
import Linux
import Profile
import SyscallTable

/// The files whose code called past the vDSO, if the kernel side or /proc names them.
struct CallerFiles {
    /// Full paths, found while the process was alive.
    private var paths: [CallerEntry.CodePlace: String] = [:]
    /// Processes that have unmapped their vDSO.
    private(set) var withoutVDSO: Set<Int32> = []
    /// The calls that processes made while they had one.
    private var made: Set<ProcessCall> = []
    /// The processes that were looked at for that, and their programs.
    private var programs: [Int32: UInt64] = [:]

    /// Looks up in /proc what the kernel side names without a folder, or not at all. For live processes.
    mutating func resolve(_ callers: [CallerEntry]) {
        var mappings: [Int32: [MemoryMapping]] = [:]
        for caller in callers {
            guard case .code(let place, let file) = caller.source else { continue }
            note(caller, at: place)
            let isKnown = paths[place] != nil || file == .none
            guard !isKnown || programs[place.pid] != place.program else { continue }
            if mappings[place.pid] == nil { mappings[place.pid] = MemoryMapping.all(of: place.pid) }
            noteVDSO(of: place, mappings[place.pid] ?? [])
            guard !isKnown else { continue }
            guard let path = mappings[place.pid]?.first(where: { $0.contains(place.address) })?.name, path.hasPrefix("/") else {
                continue
            }
            // Another name: the process has executed another program since, or unmapped the file.
            if case .named(let name) = file, !path.hasSuffix("/" + name) { continue }
            paths[place] = path
        }
    }

    /// Whether all of a call that a process made came after it had unmapped its vDSO, as far as is known.
    func lackedVDSO(_ call: ProcessCall) -> Bool { withoutVDSO.contains(call.pid) && !made.contains(call) }

    /// Notes what the kernel side has seen of the vDSO.
    private mutating func note(_ caller: CallerEntry, at place: CallerEntry.CodePlace) {
        switch caller.lacksVDSO {
        case true?:
            withoutVDSO.insert(place.pid)
            programs[place.pid] = place.program
        case false?: made.insert(ProcessCall(pid: caller.pid, id: caller.id, clock: caller.clock))
        case nil: break
        }
    }

    /// Notes whether a process has a vDSO. One that has ended has no mappings: nothing is known of it.
    private mutating func noteVDSO(of place: CallerEntry.CodePlace, _ mappings: [MemoryMapping]) {
        guard !mappings.isEmpty else { return }
        programs[place.pid] = place.program
        if mappings.contains(where: { $0.name == "[vdso]" }) {
            withoutVDSO.remove(place.pid)
        } else {
            withoutVDSO.insert(place.pid)
        }
    }

    /// A caller's file: nil if unknown, empty for memory without a file.
    func file(at place: CallerEntry.CodePlace, _ file: CallerEntry.File) -> String? {
        if let path = paths[place] { return path }
        return switch file {
        case .named(let name): name
        case .none: ""
        case .unknown: nil
        }
    }
}

/// A call of one process that a vDSO can serve.
struct ProcessCall: Hashable {
    let pid: Int32
    let id: SyscallID
    let clock: ClockID?
}

/// Calls past the vDSO by process, call and file.
struct CallerCounts {
    private var counts: [ProcessCall: [String: UInt64]] = [:]

    init(_ callers: [CallerEntry], files: CallerFiles) {
        for caller in callers {
            guard case .code(let place, let known) = caller.source, let file = files.file(at: place, known) else { continue }
            counts[ProcessCall(pid: caller.pid, id: caller.id, clock: caller.clock), default: [:]][file, default: 0] += caller.calls
        }
    }

    /// The files that made one process's calls; none for a row that gathers several processes.
    func of(_ pid: Int32?, _ id: SyscallID, _ clock: ClockID?) -> [CallerFile] {
        guard let pid else { return [] }
        return (counts[ProcessCall(pid: pid, id: id, clock: clock)] ?? [:]).map { CallerFile(file: $0.key, calls: $0.value) }
    }
}
