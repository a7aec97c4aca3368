import Probes
import CallSelection
import Capture
import CaptureSupport
import SyscallTable
import Testing

extension Semantics {
    /// `-e`: the kernel side leaves out calls that are not selected, before anything is counted.
    @Suite struct SelectionTests {
        struct Selection: Sendable, CustomTestStringConvertible {
            var expression: String
            var command: [String]
            var rows: [String: UInt64]
            /// Whether exit is selected, which never returns.
            var includesExit = false
            /// Whether read is selected, in which the launched child waited.
            var includesRead = false
            var testDescription: String { "\(expression) \(command[0])" }
        }

        private static let mixed = ["mixed.s64", "20"]
        private static let odd = ["odd_numbers.s64", "20"]
        private static let everythingOdd: [String: UInt64] = [
            "execve": 1, "syscall_9999": 20, "x32:getpid": 20, "x32:syscall_9999": 20, "syscall_-1": 20, "syscall_-5": 20,
            "ia32:syscall_9999": 20, "ia32:syscall_-1": 20, "getpid": 20,
        ]

        @Test(
            arguments: ProgramSet.narrowed,
            [
                Selection(expression: "getppid", command: mixed, rows: ["getppid": 20, "ia32:getppid": 20]),
                Selection(expression: "x86_64:getppid", command: mixed, rows: ["getppid": 20]),
                Selection(expression: "ia32:write", command: mixed, rows: ["ia32:write": 20]),
                Selection(expression: "ia32:64,execve", command: mixed, rows: ["execve": 1, "ia32:getppid": 20]),
                Selection(
                    expression: "!getppid", command: mixed, rows: ["execve": 1, "ia32:write": 20], includesExit: true,
                    includesRead: true),
                Selection(expression: "%desc", command: mixed, rows: ["ia32:write": 20], includesRead: true),
                Selection(expression: "9999", command: odd, rows: ["syscall_9999": 20]),
                Selection(expression: "-1", command: odd, rows: ["syscall_-1": 20]),
                Selection(expression: "x32:getpid,ia32:9999", command: odd, rows: ["x32:getpid": 20, "ia32:syscall_9999": 20]),
                Selection(
                    expression: "!9999,execve,ia32:-1", command: odd,
                    rows: everythingOdd.filter { !["syscall_9999", "execve", "ia32:syscall_-1"].contains($0.key) },
                    includesExit: true, includesRead: true),
                Selection(expression: "!read", command: odd, rows: everythingOdd, includesExit: true),
            ])
        func `line 24: only selected calls have rows`(_ set: ProgramSet, _ selection: Selection) throws {
            let command = [try Fixture(selection.command[0]).path] + selection.command.dropFirst()
            let (report, run) = try Report.profiling(command, options: ["-e", selection.expression] + set.options)
            #expect(run.status == 0)
            #expect(report.rows == selection.rows)
            #expect(report.balance.entered == selection.rows.values.reduce(0, +) + (selection.includesExit ? 1 : 0))
            #expect(report.balance.never_returned == (selection.includesExit ? 1 : 0))
            #expect(report.balance.began_before == (selection.includesRead ? 1 : 0))
            #expect(report.balance.refused == 0)
            report.expectNothingLost()
        }

        @Test(arguments: [("read", UInt64(10)), ("write", UInt64(0)), ("!write", UInt64(10))])
        func `line 7: only selected calls count as begun before`(_ expression: String, _ beganBefore: UInt64) throws {
            let program = try WaitingProgram(Fixture.command("blocked_threads", "read", "9", "6", "early"))
            SleepingThread.wait(for: 9, of: program.pid, in: "read")
            let options = CaptureOptions(
                target: .processes([program.pid], follow: true),
                selection: try SyscallSelection(parsing: [expression], architecture: .current))
            let report = try Report(capture(options) { program.release() })
            #expect(program.wait() == 0)
            #expect(report.balance.began_before == beganBefore)
            #expect(report.balance.refused == 0)
            report.expectNothingLost()
        }

        @Test func `line 4: new-task returns count only if their call is selected`() throws {
            let command = try Fixture.command("children", "fork", "30", "2")
            let (without, _) = try Report.profiling(command, options: ["-e", "getppid"])
            #expect(without.rows == ["getppid": 60])
            #expect(without.balance.new_task_returns == 0)
            without.expectNothingLost()
            let (with, _) = try Report.profiling(command, options: ["-e", "fork"])
            #expect(with.rows == ["fork": 30])
            #expect(with.balance.new_task_returns == 30)
            with.expectNothingLost()
        }
    }
}
