import Probes
import Capture
import CaptureSupport
import Foundation
import Testing

extension Semantics {
    /// Threads end inside exit or are killed inside a call, and their slots are free again.
    @Suite struct TaskEndTests {
        @Test(arguments: [(ProgramSet.typed, UInt64(20_000)), (ProgramSet.raw, UInt64(2_000))])
        func `line 5: every call of thousands of short threads is counted`(_ set: ProgramSet, _ threads: UInt64) throws {
            let (report, run) = try Report.profiling(
                Fixture.command("short_threads", "\(threads)", "10"), options: set.options)
            #expect(run.status == 0)
            #expect(report.calls("getppid") == threads * 10)
            // exit of each thread and exit_group of the process.
            #expect(report.balance.never_returned == threads + 1)
            #expect(report.balance.new_task_returns == threads)
            #expect(report.balance.in_flight == 0)
            report.expectNothingLost()
        }

        @Test(arguments: ProgramSet.allCases)
        func `line 26: a process keeps the name of its first thread when another ends last`(_ set: ProgramSet) throws {
            let (report, run) = try Report.profiling(Fixture.command("named_threads"), options: set.options)
            #expect(run.status == 0)
            #expect(report.processes.map(\.comm) == ["named_threads"])
            #expect(report.calls("getppid") == 100)
            report.expectNothingLost()
        }

        /// Linux lets a killed call return first, with an error that the program never sees: the signal is taken after the exit
        /// tracepoint. Such a call has completed. Only a call that has not counts as never returned.
        @Test(arguments: ProgramSet.allCases, ["read", "nanosleep", "futex"])
        func `line 5: threads killed inside a call leave nothing in flight`(_ set: ProgramSet, _ kind: String) throws {
            let program = try WaitingProgram(Fixture.command("blocked_threads", kind, "40", "5", "stay"))
            let report = try Report.capturing(program, set: set) {
                SleepingThread.wait(for: 40, of: program.pid, in: kind)
                eventually { SleepingThread(pid: program.pid, tid: program.pid)?.isIn("pause") == true }
                program.signal(SIGKILL)
            }
            program.wait()
            let call = try #require(report.call(kind))
            #expect(call.calls == 40)
            #expect(call.errors == 40)
            #expect(Set(call.errnos.keys).isSubset(of: ["ERESTARTSYS", "ERESTART_RESTARTBLOCK", "ERESTARTNOHAND"]))
            #expect(report.call("pause")?.errnos == ["ERESTARTNOHAND": 1])
            #expect(report.calls("getppid") == 200)
            // The gate's read.
            #expect(report.balance.began_before == 1)
            #expect(report.balance.in_flight == 0)
            #expect(report.balance.entered == report.balance.completed + report.balance.never_returned)
            report.expectNothingLost()
        }

        @Test(arguments: ProgramSet.allCases)
        func `line 5: the slots of killed processes are used again`(_ set: ProgramSet) throws {
            // 64 slots for 300 processes: each slot has had four or five owners at the end.
            let command = try Fixture.gated(Fixture.command("killed_children", "300", "4"))
            let program = try WaitingProgram(command)
            let report = try Report.capturing(program, set: set, slotLimit: 64)
            #expect(program.wait() == 0)
            for call in ["fork", "kill", "wait4", "write"] { #expect(report.calls(call) == 300, "\(call)") }
            #expect(report.calls("getppid") == 1200)
            #expect(report.balance.new_task_returns == 300)
            #expect(report.balance.in_flight == 0)
            #expect(report.balance.entered == report.balance.completed + report.balance.never_returned)
            report.expectNothingLost()
        }

        /// getppid never sleeps, so a blocked one would be charged with another thread's sleep.
        @Test func `line 5: a dead thread's call is not charged to a later thread`() throws {
            let program = try WaitingProgram(Fixture.command("blocked_threads", "nanosleep", "100", "0", "stay"))
            let second = try WaitingProgram(Fixture.gated(Fixture.command("short_threads", "500", "4")))
            let options = CaptureOptions(target: .processes([program.pid, second.pid], follow: true), slotLimit: 64)
            let report = try Report(
                capture(options) {
                    program.release()
                    SleepingThread.wait(for: 100, of: program.pid, in: "nanosleep")
                    Thread.sleep(forTimeInterval: 0.5)
                    program.signal(SIGKILL)
                    program.wait()
                    second.release()
                })
            #expect(second.wait() == 0)
            #expect(report.calls("nanosleep") == 100)
            let getppid = try #require(report.call("getppid"))
            #expect(getppid.calls == 2000)
            #expect((getppid.outcomes["blocked"]?.calls ?? 0) == 0, "\(getppid)")
            report.expectNothingLost()
        }
    }
}
