import LatencyHistogram
package import Profile
import SyscallTable

/// A database and a web server on a slow disk: single calls with their files and stacks.
extension Fixtures {
    /// Kept by `--slowest 3`. Each of its calls is among those of ``slowProfile``.
    package static var slowCalls: SlowCalls {
        SlowCalls(rule: .slowest(3), calls: fsyncs + reads + opens + [futex, execve], unkept: 2)
    }

    /// The same calls as `--slower 1ms,futex=900ms` would have kept them.
    package static var slowCallsByThreshold: SlowCalls {
        SlowCalls(
            rule: .slower([
                SlowThreshold(nanoseconds: 1_000_000), SlowThreshold(call: "futex", nanoseconds: 900_000_000),
            ]), calls: slowCalls.calls.filter { $0.durationNanoseconds >= 1_000_000 })
    }

    /// A profile with ``slowCalls``, and with the details of the calls in flight.
    package static var slowProfile: Profile {
        let calls = [
            call(74, beside: series(.blocked, 118, from: 402_000, tail: 3, seed: 51)),
            call(0, beside: series(.ran, 4_100, from: 310, tail: 3, seed: 52)),
            call(257, beside: series(.ran, 640, from: 2_600, tail: 2, seed: 53), errnos: [ErrnoCount(errno: 2, count: 1)]),
            call(202, beside: series(.blocked, 12, from: 210_000, tail: 3, seed: 54), errnos: [ErrnoCount(errno: 110, count: 1)]),
            call(59, beside: nil),
        ]
        return Profile(
            tool: "syslat 0.1.0", host: host, capture: capture(), balance: balance(of: calls), calls: calls,
            processes: processes(of: calls), inFlight: stuck, slowCalls: slowCalls)
    }

    /// A row that has its slow calls in it.
    private static func call(_ number: Int32, beside others: Series?, errnos: [ErrnoCount] = []) -> CallProfile {
        var series = others.map { [$0] } ?? []
        for slow in slowCalls.calls(of: .native(number)) {
            var recorder = HistogramRecorder()
            recorder.record(slow.durationNanoseconds)
            let same = series.firstIndex { $0.outcome == slow.outcome && $0.failed == (slow.errno != nil) }
            if let same {
                series[same].distribution.merge(recorder.snapshot())
            } else {
                series.append(Series(outcome: slow.outcome, failed: slow.errno != nil, distribution: recorder.snapshot()))
            }
        }
        return CallProfile(id: .native(number), series: series, errnos: errnos)
    }

    private static func slow(
        _ number: Int32, at milliseconds: UInt64, took nanoseconds: UInt64, outcome: Outcome = .blocked, result: Int64 = 0,
        pid: Int32 = 1300, tid: Int32 = 1300, comm: String = "postgres", thread: String? = nil, _ details: CallDetails
    ) -> SlowCall {
        SlowCall(
            id: .native(number), startedAtNanoseconds: start + milliseconds * 1_000_000 + 123_456,
            durationNanoseconds: nanoseconds, outcome: outcome, result: result, pid: pid,
            tid: tid, comm: comm, thread: thread, details: details)
    }

    // MARK: Calls

    /// Two of the write-ahead log, and one of a table by another thread.
    private static var fsyncs: [SlowCall] {
        func details(
            _ descriptor: UInt64, _ path: String, inode: UInt64, _ stack: [StackFrame], _ sleep: CallSleep
        ) -> CallDetails {
            CallDetails(
                arguments: [descriptor, 0x7ffc_1db4_2a10, 0, 0, 0x5, 0],
                descriptors: [
                    DescriptorArgument(argument: 0, name: "/var/lib/postgresql/15/main/" + path, device: 0xfd0_0001, inode: inode)
                ], userStack: stack, kernelStack: diskWait, sleep: sleep)
        }
        func sleep(_ count: UInt64, _ total: UInt64, _ longest: UInt64) -> CallSleep {
            CallSleep(count: count, totalNanoseconds: total, longestNanoseconds: longest)
        }
        let log = "pg_wal/000000010000000000000001"
        return [
            slow(74, at: 1_204, took: 84_211_930, details(4, log, inode: 393_251, walWriter, sleep(2, 83_902_117, 80_117_302))),
            slow(74, at: 6_880, took: 31_007_212, details(4, log, inode: 393_251, walWriter, sleep(1, 30_811_040, 30_811_040))),
            slow(
                74, at: 4_113, took: 12_900_480, tid: 1302, thread: "checkpointer",
                details(11, "base/16384/2619", inode: 401_877, [libc("fsync", 0x14, 0x10f_4a4)], sleep(3, 12_600_711, 9_004_230))),
        ]
    }

    /// A socket with stacks of code that a JIT made and that nothing names, and a pipe of a call that a signal broke off.
    private static var reads: [SlowCall] {
        let handler = [
            libc("__read", 0x4d, 0x10e_f1d),
            StackFrame(function: "LazyCompile:*onRead /srv/app/server.js:120:31", functionOffset: 0x2e, offset: 0x3f1c_2a08_112e),
            StackFrame(offset: 0x3f1c_2a07_ff40),
            StackFrame(file: "/usr/sbin/nginx", buildID: "8a1d3f0c5b7e9d2466aa0f1c3e5b7d9012345678", offset: 0x3_4f10),
        ]
        return [
            slow(
                0, at: 2_071, took: 37_551_002, result: 1_448, pid: 1234, tid: 1236, comm: "nginx", thread: "worker",
                CallDetails(
                    arguments: [7, 0x5581_c0de_2000, 16_384, 0x1, 0xffff_ffff_ffff_ffff, 0],
                    descriptors: [
                        DescriptorArgument(argument: 0, name: "TCP 10.0.0.1:443->10.0.0.2:40022", device: 8, inode: 52_114)
                    ], userStack: handler)),
            slow(
                0, at: 9_120, took: 2_300_018, result: -4, pid: 1234, tid: 1234, comm: "nginx",
                CallDetails(
                    arguments: [3, 0x7ffc_1db4_0000, 1, 0, 0, 0],
                    descriptors: [DescriptorArgument(argument: 0, name: "pipe:[48113]", device: 14, inode: 48_113)])),
        ]
    }

