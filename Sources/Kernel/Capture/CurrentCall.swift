import Linux
import SyscallTable

extension ProcFS {
    /// The system call that a thread is in; nil if it is in none. The ABI is that of its program.
    static func currentCall(of tid: Int32) -> SyscallID? {
        // "running", or the number, the arguments, stack pointer and program counter: proc(5).
        guard let number = text("/proc/\(tid)/syscall")?.split(separator: " ").first.flatMap({ Int32($0) }), number >= 0 else {
            return nil
        }
        // Workers of io_uring make no calls: what stands there is the call that started them.
        guard !isKernelWorker(tid) else { return nil }
        return SyscallID(abi: is32Bit(tid) ? Architecture.current.compatABI : Architecture.current.nativeABI, number: number)
    }

    /// PF_IO_WORKER among the flags of the thread: include/linux/sched.h, proc_pid_stat(5).
    private static func isKernelWorker(_ tid: Int32) -> Bool {
        // The name before them may have blanks and parentheses.
        let fields = text("/proc/\(tid)/stat")?.split(separator: ")").last?.split(separator: " ")
        return fields.flatMap { $0.count > 6 ? UInt64($0[6]) : nil }.map { $0 & 0x10 != 0 } ?? false
    }

    /// EI_CLASS of the program's ELF header.
    private static func is32Bit(_ pid: Int32) -> Bool {
        guard let header = try? Descriptor(reading: "/proc/\(pid)/exe").read(limit: 5) else { return false }
        return header.count == 5 && header[4] == 1
    }
}
