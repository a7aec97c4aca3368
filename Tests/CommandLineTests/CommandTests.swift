import CaptureSupport
import Foundation
import Testing

extension CommandLineTests {
    /// `syslat profile -- COMMAND` is the command, with a report after it.
    @Suite(.requiresBPF) struct Commands {
        @Test(arguments: [("exit 0", 0), ("exit 3", 3), ("exit 127", 127), ("kill -TERM $$", 143), ("kill -KILL $$", 137)])
        func theExitStatusIsPassedOn(_ line: String, _ status: Int32) throws {
            let (report, run) = try Report.profiling(["sh", "-c", line])
            #expect(run.status == status)
            #expect(run.error == "")
            #expect(report.capture.exit_status == status)
        }

        @Test func theThreeStreamsAreTheCommandsOwn() throws {
            let input = String(repeating: "every byte arrives \u{0} \u{7f} \u{e4}\n", count: 5000)
            let scratch = try Scratch()
            let run = try syslat(
                ["profile", "--report", scratch.path("report"), "--", "sh", "-c", "cat; echo trouble >&2; exit 7"], input: input)
            #expect(run.status == 7)
            #expect(run.output == input)
            #expect(run.error == "trouble\n")
            #expect(try scratch.read("report").contains("(exit status 7)"))
        }

        @Test func theReportComesAfterTheCommandsOutput() throws {
            let run = try syslat(["profile", "--", "sh", "-c", "echo first; sleep 0.2; echo second"])
            #expect(run.status == 0)
            #expect(run.output.hasPrefix("first\nsecond\nsyslat "), "\(run.output)")
            #expect(run.output.hasSuffix("\n"))
        }

        /// Arguments with blanks, quotes and option letters reach the command as they are, the environment too.
        @Test func argumentsAndEnvironmentAreNotTouched() throws {
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

        @Test func aDurationEndsTheCaptureAndNotTheCommand() throws {
            let (report, run) = try Report.profiling(["sh", "-c", "sleep 4; echo done; exit 4"], options: ["-d", "1s"])
            #expect(run.status == 4)
            #expect(run.output == "done\n")
            // Never shorter; how much longer depends on who else wants the CPUs. The command's sleep was not over yet.
            #expect(report.capture.duration_ns >= 1_000_000_000)
            #expect(report.in_flight.contains { $0.name == "clock_nanosleep" })
            #expect(report.call("clock_nanosleep") == nil && report.balance.never_returned == 0)
            #expect(report.balance.closes)
        }

        @Test func aCommandThatEndsEarlyEndsTheCapture() throws {
            let (report, run) = try Report.profiling(["true"], options: ["-d", "10m"])
            #expect(run.status == 0)
            #expect(report.capture.duration_ns < 600_000_000_000)
            #expect(report.balance.in_flight == 0)
        }

        /// Not an error: the report says so.
        @Test func aProcessThatEndsDuringTheCapture() throws {
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

        /// It has been in one read since before: nothing begins, nothing ends, and the report says where it waits.
        @Test func aProcessThatOnlyWaits() throws {
            let program = try WaitingProgram(["/bin/cat"])
            defer {
                program.signal(SIGKILL)
                program.wait()
            }
            let run = try syslat(["profile", "-d", "300ms", "-p", "\(program.pid)"])
            #expect(run.status == 0)
            // As old as the capture, at least.
            let duration = try #require(run.output.firstMatch(of: /No system call completed in (.+) \(watched/)?.1, "\(run.output)")
            #expect(run.output.contains("cat (\(program.pid))  read  ≥ \(duration)"), "\(run.output)")
            #expect(run.output.contains("≥: entered before the capture began"))
        }

        @Test func oneProcessOfTwoThatEndsLeavesTheOther() throws {
            let (first, second) = (try WaitingProgram(["/bin/cat"]), try WaitingProgram(["/bin/cat"]))
            defer {
                second.signal(SIGKILL)
                second.wait()
            }
            let (run, _) = try RunningProfiler.run(["-p", "\(first.pid),\(second.pid)"]) { syslat in
                first.signal(SIGKILL)
                first.wait()
                // It sees that at once, and goes on.
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
