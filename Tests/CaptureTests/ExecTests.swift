import Probes
import Capture
import CaptureSupport
import Foundation
import Testing
import TestPrograms

extension Semantics {
    /// execve gives the process a new program, and the calling thread the leader's id.
    @Suite struct ExecTests {
        /// Threads that sleep, threads that call without pause, and few slots, so the call moves between slots and the spill
        /// table.
        struct Crowd: Sendable {
            var sleepers: Int
            var busy: Int
            var slotLimit: Int?
        }

        /// The set `raw` has no compare-and-exchange, so it can't decide between two threads that take a slot at the same time.
        private static let crowds: [(ProgramSet, Crowd)] = ProgramSet.allCases.flatMap { set in
            [
                Crowd(sleepers: 0, busy: 0), Crowd(sleepers: 6, busy: 0), Crowd(sleepers: 6, busy: 3),
                Crowd(sleepers: 150, busy: 1, slotLimit: 64),
            ].filter { set != .raw || $0.slotLimit == nil }.map { (set, $0) }
        }

        @Test(arguments: crowds)
        func `line 3: an execve by a thread that is not the leader completes once`(_ set: ProgramSet, _ crowd: Crowd) throws {
            let command =
                try Fixture.command("exec_from_thread", "\(crowd.sleepers)", "\(crowd.busy)")
                + Fixture.command("calls.s64", "25")
            let program = try WaitingProgram(Fixture.gated(command))
            let report = try Report.capturing(program, set: set, slotLimit: crowd.slotLimit)
            #expect(program.wait() == 0)
            // The gate's execve and the thread's.
            #expect(report.calls("execve") == 2)
            #expect(report.call("execve")?.errors == 0)
            #expect(report.calls("getppid") == 25)
            #expect(report.balance.in_flight == 0)
            report.expectNothingLost()
        }

        @Test(arguments: ProgramSet.allCases)
        func `line 3: an execve after the leader has ended completes once`(_ set: ProgramSet) throws {
            let command = try Fixture.command("leader_gone", "60") + Fixture.command("calls.s64", "25")
            let (report, run) = try Report.profiling(command, options: set.options)
            #expect(run.status == 0)
            #expect(report.calls("execve") == 2)
            #expect(report.calls("getppid") == 85)
            #expect(report.calls("nanosleep") == 1)
            // The exit of the leader and the exit of the program.
            #expect(report.balance.never_returned == 2)
            #expect(report.processes.count == 1)
            report.expectNothingLost()
        }

        @Test(arguments: ProgramSet.allCases)
        func `line 3: a thread that calls execve gets the leader's id`(_ set: ProgramSet) throws {
            let command = try Fixture.command("exec_from_thread", "3", "0") + ["/bin/cat"]
            let program = try WaitingProgram(Fixture.gated(command))
            defer { program.signal(SIGKILL) }
            let report = try Report.capturing(program, set: set, endsAfterwards: true) {
                eventually {
                    (try? String(contentsOfFile: "/proc/\(program.pid)/comm", encoding: .utf8)) == "cat\n"
                        && SleepingThread(pid: program.pid, tid: program.pid)?.isIn("read", firstArgument: 0) == true
                }
            }
            #expect(report.in_flight.map(\.name) == ["read"])
            #expect(report.in_flight.map(\.tid) == [program.pid])
            report.expectNothingLost()
        }

        /// The leader and the other threads have been inside a call for 50 ms by then, and so had the thread itself. On a busy
        /// machine the execve may take that long too, so one capture of five has to be right.
        @Test(arguments: ProgramSet.allCases)
        func `line 3: an execve by another thread is timed from its own entry`(_ set: ProgramSet) throws {
            let command = try Fixture.command("exec_from_thread", "3", "0") + Fixture.command("calls.s64", "1")
            var longest: [UInt64] = []
            for _ in 0..<5 {
                let (report, _) = try Report.profiling(command, options: set.options)
                report.expectNothingLost()
                #expect(try #require(report.call("clock_nanosleep")).max_ns >= 50_000_000)
                let execve = try #require(report.call("execve"))
                #expect(execve.calls == 2 && execve.min_ns > 0)
                longest.append(execve.max_ns)
                if execve.max_ns < 50_000_000 { return }
            }
            Issue.record("the longest execve of each capture, in ns: \(longest)")
        }

        @Test(arguments: ProgramSet.allCases)
        func `line 6: the first execve is measured and the launcher is not counted`(_ set: ProgramSet) throws {
            let (report, run) = try Report.profiling(Fixture.command("calls.s64", "7"), options: set.options)
            #expect(run.status == 0)
            #expect(report.rows == ["execve": 1, "getppid": 7, "write": 7])
            // The read in which the launched child waited, and the exit.
            #expect(report.balance.began_before == 1)
            #expect(report.balance.never_returned == 1)
            #expect(report.balance.new_task_returns == 0)
            #expect(report.balance.entered == 16)
            let execve = try #require(report.call("execve"))
            #expect(execve.min_ns > 0)
            #expect(execve.total_ns == execve.min_ns)
            #expect(report.processes.map(\.comm) == ["calls.s64"])
            report.expectNothingLost()
        }

        /// `strace -f -c` as an independent witness of what a dynamically linked program does.
        @Test func `line 6: the rows of a command are those that strace counts`() throws {
            let counts = FileManager.default.temporaryDirectory.appending(path: "syslat-strace-\(UUID().uuidString)").path
            defer { try? FileManager.default.removeItem(atPath: counts) }
            let command = ["/bin/ls", "-l", "/"]
            #expect(try ProgramRun.run(["strace", "-f", "-c", "-U", "calls,name", "-o", counts] + command).status == 0)
            // Lines of a number and a name, between rules, with the total at the end.
            let lines = try String(contentsOfFile: counts, encoding: .utf8).split(separator: "\n")
                .map { $0.split(separator: " ") }
            let expected = Dictionary(
                uniqueKeysWithValues: lines.compactMap { line -> (String, UInt64)? in
                    guard line.count == 2, let count = UInt64(line[0]), line[1] != "total" else { return nil }
                    return (String(line[1]), count)
                })
            #expect(expected.count > 10)
            let (report, run) = try Report.profiling(command)
            #expect(run.status == 0)
            #expect(report.rows == expected)
            report.expectNothingLost()
        }

        @Test func `line 6: a command is found in PATH without a failed execve`() throws {
            let (report, run) = try Report.profiling(["true"])
            #expect(run.status == 0)
            #expect(report.calls("execve") == 1)
            #expect(report.call("execve")?.errors == 0)
            report.expectNothingLost()
        }
    }
}
