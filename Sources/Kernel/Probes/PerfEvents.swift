import Glibc
import Linux

/// What keeps perf events from being used.
enum PerfEvents {
    /// CAP_SYS_ADMIN, include/uapi/linux/capability.h.
    private static let administrator: UInt64 = 1 << 21

    /// The sentence for an errno of perf_event_open(2).
    static func refusal(_ code: Int32) -> ProbesError {
        let paranoia = ProcFS.text("/proc/sys/kernel/perf_event_paranoid")
        switch code {
        // Debian's kernels, and others, know one level more than Linux, at which CAP_PERFMON isn't enough.
        case EACCES where paranoia.flatMap({ Int($0) }) ?? 0 > 2 && Capabilities.inForce & administrator == 0:
            return ProbesError(
                "The kernel refuses perf events to all but root (kernel.perf_event_paranoid is \(paranoia ?? "unknown")): set it to 2, "
                    + "which asks for CAP_PERFMON alone: sysctl kernel.perf_event_paranoid=2.")
        case EACCES, EPERM:
            return ProbesError(
                "The kernel refuses perf events (kernel.perf_event_paranoid is \(paranoia ?? "unknown")): they need CAP_PERFMON, "
                    + "and in a container, permission to call perf_event_open.")
        case ENOENT, ENOSYS, EOPNOTSUPP: return ProbesError("This kernel has no perf events (CONFIG_PERF_EVENTS).")
        default: return ProbesError("perf_event_open failed: \(Errno(code)).")
        }
    }
}
