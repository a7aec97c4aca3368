import Glibc

/// The kernel's clocks, in nanoseconds.
package enum Clock {
    /// CLOCK_MONOTONIC, the clock of bpf_ktime_get_ns.
    package static var monotonic: UInt64 { now(CLOCK_MONOTONIC) ?? 0 }

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
