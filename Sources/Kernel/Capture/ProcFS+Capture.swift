import Glibc
import Linux
import SyscallTable

extension ProcFS {
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
