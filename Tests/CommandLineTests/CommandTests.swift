import CaptureSupport
import Foundation
import Testing
import TestPrograms

extension CommandLineTests {
    /// `syslat profile -- COMMAND` is the command, with a report after it.
    @Suite(.requiresBPF) struct Commands {
        @Test(arguments: [("exit 0", 0), ("exit 3", 3), ("exit 127", 127), ("kill -TERM $$", 143), ("kill -KILL $$", 137)])
        func `the command's exit status becomes syslat's`(_ line: String, _ status: Int32) throws {
            let (report, run) = try Report.profiling(["sh", "-c", line])
            #expect(run.status == status)
            #expect(run.error == "")
            #expect(report.capture.exit_status == status)
        }

        @Test(arguments: [("exit 3", 3), ("kill -KILL $$", 137)])
        func `the exit status is the command's own where SIGCHLD was ignored`(_ line: String, _ status: Int32) throws {
            let run = try ProgramRun.run(
                ["sh", "-c", "trap '' CHLD; exec \"$@\"", "sh", ProgramRun.syslat, "profile", "--", "sh", "-c", line])
            #expect(run.status == status)
            #expect(run.output.contains("(exit status \(status))"), "\(run.output)")
        }

        @Test func `standard input, output and error belong to the command alone`() throws {
            let input = String(repeating: "every byte arrives \u{0} \u{7f} \u{e4}\n", count: 5000)
            let scratch = try Scratch()
            let run = try syslat(
                ["profile", "--report", scratch.path("report"), "--", "sh", "-c", "cat; echo trouble >&2; exit 7"], input: input)
            #expect(run.status == 7)
            #expect(run.output == input)
            #expect(run.error == "trouble\n")
            #expect(try scratch.read("report").contains("(exit status 7)"))
        }

        @Test func `the report comes after the command's output`() throws {
            let run = try syslat(["profile", "--", "sh", "-c", "echo first; sleep 0.2; echo second"])
            #expect(run.status == 0)
            #expect(run.output.hasPrefix("first\nsecond\nsyslat "), "\(run.output)")
            #expect(run.output.hasSuffix("\n"))
        }

        @Test func `arguments and environment reach the command unchanged`() throws {
            let scratch = try Scratch()
            let run = try syslat(
                [
                    "profile", "--report", scratch.path("report"), "--", "sh", "-c", "printf '[%s]' \"$@\" \"$WORD\"", "sh", "a b",
                    "",
                    "--", "--histogram=x", "-p",
                ],
                environment: ["WORD": "from outside"])
            #expect(run.output == "[a b][][--][--histogram=x][-p][from outside]")
        }

        @Test func `a duration ends the capture and not the command`() throws {
            let (report, run) = try Report.profiling(["sh", "-c", "sleep 4; echo done; exit 4"], options: ["-d", "1s"])
            #expect(run.status == 4)
            #expect(run.output == "done\n")
            // Never shorter. How much longer depends on what else wants the CPUs. The command still slept.
            #expect(report.capture.duration_ns >= 1_000_000_000)
            #expect(report.in_flight.contains { $0.name == "clock_nanosleep" })
            #expect(report.call("clock_nanosleep") == nil && report.balance.never_returned == 0)
            #expect(report.balance.closes)
        }

        /// The command sleeps once, so its children have become `sleep` when it ends; they sleep for longer.
        private static let outlived = ["/bin/sh", "-c", "sleep 3 & sleep 3.5 & exec sleep 1"]

        @Test func `processes that outlive the command are named`() throws {
            let (report, run) = try Report.profiling(Commands.outlived)
            #expect(run.status == 0)
            let notes = report.capture.notes.filter { $0.contains("that the target started still run: sleep (") }
            #expect(notes.count == 1 && notes[0].hasPrefix("2 processes "), "\(report.capture.notes)")
            #expect(report.calls("clock_nanosleep") == 1 && report.in_flight.count == 2)
        }

        @Test func `--wait-all waits for the processes that outlive the command`() throws {
            let (report, run) = try Report.profiling(Commands.outlived, options: ["--wait-all"])
            #expect(run.status == 0)
            #expect(report.capture.notes.filter { $0.contains("still run") }.isEmpty)
            #expect(report.calls("clock_nanosleep") == 3 && report.in_flight.isEmpty)
            #expect(report.capture.duration_ns >= 3_500_000_000)
            report.expectNothingLost()
        }

        @Test func `--wait-all waits for children of several processes that already ran`() throws {
            let program = try WaitingProgram(Fixture.gated(Commands.outlived))
            let other = try WaitingProgram(Fixture.gated(["/bin/true"]))
            let (run, _) = try RunningProfiler.run(["--wait-all", "-p", "\(program.pid)", "\(other.pid)"]) { _ in
                program.release()
                other.release()
            }
            #expect(run.status == 0, "\(run.error)")
            let report = try Report(json: run.output)
            #expect(report.calls("clock_nanosleep") == 3 && report.in_flight.isEmpty)
            #expect(report.balance.began_before == 2)
            report.expectNothingLost()
        }

        @Test func `a command that ends early ends the capture`() throws {
            let (report, run) = try Report.profiling(["true"], options: ["-d", "10m"])
            #expect(run.status == 0)
            #expect(report.capture.duration_ns < 600_000_000_000)
            #expect(report.balance.in_flight == 0)
        }

        @Test func `the report says that its process ended during the capture`() throws {
            let program = try WaitingProgram(["/bin/cat"])
            let (run, _) = try RunningProfiler.run(["--format", "text", "-p", "\(program.pid)"]) { _ in
                program.signal(SIGKILL)
                program.wait()
            }
            #expect(run.status == 0)
            #expect(run.output.contains("Process \(program.pid) ended "), "\(run.output)")
            #expect(run.output.contains("after the capture began"))
            #expect(run.error == "")
        }

        /// It has been in one read since before the capture: no call begins or ends.
        @Test func `a process that only waits is shown in the call it waits in`() throws {
            let program = try WaitingProgram(["/bin/cat"])
            defer {
                program.signal(SIGKILL)
                program.wait()
            }
            let run = try syslat(["profile", "-d", "300ms", "-p", "\(program.pid)"])
            #expect(run.status == 0)
            // At least as old as the capture.
            let duration = try #require(run.output.firstMatch(of: /No system call completed in (.+) \(watched/)?.1, "\(run.output)")
            #expect(run.output.contains("cat (\(program.pid))  read  ≥ \(duration)"), "\(run.output)")
            #expect(run.output.contains("≥: entered before the capture began"))
        }

        @Test func `the capture goes on when one of two processes ends`() throws {
            let (first, second) = (try WaitingProgram(["/bin/cat"]), try WaitingProgram(["/bin/cat"]))
            defer {
                second.signal(SIGKILL)
                second.wait()
            }
            let (run, _) = try RunningProfiler.run(["-p", "\(first.pid),\(second.pid)"]) { syslat in
                first.signal(SIGKILL)
                first.wait()
                // syslat notices it at once, and goes on.
                usleep(300_000)
                #expect(!hasEnded(syslat.pid))
                kill(syslat.pid, SIGINT)
            }
            #expect(run.status == 0)
            let report = try Report(json: run.output)
            #expect(report.capture.messages.filter { $0.contains("Process \(first.pid) ended ") }.count == 1)
            #expect(!report.capture.messages.contains { $0.contains("Process \(second.pid) ended ") })
        }
    }
}
