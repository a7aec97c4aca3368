import Probes
import Capture
import CaptureSupport
import Testing
import TestPrograms

extension Semantics {
    /// Which results are errors, which errno they have, and how the scheduler treated the call.
    @Suite struct ErrorTests {
        @Test(arguments: ProgramSet.allCases)
        func `line 8: errors are results from -4095 to -1`(_ set: ProgramSet) throws {
            let (report, run) = try Report.profiling(Fixture.command("errors.s64", "50"), options: set.options)
            #expect(run.status == 0)
            #expect(
                report.rows == [
                    "execve": 1, "pipe2": 1, "open": 51, "close": 50, "read": 50, "ia32:close": 50, "getpriority": 50,
                    "lseek": 50, "ia32:mmap": 50,
                ])
            #expect(report.call("open")?.errnos == ["ENOENT": 50])
            #expect(report.call("close")?.errnos == ["EBADF": 50])
            #expect(report.call("read")?.errnos == ["EAGAIN": 50])
            #expect(report.call("close", abi: "ia32")?.errnos == ["EBADF": 50])
            // getpriority returns 20. lseek returns -4096 as an offset, and a 32-bit mmap as an address.
            for call in [report.call("getpriority"), report.call("lseek"), report.call("mmap", abi: "ia32")] {
                #expect(call?.errors == 0)
                #expect(call?.errnos == [:])
            }
            report.expectNothingLost()
        }

        /// One interruption of a sleeping call, as the exit tracepoint reports it.
        struct Interruption: Sendable, CustomTestStringConvertible {
            var kind: String
            var call: String
            /// Calls beside the interrupted ones.
            var others: UInt64 = 0
            var errno: String
            var testDescription: String { kind }
        }

        /// The tracepoint reports what the kernel's function returned: for most interrupted calls, one of the ERESTART codes.
        /// Only after the tracepoint does the kernel decide between EINTR and a restart. A restart is another call: it enters
        /// again. epoll_wait returns EINTR itself.
        @Test(arguments: [
            Interruption(kind: "restart", call: "read", others: 1, errno: "ERESTARTSYS"),
            Interruption(kind: "read", call: "read", errno: "ERESTARTSYS"),
            Interruption(kind: "epoll", call: "epoll_wait", errno: "EINTR"),
            Interruption(kind: "pause", call: "pause", errno: "ERESTARTNOHAND"),
            Interruption(kind: "nanosleep", call: "nanosleep", errno: "ERESTART_RESTARTBLOCK"),
        ])
        func `line 8: interrupted calls have the errno that the tracepoint reports`(_ interruption: Interruption) throws {
            let program = try WaitingProgram(Fixture.command("interrupted", interruption.kind, "12"))
            let report = try Report.capturing(program)
            #expect(program.wait() == 0)
            let call = try #require(report.call(interruption.call))
            #expect(call.calls == 12 + interruption.others)
            #expect(call.errors == 12)
            #expect(call.errnos == [interruption.errno: 12])
            #expect(report.calls("rt_sigreturn") == 12)
            #expect(report.balance.began_before == 1)
            report.expectNothingLost()
        }

        @Test func `line 8: a sleep goes on in restart_syscall after a stop`() throws {
            let program = try WaitingProgram(Fixture.command("interrupted", "stop", "1"))
            let report = try Report.capturing(program)
            #expect(program.wait() == 0)
            #expect(report.call("nanosleep")?.errnos == ["ERESTART_RESTARTBLOCK": 1])
            #expect(report.calls("nanosleep") == 1)
            #expect(report.calls("restart_syscall") == 1)
            #expect(report.call("restart_syscall")?.errors == 0)
            report.expectNothingLost()
        }

        /// seccomp decides before the entry tracepoint. A refused call never enters, but the exit tracepoint reports it.
        @Test(arguments: ProgramSet.allCases)
        func `line 8: calls that seccomp refuses are counted beside the balance`(_ set: ProgramSet) throws {
            let (report, run) = try Report.profiling(Fixture.command("refused", "70"), options: set.options)
            #expect(run.status == 0)
            #expect(report.balance.refused == 70)
            #expect(report.call("getppid") == nil)
            report.expectNothingLost()
        }

