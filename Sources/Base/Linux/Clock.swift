import Glibc

/// The kernel's clocks, in nanoseconds.
package enum Clock {
    /// CLOCK_MONOTONIC outside of any time namespace, the clock of bpf_ktime_get_ns.
    package static var monotonic: UInt64 { UInt64(max(0, Int64(clamping: now(CLOCK_MONOTONIC) ?? 0) - namespaceOffset)) }

    /// The same moment for the kernel's calls, which know the clock of this process's time namespace.
    static func inNamespace(_ moment: UInt64) -> UInt64 { UInt64(max(0, Int64(clamping: moment) + namespaceOffset)) }

    /// Nanoseconds that the time namespace of this process adds to CLOCK_MONOTONIC: time_namespaces(7).
    private static let namespaceOffset: Int64 = {
        // The file has the offsets of the namespace in which children will be. Ours is another after unshare(2) without execve(2).
        guard let own = ProcFS.link("/proc/self/ns/time"), own == ProcFS.link("/proc/self/ns/time_for_children") else { return 0 }
        for line in (ProcFS.text("/proc/self/timens_offsets") ?? "").split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.count == 3, fields[0] == "monotonic", let seconds = Int64(fields[1]), let rest = Int64(fields[2]) else {
                continue
            }
            // The kernel lets no clock go beyond 146 years.
            return seconds &* 1_000_000_000 &+ rest
        }
        return 0
    }()

    /// Nanoseconds since 1970.
    package static var wall: UInt64 { now(CLOCK_REALTIME) ?? 0 }

    /// The CPU time that this process has used.
    package static var ownCPU: UInt64 { now(CLOCK_PROCESS_CPUTIME_ID) ?? 0 }

    /// The CPU time of all threads of a process, including those that have ended: clock_getcpuclockid(3). nil for a process that has
    /// ended.
    package static func cpu(of pid: Int32) -> UInt64? {
        var clock = clockid_t()
        guard unsafe clock_getcpuclockid(pid, &clock) == 0 else { return nil }
        return now(clock)
    }

    private static func now(_ clock: clockid_t) -> UInt64? {
        var time = timespec()
        guard unsafe clock_gettime(clock, &time) == 0 else { return nil }
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}
