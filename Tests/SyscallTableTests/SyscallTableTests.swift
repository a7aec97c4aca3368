import Testing

@testable import SyscallTable

@Suite struct SyscallTableTests {
    /// The numbers come from manual pages and other tools, not from the headers that the tables are made from.
    @Test(arguments: [
        (ABI.x86_64, Int32(0), "read"), (.x86_64, 39, "getpid"), (.x86_64, 110, "getppid"), (.x86_64, 322, "execveat"),
        (.x86_64, 435, "clone3"), (.x86_64, 15, "rt_sigreturn"), (.x86_64, 334, "rseq"),
        (.ia32, 4, "write"), (.ia32, 64, "getppid"), (.ia32, 102, "socketcall"), (.ia32, 252, "exit_group"),
        (.ia32, 403, "clock_gettime64"), (.ia32, 435, "clone3"),
        (.x32, 0, "read"), (.x32, 515, "readv"), (.x32, 547, "pwritev2"), (.x32, 435, "clone3"),
        (.aarch64, 63, "read"), (.aarch64, 64, "write"), (.aarch64, 221, "execve"), (.aarch64, 435, "clone3"),
        (.arm, 3, "read"), (.arm, 4, "write"), (.arm, 64, "getppid"), (.arm, 192, "mmap2"), (.arm, 263, "clock_gettime"),
        (.arm, 270, "arm_fadvise64_64"), (.arm, 322, "openat"), (.arm, 383, "seccomp"),
    ])
    func `well-known numbers have the right names`(abi: ABI, number: Int32, name: String) {
        #expect(SyscallID(abi: abi, number: number).name == name)
        #expect(SyscallTable.number(named: name, abi: abi) == number)
    }

    /// A profile that ignored the ABI would take getppid of ia32 for semget.
    @Test func `the same number is another call in another ABI`() {
        #expect(SyscallID(abi: .x86_64, number: 64).name == "semget")
    }

    @Test(arguments: ABI.ofCalls)
    func `a number without a name is shown as syscall_N`(abi: ABI) {
        for number: Int32 in [9999, 1023, -1, .min + 1, .max, 0x4000_0000] {
            #expect(SyscallID(abi: abi, number: number).name == "syscall_\(number)")
            #expect(SyscallTable.name(of: SyscallID(abi: abi, number: number)) == nil)
        }
    }

    /// Gaps inside a table, and numbers that only x32 or only x86_64 has.
    @Test func `numbers in the gaps of a table have no name`() {
        #expect(SyscallID(abi: .ia32, number: 222).name == "syscall_222")
        #expect(SyscallID(abi: .x86_64, number: 400).name == "syscall_400")
        #expect(SyscallID(abi: .x86_64, number: 515).name == "syscall_515")
        #expect(SyscallID(abi: .x32, number: 19).name == "syscall_19")
    }

    @Test func `the calls that only Arm has are named, far above the tables`() {
        #expect(SyscallID(abi: .arm, number: 0xf0002).name == "cacheflush")
        #expect(SyscallID(abi: .arm, number: 0xf0005).name == "set_tls")
        #expect(SyscallID(abi: .arm, number: 0xf0007).name == "syscall_983047")
        #expect(SyscallID(abi: .aarch64, number: 0xf0005).name == "syscall_983045")
        #expect(SyscallTable.number(named: "set_tls", abi: .arm) == nil)
    }

    /// The kernel side has two bits for the ABI of a call.
    @Test func `the codes of an architecture's ABIs lead back to them`() {
        for architecture in Architecture.allCases {
            for abi in architecture.abis { #expect(ABI(code: abi.code, on: architecture) == abi) }
            #expect(architecture.abis.filter { $0 != .ioUring }.allSatisfy { $0.code < 4 })
            #expect(architecture.abis.contains(architecture.compatABI) && architecture.compatABI.has32Bits)
        }
        #expect(ABI(code: 4) == nil && ABI(code: 6, on: .x86_64) == .arm)
    }

    @Test func `an unknown request is shown as opcode_N`() {
        #expect(SyscallID(abi: .ioUring, number: 62).name == "pipe")
        #expect(SyscallID(abi: .ioUring, number: 250).name == "opcode_250")
    }

    @Test(arguments: ABI.ofCalls)
    func `the tables have the newest calls`(abi: ABI) {
        #expect(SyscallTable.allCalls(abi: abi).contains { $0.number >= 470 && $0.number < 512 })
        #expect(SyscallTable.number(named: "mseal", abi: abi) == 462)
    }

    @Test(arguments: ABI.allCases)
    func `the name of every call leads back to its number`(abi: ABI) {
        let calls = SyscallTable.allCalls(abi: abi)
        #expect(calls.count > (abi == .ioUring ? 60 : 300))
        #expect(calls == calls.sorted())
        #expect(Set(calls.map(\.name)).count == calls.count)
        for call in calls {
            #expect(SyscallTable.number(named: call.name, abi: abi) == call.number)
        }
        #expect(SyscallTable.allNames(in: [abi]) == calls.map(\.name).sorted())
    }

    @Test func `a name finds its calls in the given ABIs`() {
        #expect(
            SyscallTable.calls(named: "write") == [
                SyscallID(abi: .x86_64, number: 1), SyscallID(abi: .ia32, number: 4), SyscallID(abi: .x32, number: 1),
                SyscallID(abi: .aarch64, number: 64), SyscallID(abi: .ioUring, number: 23), SyscallID(abi: .arm, number: 4),
            ])
        #expect(SyscallTable.calls(named: "write", in: [.ia32]) == [SyscallID(abi: .ia32, number: 4)])
        #expect(SyscallTable.calls(named: "socketcall") == [SyscallID(abi: .ia32, number: 102)])
        #expect(SyscallTable.calls(named: "Write").isEmpty)
        #expect(SyscallTable.calls(named: "").isEmpty)
        #expect(SyscallTable.number(named: "fork", abi: .aarch64) == nil)
    }

    @Test func `the table names the package it comes from`() {
        #expect(SyscallTable.source.hasPrefix("linux-libc-dev "))
    }
}

@Suite struct ErrnoTableTests {
    @Test(arguments: [
        (Int32(1), "EPERM"), (2, "ENOENT"), (4, "EINTR"), (11, "EAGAIN"), (35, "EDEADLK"), (38, "ENOSYS"), (95, "EOPNOTSUPP"),
        (110, "ETIMEDOUT"), (133, "EHWPOISON"), (512, "ERESTARTSYS"), (513, "ERESTARTNOINTR"), (514, "ERESTARTNOHAND"),
        (515, "ENOIOCTLCMD"), (516, "ERESTART_RESTARTBLOCK"), (517, "EPROBE_DEFER"), (524, "ENOTSUPP"),
    ])
    func `well-known error numbers have the right names`(errno: Int32, name: String) {
        #expect(ErrnoTable.name(errno) == name)
    }

    @Test(arguments: [Int32(0), 41, 58, 520, 4095, -2, .min, .max])
    func `an unknown error number is shown as errno_N`(errno: Int32) {
        #expect(ErrnoTable.name(errno) == "errno_\(errno)")
    }
}

@Suite struct ArchitectureTests {
    @Test func `the ABIs of an architecture begin with its native one`() {
        #expect(Architecture.x86_64.abis == [.x86_64, .ia32, .x32, .ioUring])
        #expect(Architecture.aarch64.abis == [.aarch64, .arm, .ioUring])
        #expect(Architecture.allCases.allSatisfy { $0.abis.first == $0.nativeABI })
        #expect(Set(Architecture.allCases.flatMap(\.abis)) == Set(ABI.allCases))
    }
}
