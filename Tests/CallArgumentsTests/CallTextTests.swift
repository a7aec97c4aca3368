import SyscallTable
import TestSupport
import Testing

@testable import CallArguments

@Suite struct CallTextTests {
    private static func call(_ name: String, _ abi: ABI = .x86_64) throws -> SyscallID {
        SyscallID(abi: abi, number: try #require(SyscallTable.number(named: name, abi: abi), "\(name)"))
    }

    private static func text(_ name: String, _ abi: ABI, _ registers: [UInt64]) throws -> String {
        ObservedCall(call: try call(name, abi), registers: registers).text
    }

    @Test func `a call is written as strace would`() throws {
        var call = ObservedCall(call: try Self.call("fsync"), registers: [4], result: .value(0))
        call.descriptorNames = [0: "/var/lib/x.wal"]
        #expect(call.text == "fsync(4</var/lib/x.wal>) = 0")

        call = ObservedCall(call: try Self.call("openat"), registers: [0xffff_ff9c, 0x7f00, 0x80000, 0o644], result: .value(3))
        call.descriptorNames = [0: "/root"]
        call.strings = [1: CapturedString(bytes: Array("/etc/passwd".utf8), isCut: false)]
        call.resultName = "/etc/passwd"
        #expect(call.text == "openat(AT_FDCWD</root>, \"/etc/passwd\", O_RDONLY|O_CLOEXEC) = 3</etc/passwd>")
        #expect(call.name == "openat")
        #expect(call.argumentsText == "AT_FDCWD</root>, \"/etc/passwd\", O_RDONLY|O_CLOEXEC")
        #expect(call.resultText == "3</etc/passwd>")

        call = ObservedCall(
            call: try Self.call("futex"), registers: [0x7f12, 0x80, 2, 0], result: CallResult(returned: -11, abi: .x86_64))
        #expect(call.text == "futex(0x7f12, FUTEX_WAIT_PRIVATE, 2, NULL) = -1 EAGAIN")

        call = ObservedCall(call: try Self.call("sendto"), registers: [5, 0x1000, 77, 0x4000, 0, 0])
        call.descriptorNames = [0: "TCP 10.0.0.1:5432->10.0.0.2:77"]
        #expect(call.text == "sendto(5<TCP 10.0.0.1:5432->10.0.0.2:77>, 0x1000, 77, MSG_NOSIGNAL, NULL, 0)")
    }

    /// One number is SO_ATTACH_FILTER to be set and SO_GET_FILTER to be read.
    @Test func `an option that is read has its own name`() throws {
        let (read, written) = (
            try Self.text("getsockopt", .x86_64, [7, 1, 26, 0, 0]), try Self.text("setsockopt", .x86_64, [7, 1, 26, 0, 0])
        )
        #expect(read == "getsockopt(7, SOL_SOCKET, SO_GET_FILTER, NULL, NULL)")
        #expect(written == "setsockopt(7, SOL_SOCKET, SO_ATTACH_FILTER, NULL, 0)")
    }

    @Test(
        arguments: [
            (ABI.x86_64, "open", [0, 0x42, 0o600], "open(NULL, O_RDWR|O_CREAT, 0600)"),
            (
                .x86_64, "clone", [0x380100, 0x7f00, 0x10, 0x20, 0x30],
                "clone(child_stack=0x7f00, flags=CLONE_VM|CLONE_SETTLS|CLONE_PARENT_SETTID|CLONE_CHILD_CLEARTID, "
                    + "parent_tid=0x10, tls=0x30, child_tidptr=0x20)"
            ),
            (
                .aarch64, "clone", [0x1080011, 0, 0, 0x30, 0x20],
                "clone(child_stack=NULL, flags=CLONE_SETTLS|CLONE_CHILD_SETTID|SIGCHLD, tls=0x30, child_tidptr=0x20)"
            ),
            (.aarch64, "openat", [0xffff_ff9c, 0, 0x4000], "openat(AT_FDCWD, NULL, O_RDONLY|O_DIRECTORY)"),
            (.x86_64, "clock_gettime", [0xffff_ff9a, 0], "clock_gettime(MAKE_PROCESS_CPUCLOCK(12, CPUCLOCK_SCHED), NULL)"),
            (.x86_64, "clock_gettime", [0xffff_ff9e, 0], "clock_gettime(MAKE_THREAD_CPUCLOCK(12, CPUCLOCK_SCHED), NULL)"),
            (.x86_64, "clock_gettime", [0xffff_ffdb, 0], "clock_gettime(FD_TO_CLOCKID(4), NULL)"),
            (.x86_64, "ioctl", [1, 0x5413, 0x7ff0], "ioctl(1, TIOCGWINSZ, 0x7ff0)"),
            (.x86_64, "ioctl", [1, 0xc018_ff07, 0], "ioctl(1, _IOC(_IOC_READ|_IOC_WRITE, 0xff, 0x7, 0x18), 0)"),
            (.x86_64, "ioctl", [1, 0x8100_4506, 0], "ioctl(1, EVIOCGNAME(256), 0)"),
            (
                .x86_64, "mmap", [0, 4096, 3, 0x22, 0xffff_ffff, 0],
                "mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0)"
            ),
            (.ia32, "pread64", [3, 0x1000, 10, 1, 2], "pread64(3, 0x1000, 10, 8589934593)"),
            (.ia32, "pwrite64", [0xdead_0000_0003, 0x1000, 10, 0xffff_ffff, 0xffff_ffff], "pwrite64(3, 0x1000, 10, -1)"),
            (.ia32, "ftruncate64", [3, 5, 1], "ftruncate64(3, 4294967301)"),
            (.ia32, "fadvise64_64", [3, 0, 1, 4096, 0, 4], "fadvise64_64(3, 4294967296, 4096, POSIX_FADV_DONTNEED)"),
            (.ia32, "_llseek", [3, 1, 2, 0x1000, 0], "_llseek(3, 4294967298, 0x1000, SEEK_SET)"),
            (.ia32, "mmap", [0xff00], "mmap(0xff00)"),
            (.ia32, "mmap2", [0, 4096, 1, 2, 3, 2], "mmap2(NULL, 4096, PROT_READ, MAP_PRIVATE, 3, 0x2000)"),
            (.ia32, "socketcall", [3, 0xff00], "socketcall(SYS_CONNECT, 0xff00)"),
            (.ia32, "ipc", [0x1_0015, 7, 0, 0xff00, 0xff10, 0], "ipc(1<<16|SHMAT, 0x7, 0, 0xff00, 0xff10, 0)"),
            (.ia32, "clock_gettime64", [1, 0xff00], "clock_gettime64(CLOCK_MONOTONIC, 0xff00)"),
            (.ia32, "futex_time64", [0xff00, 0, 1, 0], "futex_time64(0xff00, FUTEX_WAIT, 1, NULL)"),
            (.ia32, "lseek", [3, 0xffff_fffb, 2], "lseek(3, -5, SEEK_END)"),
            (.ia32, "chown", [0x1000, 0xffff, 1000], "chown(0x1000, -1, 1000)"),
            (.x32, "preadv2", [3, 0x1000, 1, 4096, 8], "preadv2(3, 0x1000, 1, 4096, RWF_NOWAIT)"),
            (.x86_64, "preadv2", [3, 0x1000, 1, 4096, 0, 8], "preadv2(3, 0x1000, 1, 4096, RWF_NOWAIT)"),
        ] as [(ABI, String, [UInt64], String)])
    func `registers are read as the ABI lays them out`(abi: ABI, name: String, registers: [UInt64], text: String) throws {
        let written = try Self.text(name, abi, registers)
        #expect(written == text)
    }

    @Test func `a call without a signature is six numbers`() {
        let unknown = SyscallID(abi: .x86_64, number: 9999)
        #expect(ObservedCall(call: unknown, registers: [1, 0, 0xff]).text == "syscall_9999(0x1, 0, 0xff, 0, 0, 0)")
        #expect(ObservedCall(call: unknown, registers: [], result: .error(38)).text == "syscall_9999(0, 0, 0, 0, 0, 0) = -1 ENOSYS")
    }

    @Test(arguments: [
        (ABI.x86_64, "mmap", Int64(0x7f00_0000_0000), "0x7f0000000000"), (.x86_64, "brk", 0, "0"),
        (.ia32, "mmap2", -0x1000_0000, "0xf0000000"),
        (.x86_64, "read", 17, "17"), (.x86_64, "read", -4095, "-1 errno_4095"), (.x86_64, "lseek", -4096, "-4096"),
        (.x86_64, "read", -512, "? ERESTARTSYS"), (.x86_64, "poll", -516, "? ERESTART_RESTARTBLOCK"),
        (.x86_64, "read", -531, "? ENOGRACE"),
        (.x86_64, "poll", 0, "0 (Timeout)"), (.x86_64, "umask", 0o22, "022"), (.x86_64, "socket", 5, "5"),
        (.ia32, "read", 0xffff_fff5, "-1 EAGAIN"),
    ])
    func `results are written by their kind`(abi: ABI, name: String, returned: Int64, text: String) throws {
        let call = ObservedCall(call: try Self.call(name, abi), registers: [], result: CallResult(returned: returned, abi: abi))
        #expect(call.resultText == text)
    }

    @Test func `the flags that fcntl returns have names`() throws {
        let call = ObservedCall(call: try Self.call("fcntl"), registers: [3, 3], result: .value(0x8002))
        #expect(call.text == "fcntl(3, F_GETFL) = 0x8002 (flags O_RDWR|O_LARGEFILE)")
    }

    @Test func `a call in flight has no result`() throws {
        let call = ObservedCall(call: try Self.call("fsync"), registers: [4])
        #expect(call.text == "fsync(4)" && call.resultText == nil)
    }

    @Test func `a text that is too long is cut inside the parentheses`() throws {
        var call = ObservedCall(call: try Self.call("linkat"), registers: [0xffff_ff9c, 1, 3, 1, 0], result: .error(2))
        let path = CapturedString(bytes: Array(repeating: 0x1b, count: 4096), isCut: false)
        call.strings = [1: path, 3: path]
        call.descriptorNames = [0: "/" + String(repeating: "d", count: 5000), 2: "pipe:[" + String(repeating: "1", count: 5000)]
        #expect(call.text.unicodeScalars.count == ObservedCall.longestText)
        #expect(call.text.hasPrefix("linkat(AT_FDCWD<…ddd") && call.text.hasSuffix("…) = -1 ENOENT"))
        call.resultName = String(repeating: "e\u{301}", count: 5000)
        call.result = .value(0)
        #expect(call.text.unicodeScalars.count == ObservedCall.longestText)
    }

    /// Whatever is in the registers: nothing traps, the text is bounded and has nothing in it that a terminal obeys.
    @Test(arguments: ABI.allCases)
    func `any registers give a bounded printable text`(abi: ABI) {
        var generator = SeededGenerator.fromEnvironment()
        let names = ["/\u{1b}[31m\"<a>\\", "…/b", "pipe:[1]", String(repeating: "\u{202e}", count: 700), "\u{10ffff}\u{10ff80}"]
        let numbers = SyscallTable.allCalls(abi: abi).map(\.number) + [-1, .min, .max, 9999]
        for number in numbers {
            for round in 0..<rounds(8) {
                let registers = (0..<Int.random(in: 0...7, using: &generator)).map { _ in
                    let word = UInt64.random(in: .min ... .max, using: &generator)
                    // All widths, and all bits set or none.
                    return [word, word >> (word & 63), 0, .max, 1 << (word & 63), word & 0xffff_ffff].randomElement(
                        using: &generator) ?? 0
                }
                var call = ObservedCall(call: SyscallID(abi: abi, number: number), registers: registers)
                if round % 4 == 0 {
                    for index in -1...7 {
                        call.descriptorNames[index] = names.randomElement(using: &generator)
                        let bytes = (0..<Int.random(in: 0...300, using: &generator)).map { _ in
                            UInt8.random(in: 0...255, using: &generator)
                        }
                        call.strings[index] = CapturedString(bytes: bytes, isCut: Bool.random(using: &generator))
                    }
                    call.resultName = names.randomElement(using: &generator)
                }
                let returned = [Int64.min, .max, 0, -1, -4095, Int64.random(in: .min ... .max, using: &generator)]
                call.result = returned.randomElement(using: &generator).map { CallResult(returned: $0, abi: abi) }
                let text = call.text
                #expect(text.unicodeScalars.count <= ObservedCall.longestText)
                let isPrintable = text.unicodeScalars.allSatisfy {
                    $0.value >= 0x20 && ![.control, .format, .privateUse].contains($0.properties.generalCategory)
                }
                #expect(isPrintable, "\(registers)")
                #expect(text.hasPrefix(call.name + "(") && text.contains(")"))
            }
        }
    }
}
