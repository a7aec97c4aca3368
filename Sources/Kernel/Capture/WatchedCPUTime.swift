import SaturatingMath
import Aggregation
import Glibc
import Linux

/// The CPU time that the target uses, from one reading to the next.
struct WatchedCPUTime {
    private let target: Target
    /// The CPU time of each process of the target at the last reading.
    private var seen: [Int32: UInt64] = [:]
    /// The same for a cgroup or the whole system.
    private var total: UInt64 = 0

    init(_ target: Target) { self.target = target }

    /// Begins to count.
    mutating func start() {
        switch target {
        case .processes(let pids, _): for pid in pids { seen[pid] = Clock.cpu(of: pid) ?? 0 }
        case .command: break
        case .all: total = WatchedCPUTime.system()
        case .cgroup(let path): total = WatchedCPUTime.cgroup(path)
        }
    }

    /// Nanoseconds since the last reading.
    /// - Parameters:
    ///   - living: processes of the target that have made a call.
    ///   - ended: processes that have ended since the last reading.
    mutating func advance(living: [Int32], ended: [EndedProcess]) -> UInt64 {
        switch target {
        case .processes, .command: return advanceProcesses(living: living, ended: ended)
        case .all: return advance(to: WatchedCPUTime.system())
        case .cgroup(let path): return advance(to: WatchedCPUTime.cgroup(path))
        }
    }

    private mutating func advance(to now: UInt64) -> UInt64 {
        defer { total = now }
        return now > total ? now - total : 0
    }

    private mutating func advanceProcesses(living: [Int32], ended: [EndedProcess]) -> UInt64 {
        var used: UInt64 = 0
        for process in ended {
            let before = seen.removeValue(forKey: process.pid) ?? 0
            if process.cpuNanoseconds > before { used += process.cpuNanoseconds - before }
        }
        for pid in Set(living).union(seen.keys) {
            guard let now = Clock.cpu(of: pid) else { continue }
            let before = seen.updateValue(now, forKey: pid) ?? 0
            if now > before { used += now - before }
        }
        return used
    }

    /// The first line of /proc/stat (proc(5)): ticks in user, nice, system, idle, iowait, irq and softirq.
    private static func system() -> UInt64 {
        let fields = (ProcFS.text("/proc/stat") ?? "").prefix { $0 != "\n" }.split(separator: " ").dropFirst().compactMap {
            UInt64($0)
        }
        guard fields.count >= 7 else { return 0 }
        let busy = fields[0] + fields[1] + fields[2] + fields[5] + fields[6]
        return busy.multipliedSaturating(by: 1_000_000_000 / UInt64(max(1, sysconf(Int32(_SC_CLK_TCK)))))
    }

    /// cpu.stat of a cgroup (v2), which every cgroup has.
    private static func cgroup(_ path: String) -> UInt64 {
        for line in (ProcFS.text("\(path)/cpu.stat") ?? "").split(separator: "\n") {
            let parts = line.split(separator: " ")
            if parts.count == 2, parts[0] == "usage_usec" { return (UInt64(parts[1]) ?? 0).multipliedSaturating(by: 1000) }
        }
        return 0
    }
}