        /// What each kind of `refusers` is refused, and what it makes.
        enum Refusers: String, CaseIterable {
            case filter, trap, supervisor, tracer

            var refused: Set<Report.Refused> {
                switch self {
                case .filter:
                    [
                        Report.Refused("clone3", by: "filter", error: "ENOSYS", calls: 1000),
                        Report.Refused("getuid", by: "filter", error: "EPERM", calls: 500),
                    ]
                case .trap: [Report.Refused("getuid", by: "filter", error: nil, calls: 20)]
                case .supervisor:
                    [
                        Report.Refused("getuid", by: "supervisor", error: nil, calls: 100),
                        Report.Refused("getuid", by: "supervisor", error: "EACCES", calls: 50),
                    ]
                case .tracer: [Report.Refused("getppid", by: "tracer", error: "EPERM", calls: 60)]
                }
            }

            var made: [String: UInt64] {
                switch self {
                case .filter: ["getppid": 300]
                case .trap: [:]
                case .supervisor: ["getuid": 25]
                case .tracer: ["getppid": 30]
                }
            }
        }

        @Test(arguments: ProgramSet.allCases, Refusers.allCases)
        func `line 8: refused calls have rows that tell who refused them`(_ set: ProgramSet, _ kind: Refusers) throws {
            let (report, run) = try Report.profiling(Fixture.command("refusers", kind.rawValue), options: set.options)
            #expect(run.status == 0)
            let made = report.rows.filter { ["getuid", "getppid"].contains($0.key) }
            #expect(made == kind.made)
            let refused = Set(report.refused)
            #expect(refused == kind.refused)
            #expect(report.balance.refused == report.refused.reduce(0) { $0 + $1.calls })
            report.expectNothingLost()
        }

        /// syslat makes calls before it records, and a sandbox may refuse them.
        @Test func `line 8: refused calls from before the recording have no row`() throws {
            let program = try WaitingProgram(Fixture.gated(Fixture.command("calls.s64", "50")))
            let run = try ProgramRun.run(
                Fixture.command("forbidding", "110", "1")
                    + [ProgramRun.syslat, "profile", "--format", "json", "-d", "300ms", "-p", "\(program.pid)"])
            #expect(run.status == 0, "\(run.error)")
            let report = try Report(json: run.output)
            #expect(report.refused.isEmpty && report.balance.refused == 0, "\(run.output)")
        }

        /// A thread counts as seen before even if others have used its slot since.
        @Test(arguments: ProgramSet.allCases)
        func `line 8: refused calls are told even after others used the thread's slot`(_ set: ProgramSet) throws {
            let program = try WaitingProgram(Fixture.gated(Fixture.gated(Fixture.command("refused", "70"))))
            // One thread for each slot.
            let others = try WaitingProgram(Fixture.command("blocked_threads", "read", "64", "3", "late"))
            let options = CaptureOptions(
                target: .processes([program.pid, others.pid], follow: true), programSet: set, slotLimit: 64)
            let report = try Report(
                capture(options) {
                    program.release()
                    eventually { SleepingThread(pid: program.pid, tid: program.pid)?.isIn("read", firstArgument: 0) == true }
                    others.release()
                    #expect(others.wait() == 0)
                    program.release()
                })
            #expect(program.wait() == 0)
            #expect(report.balance.refused == 70)
            #expect(report.balance.began_before == 2)
            report.expectNothingLost()
        }

        @Test(arguments: ProgramSet.allCases)
        func `line 16: outcomes tell calls that slept from calls that ran`(_ set: ProgramSet) throws {
            let (report, run) = try Report.profiling(Fixture.command("outcomes.s64", "100"), options: set.options)
            #expect(run.status == 0)
            #expect(report.rows == ["execve": 1, "getppid": 100, "nanosleep": 100])
            let sleeps = try #require(report.call("nanosleep"))
            #expect(sleeps.outcomes["blocked"]?.calls == 100)
            #expect(sleeps.min_ns >= 1_000_000)
            let works = try #require(report.call("getppid"))
            #expect(works.outcomes["blocked"] == nil)
            // Another program may have taken the CPU now and then.
            #expect((works.outcomes["ran"]?.calls ?? 0) >= 90)
            report.expectNothingLost()
        }
    }
}
