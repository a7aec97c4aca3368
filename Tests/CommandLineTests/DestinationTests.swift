import CaptureSupport
import Foundation
import Testing
import TestPrograms

extension CommandLineTests {
    /// Where the report goes, and what is left if it can't go there.
    @Suite(.requiresBPF) struct Destinations {
        @Test func `the file that --report names gets the whole report`() throws {
            let scratch = try Scratch()
            let run = try syslat(["profile", "--report", scratch.path("report"), "--", "true"])
            #expect(run.status == 0)
            #expect(run.output == "" && run.error == "")
            #expect(scratch.names == ["report"])
            #expect(try scratch.read("report").hasSuffix("\n"))
            #expect(try scratch.read("report").contains("Balance: "))
        }

        @Test func `an old report is replaced`() throws {
            let scratch = try Scratch()
            try scratch.write("old\n", to: "report")
            #expect(try syslat(["profile", "--report", scratch.path("report"), "--", "true"]).status == 0)
            #expect(try scratch.read("report").hasPrefix("syslat "))
            #expect(scratch.names == ["report"])
        }

        @Test func `the file behind a link is written, and the link stays`() throws {
            let scratch = try Scratch()
            try scratch.write("old\n", to: "real")
            try FileManager.default.createSymbolicLink(atPath: scratch.path("link"), withDestinationPath: "real")
            #expect(try syslat(["profile", "--report", scratch.path("link"), "--", "true"]).status == 0)
            #expect(try scratch.read("real").hasPrefix("syslat "))
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: scratch.path("link")) == "real")
        }

        @Test func `a missing folder is noticed before the command runs`() throws {
            let scratch = try Scratch()
            let run = try syslat(["profile", "--report", scratch.path("no/report"), "--", "touch", scratch.path("ran")])
            #expect(run.status == 1)
            #expect(run.output == "")
            #expect(
                run.error.contains("\(scratch.path("no/report")): no such file or directory. Create its folder first"),
                "\(run.error)"
            )
            #expect(scratch.names.isEmpty)
        }

        @Test func `a folder is refused as the report's file`() throws {
            let scratch = try Scratch()
            let run = try syslat(["profile", "--report", scratch.folder, "--", "true"])
            #expect(run.status == 1)
            #expect(run.error.contains("\(scratch.folder): is a directory. Give --report another name"), "\(run.error)")
        }

        @Test func `the name - means standard output`() throws {
            let scratch = try Scratch()
            let run = try shell("cd '\(scratch.folder)' && \"$SYSLAT\" profile --report - -- true")
            #expect(run.status == 0 && run.error == "", "\(run.error)")
            #expect(run.output.hasPrefix("syslat ") && run.output.contains("Balance: "))
            #expect(scratch.names.isEmpty)
        }

        @Test func `the profile and the report can't both go to standard output`() throws {
            let run = try syslat(["profile", "-o", "-", "--report", "-", "--", "true"])
            #expect(run.status == 64 && run.output == "")
            #expect(run.error.contains("-o - and --report - would mix the profile and the report"), "\(run.error)")
        }

        @Test func `with the profile on standard output, the report can go to a file`() throws {
            let scratch = try Scratch()
            let run = try syslat(["profile", "-o", "-", "--report", scratch.path("report"), "--", "true"])
            #expect(run.status == 0, "\(run.error)")
            #expect(run.output.hasPrefix("{") && !run.output.contains("Balance: "))
            #expect(try scratch.read("report").contains("Balance: "))
        }

        @Test func `an empty file name is refused`() throws {
            let run = try syslat(["profile", "--report", "", "--", "true"])
            #expect(run.status == 64)
            #expect(run.error.contains("--report was given an empty name"), "\(run.error)")
        }

        @Test func `a report that fills the disk is reported as an error`() throws {
            let run = try syslat(["profile", "--report", "/dev/full", "--", "true"])
            #expect(run.status == 1)
            #expect(run.error.contains("/dev/full: no space left on device. Free some space"), "\(run.error)")
        }

        /// The command's own exit status would mean that there is a report.
        @Test(arguments: ["true", "exit 3"])
        func `a standard output that is full gives 1, whatever the command's status`(_ command: String) throws {
            let run = try shell("\"$SYSLAT\" profile -- sh -c '\(command)' >/dev/full")
            #expect(run.status == 1)
            #expect(run.error.contains("Standard output can't be written: no space left on device"), "\(run.error)")
        }

        /// No descriptor of syslat's may take its place.
        @Test func `a closed standard output is noticed before the command runs`() throws {
            let scratch = try Scratch()
            let run = try shell("\"$SYSLAT\" profile -- touch \(scratch.path("ran")) >&-")
            #expect(run.status == 1)
            #expect(run.error.contains("Standard output is closed"), "\(run.error)")
            #expect(scratch.names.isEmpty)
        }

        /// With --report, nothing needs standard output.
        @Test func `descriptors that are closed stay closed for the command`() throws {
            let scratch = try Scratch()
            let file = scratch.path("report")
            let look = "for n in 0 1 2; do test -e /proc/self/fd/$n && echo $n; done >\(scratch.path("open")); true"
            let run = try shell("\"$SYSLAT\" profile --report \(file) -- sh -c '\(look)' <&- >&- 2>&-")
            #expect(run.status == 0)
            // The shell has put its redirection there: descriptor 1 is its file.
            #expect(try scratch.read("open") == "1\n")
            #expect(try scratch.read("report").hasPrefix("syslat "))
        }

        /// As with any filter, SIGPIPE ends it: the exit status shows that the reader has left, and no message does.
        @Test(arguments: [("echo line; sleep 0.5", "head -1", "line\n"), ("sleep 0.5", "true", "")])
        func `a reader that leaves early causes no message`(command: String, reader: String, output: String) throws {
            let line = "{ \"$SYSLAT\" profile --histogram -- sh -c '\(command)'; echo $? >&2; } | \(reader)"
            let run = try shell(line)
            #expect(run.error == "\(128 + SIGPIPE)\n")
            #expect(run.output == output)
        }

        @Test func `a killed capture leaves the old report and no other file`() throws {
            let scratch = try Scratch()
            try scratch.write("old\n", to: "report")
            let run = try syslat(["profile", "-a", "--report", scratch.path("report")]) { pid in
                _ = eventually { KernelObjects.owned(by: pid).count > 10 }
                kill(pid, SIGKILL)
            }
            #expect(run.status == 128 + SIGKILL)
            #expect(try scratch.read("report") == "old\n")
            #expect(scratch.names == ["report"])
        }
    }
}