    /// A file that isn't there, and one whose name clears the screen, is no UTF-8 (the byte ff), and is cut off.
    private static var opens: [SlowCall] {
        func details(_ path: PathArgument) -> CallDetails {
            CallDetails(
                arguments: [0xffff_ff9c, 0x7f11_8400_2b40, 0x8_0000, 0, 0, 0], paths: [path],
                userStack: [libc("__open64", 0xcb, 0x10e_c3b)])
        }
        return [
            slow(
                257, at: 310, took: 1_210_000, outcome: .ran, result: -2, pid: 1234, tid: 1234, comm: "nginx",
                details(PathArgument(argument: 1, text: "/etc/nginx/mime.types"))),
            slow(
                257, at: 355, took: 1_050_300, outcome: .preempted, result: 9, pid: 1234, tid: 1237, comm: "nginx",
                thread: "\u{1b}]0;w\u{7}",
                details(
                    PathArgument(
                        argument: 1, text: "/srv/upload/\u{1b}[2J\u{10ffff}\u{202e}" + String(repeating: "long/", count: 40),
                        isCut: true))),
        ]
    }

    /// Waits for a lock until its time is up.
    private static var futex: SlowCall {
        slow(
            202, at: 3_000, took: 1_000_093_127, result: -110, tid: 1301,
            CallDetails(
                arguments: [0x7f11_9c00_09d0, 0x89, 2, 0x7f11_7bff_e6a0, 0, 0xffff_ffff],
                userStack: [libc("pthread_cond_timedwait", 0x1f2, 0x8_9b02)],
                kernelStack: [
                    kernel("futex_wait_queue", 0x63, 0xffff_ffff_8114_2c53), kernel("futex_wait", 0x189, 0xffff_ffff_8114_3339),
                ]))
    }

    /// Its arguments are gone with the program that gave them.
    private static var execve: SlowCall {
        slow(
            59, at: 120, took: 940_210, outcome: .ran, pid: 1410, tid: 1410, comm: "archive.sh",
            CallDetails(paths: [PathArgument(argument: 0, text: "/usr/local/bin/archive.sh")]))
    }

    /// ``inFlight`` with details, where there are any.
    private static var stuck: [InFlightCall] {
        var calls = inFlight
        calls[0].details = CallDetails(
            arguments: [12, 0x5581_c0de_8000, 512, 0xffff_ffff_ffff_ffff, 0, 8],
            descriptors: [DescriptorArgument(argument: 0, name: "anon_inode:[eventpoll]", device: 15, inode: 1_061)],
            userStack: [libc("epoll_wait", 0x56, 0x11_e4e6)],
            kernelStack: [kernel("ep_poll", 0x2f6, 0xffff_ffff_8144_1b16), kernel("do_epoll_wait", 0x9d, 0xffff_ffff_8144_21ed)])
        calls[1].details = CallDetails(arguments: [0x7f11_9c00_0a28, 0x80, 0, 0, 0, 0])
        return calls
    }

    // MARK: Stacks

    private static func libc(_ function: String, _ functionOffset: UInt64, _ offset: UInt64) -> StackFrame {
        StackFrame(
            function: function, functionOffset: functionOffset, file: "/usr/lib/x86_64-linux-gnu/libc.so.6",
            buildID: "58254ca972fe678abcc1ac66e0f22c0b7a8d3f11", offset: offset)
    }

    private static func postgres(_ function: String, _ functionOffset: UInt64, _ offset: UInt64) -> StackFrame {
        StackFrame(
            function: function, functionOffset: functionOffset, file: "/usr/lib/postgresql/15/bin/postgres",
            buildID: "0c2bd4b7f8a19e3d5c6f70819203a4b5c6d7e8f9", offset: offset)
    }

    private static func kernel(_ function: String, _ functionOffset: UInt64, _ address: UInt64, module: String? = nil)
        -> StackFrame
    {
        StackFrame(function: function, functionOffset: functionOffset, file: module, offset: address)
    }

    private static let walWriter = [
        libc("fsync", 0x14, 0x10f_4a4), postgres("issue_xlog_fsync", 0x8c, 0x1f_0bdc), postgres("XLogWrite", 0x4f1, 0x1f_1861),
        postgres("XLogBackgroundFlush", 0x20b, 0x1f_3e7b), postgres("WalWriterMain", 0x2a3, 0x49_2153),
    ]

    private static let diskWait = [
        kernel("io_schedule", 0x46, 0xffff_ffff_81c1_0d46), kernel("folio_wait_bit_common", 0x13d, 0xffff_ffff_8132_4cfd),
        kernel("ext4_sync_file", 0xd1, 0xffff_ffff_c04a_10d1, module: "ext4"),
        kernel("__x64_sys_fsync", 0x3b, 0xffff_ffff_8143_2e0b),
    ]
}
