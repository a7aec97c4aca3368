import CaptureSupport
import Foundation
import Testing
import TestPrograms

extension CommandLineTests {
    /// A command that runs on after --duration: nothing stays attached, and everything is written, before it is waited for.
    @Suite(.requiresBPF) struct EndOfDuration {
        /// Runs `syslat profile -d 50ms ARGUMENTS` with a command that waits until `whileCommandRuns` has returned, and then exits with 3.
        private func run(_ arguments: String, in scratch: Scratch, whileCommandRuns: (Int32) throws -> Void) throws -> ProgramRun {
            let gate = scratch.path("gate")
            try #require(mkfifo(gate, 0o600) == 0)
            // Open for both, so neither side waits for the other.
            let writing = open(gate, O_RDWR | O_CLOEXEC)
            defer { close(writing) }
            var result = Result<Void, any Error>.success(())
            let line = "cd '\(scratch.folder)'; exec \"$SYSLAT\" profile -d 50ms \(arguments) -- sh -c 'read x <gate; exit 3'"
            let run = try shell(line) { pid in
                result = Result { try whileCommandRuns(pid) }
                var byte: [UInt8] = [10]
                write(writing, &byte, 1)
            }
            try result.get()
            return run
        }

        @Test func `the profile and the report are there while the command still runs, and nothing is attached`() throws {
            let scratch = try Scratch()
            let run = try run("-o p --report r --format json", in: scratch) { pid in
                #expect(eventually { scratch.names == ["gate", "p", "r"] })
                #expect(eventually { KernelObjects.owned(by: pid).isEmpty })
                #expect(!hasEnded(pid))
            }
            #expect(run.status == 3 && run.output == "" && run.error == "", "\(run.error)")
            let report = try Report(json: scratch.read("r"))
            #expect(report.capture.exit_status == nil && report.calls("execve") == 1)
            #expect(report.in_flight.count == 1)
            report.expectNothingLost()
            #expect(try syslat(["report", scratch.path("p")]).output.contains("Command: sh -c 'read x <gate; exit 3'\n"))
        }

        @Test func `a time series has its name while the command still runs`() throws {
            let scratch = try Scratch()
            let run = try run("--interval 20ms -o p --report r", in: scratch) { _ in
                #expect(eventually { scratch.names == ["gate", "p", "r"] })
            }
            #expect(run.status == 3 && run.error == "", "\(run.error)")
        }

        @Test func `a kill after the duration costs the exit status and nothing else`() throws {
            let scratch = try Scratch()
            let run = try run("-o p --report r", in: scratch) { pid in
                #expect(eventually { scratch.names == ["gate", "p", "r"] })
                kill(pid, SIGKILL)
            }
            #expect(run.status == 128 + SIGKILL)
            #expect(try syslat(["report", scratch.path("p")]).status == 0)
        }

        @Test func `a signal after the duration goes to the command`() throws {
            let scratch = try Scratch()
            let run = try run("-o p --report r", in: scratch) { pid in
                #expect(eventually { scratch.names == ["gate", "p", "r"] })
                kill(pid, SIGTERM)
                #expect(eventually { hasEnded(pid) })
            }
            #expect(run.status == 128 + SIGTERM)
        }

        @Test func `what can't be written is told while the command still runs, and gives 1`() throws {
            let scratch = try Scratch()
            let run = try run("-o p --report /dev/full 2>error", in: scratch) { _ in
                #expect(eventually { (try? scratch.read("error"))?.contains("/dev/full: no space left on device") == true })
                #expect(scratch.names == ["error", "gate", "p"])
            }
            #expect(run.status == 1 && run.output == "")
        }
    }
}
