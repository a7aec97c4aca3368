import Probes
import CaptureSupport
import Testing

extension Semantics {
    /// A number means nothing without the ABI by which the call was made.
    @Suite struct CallingConventionTests {
        @Test(arguments: ProgramSet.allCases)
        func `line 1: ia32 calls of a 64-bit program have rows of their own`(_ set: ProgramSet) throws {
            let (report, run) = try Report.profiling(Fixture.command("mixed.s64", "1000"), options: set.options)
            #expect(run.status == 0)
            // As x86_64 numbers they would be semget (64) and stat (4).
            #expect(report.rows == ["execve": 1, "getppid": 1000, "ia32:getppid": 1000, "ia32:write": 1000])
            #expect(report.call("write", abi: "ia32")?.errnos == ["EBADF": 1000])
            #expect(report.call("getppid", abi: "ia32")?.number == 64)
            #expect(report.balance.never_returned == 1)
            report.expectNothingLost()
        }

        @Test(arguments: ProgramSet.allCases)
        func `line 1: a 32-bit program has only ia32 rows after its execve`(_ set: ProgramSet) throws {
            let (report, run) = try Report.profiling(Fixture.command("calls.s32", "500"), options: set.options)
            #expect(run.status == 0)
            #expect(report.rows == ["execve": 1, "ia32:getppid": 500, "ia32:write": 500])
            report.expectNothingLost()
        }

        @Test(arguments: ProgramSet.allCases)
        func `line 2: an execve from 64 to 32 bits is named by its entry`(_ set: ProgramSet) throws {
            let next = try Fixture.command("calls.s32", "40")
            let (report, run) = try Report.profiling(
                [Fixture("calls.s64").path, "30", "execve"] + next, options: set.options)
            #expect(run.status == 0)
            // It leaves with number 11, which is munmap in x86_64.
            #expect(report.rows == ["execve": 2, "getppid": 30, "write": 30, "ia32:getppid": 40, "ia32:write": 40])
            report.expectNothingLost()
        }

        @Test(arguments: ProgramSet.allCases)
        func `line 2: an execve from 32 to 64 bits is named by its entry`(_ set: ProgramSet) throws {
            let next = try Fixture.command("calls.s64", "30")
            let (report, run) = try Report.profiling(
                [Fixture("calls.s32").path, "40", "execve"] + next, options: set.options)
            #expect(run.status == 0)
            #expect(
                report.rows == [
                    "execve": 1, "ia32:execve": 1, "getppid": 30, "write": 30, "ia32:getppid": 40, "ia32:write": 40,
                ])
            report.expectNothingLost()
        }

        @Test(arguments: [("calls.s64", "execveat"), ("calls.s32", "ia32:execveat")])
        func `line 2: an execveat is counted as execveat, not as execve`(_ program: String, _ row: String) throws {
            let next = try Fixture.command("calls.s64", "0")
            let (report, run) = try Report.profiling([Fixture(program).path, "0", "execveat"] + next)
            #expect(run.status == 0)
            // It leaves as execve.
            #expect(report.rows == ["execve": 1, row: 1])
            report.expectNothingLost()
        }

        @Test(arguments: ProgramSet.allCases)
        func `line 2: every return from a signal handler is counted as rt_sigreturn`(_ set: ProgramSet) throws {
            let (report, run) = try Report.profiling(Fixture.command("signal_handler", "300"), options: set.options)
            #expect(run.status == 0)
            // It leaves with number -1, which line 9 counts as a call of its own.
            #expect(report.calls("rt_sigreturn") == 300)
            #expect(report.calls("kill") == 300)
            #expect(!report.syscalls.contains { $0.number < 0 })
            report.expectNothingLost()
        }

        @Test(arguments: ProgramSet.allCases)
        func `line 9: numbers without a name have rows of their own`(_ set: ProgramSet) throws {
            let (report, run) = try Report.profiling(Fixture.command("odd_numbers.s64", "100"), options: set.options)
            #expect(run.status == 0)
            #expect(
                report.rows == [
                    "execve": 1, "syscall_9999": 100, "x32:getpid": 100, "x32:syscall_9999": 100, "syscall_-1": 100,
                    "syscall_-5": 100, "ia32:syscall_9999": 100, "ia32:syscall_-1": 100, "getpid": 100,
                ])
            #expect(report.call("getpid", abi: "x32")?.number == 39)
            #expect(report.call("syscall_-1")?.number == -1)
            for call in report.syscalls where call.name.hasPrefix("syscall_") { #expect(call.errnos == ["ENOSYS": 100]) }
            // It fails with ENOSYS too if the kernel is built without x32, as Debian's is.
            #expect([[:], ["ENOSYS": 100]].contains(report.call("getpid", abi: "x32")?.errnos))
            report.expectNothingLost()
        }
    }
}
