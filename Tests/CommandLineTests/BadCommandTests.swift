import Capture
import CaptureSupport
import Foundation
import Testing

extension CommandLineTests {
    /// Commands that can't be started: 127 if there is no such command, 126 if it can't be executed, as in shells.
    @Suite(.requiresBPF) struct BadCommands {
        @Test func `an empty command name gives 64`() throws {
            try Refusal(["profile", "--", ""], 64, "The command is empty", "Name a program").check()
        }

        @Test func `a command that is not in PATH gives 127`() throws {
            try Refusal(["profile", "--", "no-such-command"], 127, "no-such-command", "not found in PATH", "spelling").check()
        }

        @Test func `a command and its arguments in one word give 127 and a hint`() throws {
            try Refusal(["profile", "--", "ls -l"], 127, "ls -l", "not found in PATH", "sh -c 'ls -l'").check()
        }

        @Test func `a path that does not exist gives 127`() throws {
            try Refusal(["profile", "--", "./no-such-command"], 127, "./no-such-command", "no such file", "Check its path").check()
        }

        @Test func `a file that is not executable gives 126`() throws {
            let scratch = try Scratch()
            let file = try scratch.write("#!/bin/sh\n", to: "script")
            try Refusal(["profile", "--", file], 126, file, "isn't marked as executable", "chmod +x \(file)").check()
        }

        @Test func `a file in PATH that is not executable gives 126`() throws {
            let scratch = try Scratch()
            try scratch.write("#!/bin/sh\n", to: "only-readable")
            let run = try syslat(["profile", "--", "only-readable"], environment: ["PATH": "\(scratch.folder):/usr/bin:/bin"])
            #expect(run.status == 126)
            #expect(run.error.contains("\(scratch.folder)/only-readable can't be executed"), "\(run.error)")
        }

        @Test func `a folder as a command gives 126`() throws {
            let scratch = try Scratch()
            try Refusal(["profile", "--", scratch.folder], 126, scratch.folder, "it is a folder", "Name a program").check()
        }

        @Test func `a device as a command gives 126`() throws {
            try Refusal(["profile", "--", "/dev/null"], 126, "/dev/null", "not a regular file", "Name a program").check()
        }

        @Test func `a script that names no interpreter gives 126`() throws {
            let scratch = try Scratch()
            let file = try scratch.install(scratch.write("echo hello\n", to: "text"), as: "script")
            try Refusal(["profile", "--", file], 126, file, "this machine can't run it", "#!/bin/sh").check()
        }

        @Test func `a script whose interpreter is missing gives 126`() throws {
            let scratch = try Scratch()
            let file = try scratch.install(scratch.write("#!/no/such/shell\n", to: "text"), as: "script")
            try Refusal(["profile", "--", file], 126, file, "interpreter or loader", "missing", "first line").check()
        }
    }
}
