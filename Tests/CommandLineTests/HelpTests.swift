import Capture
import CaptureSupport
import TestSupport
import Testing

extension CommandLineTests {
    /// Help and the version. If a snapshot differs, read the difference, then update the snapshot (see TestSupport.Snapshot).
    @Suite struct Help {
        @Test(arguments: [
            (["--help"], "help.txt"), (["help", "profile"], "help-profile.txt"), (["help", "vdso"], "help-vdso.txt"),
            (["help", "doctor"], "help-doctor.txt"), (["help", "compare"], "help-compare.txt"),
            (["help", "diff"], "help-diff.txt"), (["help", "top"], "help-top.txt"), (["help", "record"], "help-record.txt"),
            (["help", "trial"], "help-trial.txt"),
            (["help", "trial", "start"], "help-trial-start.txt"),
            (["help", "report"], "help-report.txt"), (["help", "bench"], "help-bench.txt"), (["help", "serve"], "help-serve.txt"),
        ])
        func `the help of every command is as in its snapshot`(_ arguments: [String], _ snapshot: String) throws {
            let run = try syslat(arguments, environment: ["COLUMNS": "100"])
            #expect(run.status == 0)
            #expect(run.error == "")
            #expect(run.output.split(separator: "\n").allSatisfy { $0.count <= 100 })
            try Snapshot().verify(run.output, is: snapshot)
        }

        @Test(arguments: [[], ["help"], ["-h"]])
        func `no arguments, help and -h print the same help`(_ arguments: [String]) throws {
            let run = try syslat(arguments, environment: ["COLUMNS": "100"])
            #expect(run.status == 0)
            try Snapshot().verify(run.output, is: "help.txt")
        }

        @Test func `profile --help prints the help of profile`() throws {
            let run = try syslat(["profile", "--help"], environment: ["COLUMNS": "100"])
            #expect(run.status == 0)
            try Snapshot().verify(run.output, is: "help-profile.txt")
        }

        @Test(arguments: [["--version"], ["profile", "--version"]])
        func `the version is printed in one line`(_ arguments: [String]) throws {
            let run = try syslat(arguments)
            #expect(run.status == 0)
            #expect(run.output == "\(syslatVersion)\n")
            #expect(run.error == "")
        }

        @Test(arguments: ["--help", "--version", "doctor"])
        func `an answer that can't be written gives 1 and a message`(_ argument: String) throws {
            let run = try shell("\"$SYSLAT\" \(argument) >/dev/full")
            #expect(run.status == 1)
            #expect(run.error.contains("Standard output can't be written: no space left on device"), "\(run.error)")
        }
    }
}
