import CaptureSupport
import Foundation
import Testing

extension CommandLineTests {
    /// Where the report goes, and what is left if it can't go there.
    @Suite(.requiresBPF) struct Destinations {
        @Test func aFileGetsTheWholeReport() throws {
            let scratch = try Scratch()
            let run = try syslat(["profile", "--report", scratch.path("report"), "--", "true"])
            #expect(run.status == 0)
            #expect(run.output == "" && run.error == "")
            #expect(scratch.names == ["report"])
            #expect(try scratch.read("report").hasSuffix("\n"))
            #expect(try scratch.read("report").contains("Balance: "))
        }

        @Test func anOldFileIsReplaced() throws {
            let scratch = try Scratch()
            try scratch.write("old\n", to: "report")
            #expect(try syslat(["profile", "--report", scratch.path("report"), "--", "true"]).status == 0)
            #expect(try scratch.read("report").hasPrefix("syslat "))
            #expect(scratch.names == ["report"])
        }

        @Test func theFileBehindALinkIsReplacedAndNotTheLink() throws {
            let scratch = try Scratch()
            try scratch.write("old\n", to: "real")
            try FileManager.default.createSymbolicLink(atPath: scratch.path("link"), withDestinationPath: "real")
            #expect(try syslat(["profile", "--report", scratch.path("link"), "--", "true"]).status == 0)
            #expect(try scratch.read("real").hasPrefix("syslat "))
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: scratch.path("link")) == "real")
        }

        @Test func aMissingFolderIsFoundBeforeTheCommandRuns() throws {
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

        @Test func aFolderIsNoFile() throws {
            let scratch = try Scratch()
            let run = try syslat(["profile", "--report", scratch.folder, "--", "true"])
            #expect(run.status == 1)
            #expect(run.error.contains("\(scratch.folder): is a directory. Give --report another name"), "\(run.error)")
        }

        @Test func `The name - is standard output`() throws {
            let scratch = try Scratch()
            let run = try shell("cd '\(scratch.folder)' && \"$SYSLAT\" profile --report - -- true")
            #expect(run.status == 0 && run.error == "", "\(run.error)")
            #expect(run.output.hasPrefix("syslat ") && run.output.contains("Balance: "))
            #expect(scratch.names.isEmpty)
        }

        @Test func `The profile and the report can't both go to standard output`() throws {
            let run = try syslat(["profile", "-o", "-", "--report", "-", "--", "true"])
            #expect(run.status == 64 && run.output == "")
            #expect(run.error.contains("-o - and --report - would mix the profile and the report"), "\(run.error)")
        }

        @Test func `With the profile on standard output, the report may go to a file`() throws {
            let scratch = try Scratch()
            let run = try syslat(["profile", "-o", "-", "--report", scratch.path("report"), "--", "true"])
            #expect(run.status == 0, "\(run.error)")
            #expect(run.output.hasPrefix("{") && !run.output.contains("Balance: "))
            #expect(try scratch.read("report").contains("Balance: "))
        }

        @Test func anEmptyNameIsRefused() throws {
            let run = try syslat(["profile", "--report", "", "--", "true"])
            #expect(run.status == 64)
            #expect(run.error.contains("--report was given an empty name"), "\(run.error)")
        }

        @Test func aFullDiskIsSaid() throws {
            let run = try syslat(["profile", "--report", "/dev/full", "--", "true"])
            #expect(run.status == 1)
            #expect(run.error.contains("/dev/full: no space left on device. Free some space"), "\(run.error)")
        }

        /// The command's own exit status would say that there is a report.
        @Test(arguments: ["true", "exit 3"]) func aFullStandardOutputIsSaid(_ command: String) throws {
            let run = try shell("\"$SYSLAT\" profile -- sh -c '\(command)' >/dev/full")
            #expect(run.status == 1)
            #expect(run.error.contains("Standard output can't be written: no space left on device"), "\(run.error)")
        }

        /// Before anything runs, and without a descriptor of syslat's taking its place.
        @Test func aClosedStandardOutputIsSaid() throws {
            let scratch = try Scratch()
            let run = try shell("\"$SYSLAT\" profile -- touch \(scratch.path("ran")) >&-")
            #expect(run.status == 1)
            #expect(run.error.contains("Standard output is closed"), "\(run.error)")
            #expect(scratch.names.isEmpty)
        }

        /// With --report nothing needs standard output. The command finds its descriptors as closed as they were.
        @Test func closedDescriptorsAreNotFilledUp() throws {
            let scratch = try Scratch()
            let file = scratch.path("report")
            let look = "for n in 0 1 2; do test -e /proc/self/fd/$n && echo $n; done >\(scratch.path("open")); true"
            let run = try shell("\"$SYSLAT\" profile --report \(file) -- sh -c '\(look)' <&- >&- 2>&-")
            #expect(run.status == 0)
            // The shell has put its redirection there: descriptor 1 is the file.
            #expect(try scratch.read("open") == "1\n")
            #expect(try scratch.read("report").hasPrefix("syslat "))
        }

        /// As of any filter: SIGPIPE ends it, and nothing is said.
        @Test(arguments: ["head -1", "true"]) func aReaderThatLeavesIsNoError(_ reader: String) throws {
            let line = "\"$SYSLAT\" profile --histogram -- sh -c 'sleep 0.2; ls /usr/bin' | \(reader)"
            let run = try ProgramRun.run(
                CommandLineTests.withDefaultSignals(["sh", "-c", line]), environment: ["SYSLAT": ProgramRun.syslat])
            #expect(run.status == 0)
            #expect(!run.error.contains("syslat"), "\(run.error)")
        }

        @Test func thatTheReaderHasGoneShowsInTheExitStatus() throws {
            let line = "{ \"$SYSLAT\" profile -- sleep 0.3; echo $? >&2; } | true"
            let run = try ProgramRun.run(
                CommandLineTests.withDefaultSignals(["sh", "-c", line]), environment: ["SYSLAT": ProgramRun.syslat])
            #expect(run.error == "\(128 + SIGPIPE)\n")
        }

        /// Killed in the middle, it leaves neither the report nor a part of it.
        @Test(arguments: [SIGKILL, SIGHUP]) func aKilledCaptureLeavesNoFile(_ signal: Int32) throws {
            let scratch = try Scratch()
            try scratch.write("old\n", to: "report")
            let command = CommandLineTests.withDefaultSignals([
                ProgramRun.syslat, "profile", "-a", "--report", scratch.path("report"),
            ])
            let run = try ProgramRun.run(command) { pid in
                _ = eventually { KernelObjects.owned(by: pid).count > 10 }
                kill(pid, signal)
            }
            #expect(run.status == 128 + signal)
            #expect(try scratch.read("report") == "old\n")
            #expect(scratch.names == ["report"])
        }
    }
}
