import Capture
import CaptureSupport
import Foundation
import Probes
import Testing

extension Semantics {
    /// Programs that perf events run, on a kernel that doesn't need them: the same counts, by the same lines.
    @Suite struct ClassicHookTests {
        private func profile(_ set: ProgramSet, _ fixture: String, _ arguments: String..., follow: Bool = true) throws -> Report {
            let command = try ResolvedCommand([Fixture(fixture).path] + arguments)
            var options = CaptureOptions(target: .command(command, follow: follow), programSet: set)
            options.hook = .classic
            let report = try Report(capture(options))
            report.expectNothingLost()
            return report
        }

        @Test(arguments: ProgramSet.allCases)
        func `line 1: calls of both ABIs and of odd numbers have their rows`(_ set: ProgramSet) throws {
            #expect(
                try profile(set, "mixed.s64", "300").rows
                    == ["execve": 1, "getppid": 300, "ia32:getppid": 300, "ia32:write": 300])
            #expect(
                try profile(set, "odd_numbers.s64", "50").rows == [
                    "execve": 1, "syscall_9999": 50, "x32:getpid": 50, "x32:syscall_9999": 50, "syscall_-1": 50, "syscall_-5": 50,
                    "ia32:syscall_9999": 50, "ia32:syscall_-1": 50, "getpid": 50,
                ])
        }

        @Test(arguments: ProgramSet.allCases)
        func `line 2: an execve into the other ABI is named by its entry`(_ set: ProgramSet) throws {
            let report = try profile(set, "calls.s64", "30", "execve", Fixture("calls.s32").path, "40")
            #expect(report.rows == ["execve": 2, "getppid": 30, "write": 30, "ia32:getppid": 40, "ia32:write": 40])
        }

        @Test(arguments: ProgramSet.allCases)
        func `line 12: children are followed, or are not`(_ set: ProgramSet) throws {
            let report = try profile(set, "generations", "20", "7")
            #expect(report.calls("getppid") == 140 && report.calls("fork") == 19 && report.calls("wait4") == 19)
            #expect(report.balance.never_returned == 20 && report.balance.new_task_returns == 19)
            #expect(try profile(set, "generations", "20", "7", follow: false).calls("getppid") == 7)
        }

        @Test(arguments: ProgramSet.allCases)
        func `line 5: every call of short threads is counted`(_ set: ProgramSet) throws {
            let report = try profile(set, "short_threads", "300", "10")
            #expect(report.calls("getppid") == 3000)
            #expect(report.balance.never_returned == 301 && report.balance.in_flight == 0)
        }

        @Test(arguments: ProgramSet.allCases)
        func `line 8: calls that seccomp refuses are told from skipped ones`(_ set: ProgramSet) throws {
            let report = try profile(set, "refused", "70")
            #expect(
                report.balance.refused == 70 && report.balance.unmeasured == (set == .fastSampling ? report.balance.unmeasured : 0))
            #expect(report.call("getppid") == nil)
        }

        @Test(arguments: ProgramSet.allCases)
        func `line 41: requests to io_uring are counted`(_ set: ProgramSet) throws {
            let report = try profile(set, "requests", "nop", "200")
            let requests = try #require(report.requests)
            #expect(requests == Report.Requests(submitted: 200, completed: 200))
        }
    }
}
