import Presentation
import Profile
import ReportFixtures
import SyscallTable
import TestSupport
import Testing

@Suite struct SlowCallLineTests {
    private func call(
        thread: String? = nil, outcome: Outcome = .blocked, result: Int64 = 0, comm: String = "postgres",
        _ details: CallDetails
    ) -> SlowCall {
        SlowCall(
            id: .native(74), startedAtNanoseconds: Fixtures.start + 123_456, durationNanoseconds: 84_211_930, outcome: outcome,
            result: result, pid: 1300, tid: 1302, comm: comm, thread: thread, details: details)
    }

    private var log: CallDetails {
        CallDetails(
            arguments: [4], descriptors: [DescriptorArgument(argument: 0, name: "/var/lib/x.wal", device: 1, inode: 2)],
            userStack: [StackFrame(function: "XLogWrite", offset: 1), StackFrame(file: "/usr/bin/postgres", offset: 0x1234)],
            kernelStack: [StackFrame(offset: 0xffff_ffff_8100_0000)])
    }

    @Test func `a line of the log has what strace would show, and where the call came from`() {
        #expect(
            call(log).logLine(on: Fixtures.host)
                == "12:34:56.789123 postgres[1302] fsync(4</var/lib/x.wal>) = 0 <84.2ms> blocked at XLogWrite < postgres+0x1234")
        var bare = log
        bare.userStack = []
        #expect(
            call(thread: "wal", outcome: .ran, result: -5, bare).logLine(on: Fixtures.host)
                == "12:34:56.789123 postgres/wal[1302] fsync(4</var/lib/x.wal>) = -1 EIO <84.2ms> ran")
    }

    @Test func `the parts of a line`() {
        let line = SlowCallLine(call(thread: "checkpointer", log), on: Fixtures.host)
        #expect(line.time == "12:34:56.789" && line.duration == "84.2 ms" && line.outcome == "blocked")
        #expect(line.task == "postgres/checkpointer" && line.tid == "[1302]" && line.result == " = 0")
        #expect(line.userStack == "XLogWrite < postgres+0x1234" && line.kernelStack == "[kernel]+0xffffffff81000000")
        let nameless = SlowCallLine(call(comm: "", CallDetails()), on: Fixtures.host)
        #expect(nameless.task == "?" && nameless.call == "fsync" && nameless.userStack == nil && nameless.kernelStack == nil)
    }

    @Test(arguments: [
        (StackFrame(function: "main", file: "/bin/x", offset: 1), "main", "main"),
        (StackFrame(file: "/usr/lib/libc.so.6", offset: 0x1234), "libc.so.6+0x1234", "libc.so.6+0x1234"),
        (StackFrame(file: "/bin/x (deleted)", offset: 0), "x (deleted)+0x0", "x (deleted)+0x0"),
        (StackFrame(offset: 0x7f11), "[anon]+0x7f11", "[kernel]+0x7f11"),
        (StackFrame(function: "", file: "", offset: .max), "[anon]+0xffffffffffffffff", "[kernel]+0xffffffffffffffff"),
        (StackFrame(file: "/", offset: 2), "/+0x2", "/+0x2"),
        (StackFrame(function: "\u{1b}[2Jf", offset: 1), "\\x1b[2Jf", "\\x1b[2Jf"),
    ])
    func `frames without a function are named by their place`(frame: StackFrame, user: String, kernel: String) {
        #expect(frame.label(in: .user) == user && frame.label(in: .kernel) == kernel)
    }

    @Test func `the name of a function has an end`() {
        let frame = StackFrame(function: String(repeating: "界", count: 201), offset: 1)
        #expect(frame.label(in: .user) == String(repeating: "界", count: 200) + "…")
    }

    @Test(arguments: [
        (SlowCalls.Rule.slowest(3), "Slowest calls (up to 3 of each system call)"),
        (.slower([SlowThreshold(nanoseconds: 10_000_000)]), "Calls of 10.0 ms or more"),
        (
            .slower([
                SlowThreshold(call: "read", nanoseconds: 1_000_000), SlowThreshold(nanoseconds: 50_000_000),
            ]), "Slow calls (read 1.00 ms, others 50.0 ms or more)"
        ),
        (.slower([SlowThreshold(call: "fsync\u{1b}", nanoseconds: 5)]), "Slow calls (fsync\\x1b 5 ns or more)"),
        (.slower([]), "Slow calls"),
    ])
    func `the rule is said as it was asked for`(rule: SlowCalls.Rule, title: String) {
        #expect(SlowCalls(rule: rule).title == title)
    }

    @Test(arguments: [
        (SlowCallFilter(), "Slowest calls (up to 5 of each system call)"),
        (SlowCallFilter(comm: "post*"), "Slowest calls (up to 5 of each system call), only of post*"),
        (SlowCallFilter(comm: "a\u{1b}[2J"), "Slowest calls (up to 5 of each system call), only of a\\x1b[2J"),
        (SlowCallFilter(tids: [7]), "Slowest calls (up to 5 of each system call), only of thread 7"),
        (SlowCallFilter(tids: [7, 9]), "Slowest calls (up to 5 of each system call), only of threads 7, 9"),
        (
            SlowCallFilter(comm: "db", errnos: [11, 4000], leastNanoseconds: 1_000_000),
            "Slowest calls (up to 5 of each system call), only of db, with EAGAIN, errno_4000, of 1.00 ms or more"
        ),
    ])
    func `the title says which calls were chosen`(filter: SlowCallFilter, title: String) {
        #expect(SlowCalls(rule: .slowest(5), filter: filter).title == title)
    }

    @Test(
        arguments: [
            (
                257, [0xffff_ff9c, 0x7f00, 0, 0, 0, 0], [PathArgument(argument: 1, text: "/etc/\u{10ffff}\"x\n")], -2,
                #"openat(AT_FDCWD, "/etc/\377\"x\n", O_RDONLY) = -1 ENOENT"#
            ),
            (
                9, [0, 4096, 3, 0x22, .max, 0], [], 0x7f11_0000_0000,
                "mmap(NULL, 4096, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = 0x7f1100000000"
            ),
            (59, [], [PathArgument(argument: 0, text: "/bin/a\u{1b}", isCut: true)], 0, #"execve("/bin/a\x1b"...) = 0"#),
            (39, [1, 2, 3, 4, 5, 6], [], 4711, "getpid() = 4711"),
        ] as [(Int32, [UInt64], [PathArgument], Int64, String)])
    func `calls are written as strace does`(
        number: Int32, arguments: [UInt64], paths: [PathArgument], result: Int64, text: String
    ) {
        var call = call(CallDetails(arguments: arguments, paths: paths))
        (call.id, call.result) = (.native(number), result)
        let line = SlowCallLine(call, on: Fixtures.host)
        #expect(line.call + line.result == text)
        call.id.abi = .ia32
        #expect(SlowCallLine(call, on: Fixtures.host).call.hasPrefix("ia32:"))
    }

    @Test func `the file of a call is its first descriptor, or the path that it was given`() {
        let descriptors = [2, 0].map { DescriptorArgument(argument: $0, name: "fd\($0)", device: 0, inode: 0) }
        let paths = [PathArgument(argument: 3, text: "late"), PathArgument(argument: 1, text: "early", isCut: true)]
        #expect(CallDetails(descriptors: descriptors, paths: paths).file == "fd0")
        #expect(CallDetails(paths: paths).file == "early…" && CallDetails().file == nil)
    }

    @Test func `no text of a hostile call can control a terminal or break its line`() {
        var generator = SeededGenerator.fromEnvironment()
        for _ in 0..<rounds(16) {
            for call in Fixtures.hostileProfile(using: &generator).slowCalls?.calls ?? [] {
                let line = call.logLine(on: Fixtures.host)
                let hidden = line.unicodeScalars.filter {
                    [.control, .format, .lineSeparator, .privateUse].contains($0.properties.generalCategory)
                }
                #expect(hidden.isEmpty, "\(line)")
            }
        }
    }
}
