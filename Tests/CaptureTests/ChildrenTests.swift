import Probes
import Capture
import CaptureSupport
import Foundation
import Testing

extension Semantics {
    /// New tasks: how their first return is counted, and that they are watched from their first instruction.
    @Suite struct ChildrenTests {
        @Test(arguments: ProgramSet.allCases, ["fork", "vfork", "clone", "clone3"])
        func `line 4: the first return of a child is not a call`(_ set: ProgramSet, _ kind: String) throws {
            let (report, run) = try Report.profiling(Fixture.command("children", kind, "400", "3"), options: set.options)
            #expect(run.status == 0)
            #expect(report.calls(kind) == 400)
            #expect(report.calls("wait4") == 400)
            #expect(report.calls("getppid") == 1200)
            #expect(report.balance.new_task_returns == 400)
            #expect(report.balance.began_before == 1)
            #expect(report.balance.never_returned == 401)
            #expect(report.balance.refused == 0)
            report.expectNothingLost()
        }

        @Test func `line 4: children in the slots of dead processes are not charged their calls`() throws {
            let program = try WaitingProgram(Fixture.gated(Fixture.command("children", "fork", "1000", "1")))
            let report = try Report.capturing(program, slotLimit: 64)
            #expect(program.wait() == 0)
            #expect(report.calls("fork") == 1000)
            #expect(report.calls("getppid") == 1000)
            #expect(report.balance.new_task_returns == 1000)
            report.expectNothingLost()
        }

        @Test(arguments: ProgramSet.allCases)
        func `line 12: children and grandchildren are watched from their first instruction`(_ set: ProgramSet) throws {
            let command = try Fixture.command("generations", "30", "7")
            let (report, run) = try Report.profiling(command, options: set.options)
            #expect(run.status == 0)
            #expect(report.calls("getppid") == 210)
            #expect(report.calls("fork") == 29)
            #expect(report.calls("wait4") == 29)
            #expect(report.balance.new_task_returns == 29)
            #expect(report.processes.count == 30)
            #expect(report.processes.allSatisfy { $0.comm == "generations" })
            // All but the first and the last make 7 getppid, a fork and a wait4.
            #expect(report.processes.filter { $0.calls == 9 }.count == 28)
            report.expectNothingLost()
        }

        @Test func `line 12: children of a process that already ran are watched`() throws {
            let program = try WaitingProgram(Fixture.gated(Fixture.command("generations", "20", "5")))
            let report = try Report.capturing(program)
            #expect(program.wait() == 0)
            #expect(report.calls("getppid") == 100)
            #expect(report.balance.began_before == 1)
            report.expectNothingLost()
        }

        @Test func `line 12: children that become other programs are watched`() throws {
            let program = try Fixture("calls.s32").path
            let (report, run) = try Report.profiling(["/bin/sh", "-c", "\(program) 30 & \(program) 12; wait"])
            #expect(run.status == 0)
            #expect(report.calls("getppid", abi: "ia32") == 42)
            #expect(report.calls("execve") == 3)
            report.expectNothingLost()
        }

        @Test(arguments: ProgramSet.allCases)
        func `line 12: only the parent is counted with --no-follow`(_ set: ProgramSet) throws {
            let command = try Fixture.command("generations", "30", "7")
            let (report, run) = try Report.profiling(command, options: ["--no-follow"] + set.options)
            #expect(run.status == 0)
            #expect(report.calls("getppid") == 7)
            #expect(report.calls("fork") == 1)
            #expect(report.calls("wait4") == 1)
            #expect(report.balance.new_task_returns == 0)
            #expect(report.processes.count == 1)
            report.expectNothingLost()
        }

        @Test func `line 12: the calls of more than ten thousand processes are all counted`() throws {
            let (report, run) = try Report.profiling(Fixture.command("children", "fork", "10050", "1"))
            #expect(run.status == 0)
            #expect(report.calls("fork") == 10_050)
            #expect(report.calls("getppid") == 10_050)
            #expect(report.balance.new_task_returns == 10_050)
            #expect(report.balance.never_returned == 10_051)
            #expect(report.processes.count == 10_051)
            #expect(report.processes.reduce(0) { $0 + $1.calls } == report.balance.completed)
            report.expectNothingLost()
        }
    }
}
