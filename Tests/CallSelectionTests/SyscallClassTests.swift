import CallSelection
import SyscallTable
import Testing

@Suite struct SyscallClassTests {
    @Test(arguments: SyscallClass.allCases)
    func `every member of a class is a known call, listed once`(of selected: SyscallClass) {
        let missing = selected.names.filter { SyscallTable.calls(named: $0).isEmpty }
        #expect(missing == [])
        #expect(Set(selected.names).count == selected.names.count)
    }

    @Test(arguments: SyscallClass.allCases, ABI.ofCalls)
    func `every class has a member in every ABI`(selected: SyscallClass, abi: ABI) {
        #expect(selected.names.contains { SyscallTable.number(named: $0, abi: abi) != nil })
    }

    @Test(arguments: [
        (SyscallClass.file, ["openat2", "statx", "fchmodat2", "execveat", "file_getattr", "setxattrat", "utimensat_time64"]),
        (.desc, ["openat2", "pidfd_open", "io_uring_setup", "cachestat", "close_range", "listmount", "epoll_pwait2", "fchroot"]),
        (.memory, ["mmap", "mseal", "brk", "pkey_alloc", "process_madvise", "map_shadow_stack", "mmap2"]),
        (.process, ["clone3", "execve", "exit_group", "waitid", "pidfd_send_signal"]),
        (.network, ["accept4", "sendmmsg", "socketcall", "recvmmsg_time64"]),
        (.signal, ["rt_sigreturn", "tgkill", "signalfd4", "pidfd_send_signal", "rt_sigtimedwait_time64"]),
        (.ipc, ["semtimedop", "shmat", "mq_open", "ipc"]),
        (.clock, ["clock_gettime", "gettimeofday", "clock_adjtime64", "time"]),
    ])
    func `each class has its expected members`(selected: SyscallClass, names: [String]) {
        #expect(names.filter { !selected.names.contains($0) } == [])
    }

    @Test(arguments: ["futex", "futex_wait", "futex_waitv", "clock_nanosleep", "getpid"])
    func `calls documented as outside every class are in none`(name: String) {
        #expect(SyscallClass.allCases.filter { $0.names.contains(name) } == [])
    }

    /// A call on a path relative to a folder takes a file name and a descriptor. The kernel's naming is a second list of them.
    @Test func `calls on a relative path are in both %file and %desc`() {
        // Other names end in "at" too: stat, and shmat, which attaches shared memory.
        let relative = SyscallTable.allNames(in: ABI.allCases).filter {
            $0.hasSuffix("at") && !$0.hasSuffix("stat") && $0 != "shmat"
        }
        #expect(relative.count > 15)
        let inBoth = Set(SyscallClass.file.names).intersection(SyscallClass.desc.names)
        // It takes a handle instead of a file name.
        #expect(relative.filter { !inBoth.contains($0) } == ["open_by_handle_at"])
    }

    @Test func `a class is written as a percent sign and its name`() {
        #expect(
            SyscallClass.allCases.map(\.notation) == [
                "%file", "%desc", "%memory", "%process", "%network", "%signal", "%ipc", "%clock",
            ])
    }
}
