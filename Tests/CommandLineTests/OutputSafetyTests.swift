import CaptureSupport
import Foundation
import Testing
import TestPrograms

extension CommandLineTests {
    /// No file but the one that was named is written, and what was captured arrives somewhere.
    @Suite(.requiresBPF) struct OutputSafety {
        private func mode(_ path: String) throws -> Int {
            try #require(FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
        }

        // MARK: What is there already

        /// As with fs.protected_symlinks, wherever it is off.
        @Test(
            .enabled(if: geteuid() == 0, "needs root to act for two users"),
            arguments: [
                ["profile", "--report", "LINK", "--", "true"], ["profile", "-o", "LINK", "--report", "/dev/null", "--", "true"],
                ["report", "-o", "LINK", "PROFILE"], ["compare", "-o", "LINK", "PROFILE", "--", "PROFILE"],
                ["vdso", "--function", "time", "-o", "LINK"], ["bench", "--quick", "--runs", "1", "--cases", "null", "-o", "LINK"],
            ])
        func `a link that somebody else has planted is not followed`(_ arguments: [String]) throws {
            let scratch = try Scratch()
            try scratch.write("precious\n", to: "victim")
            let profile = scratch.path("profile")
            #expect(try syslat(["profile", "-o", profile, "--report", "/dev/null", "--", "true"]).status == 0)
            let folder = scratch.path("tmp")
            let link = folder + "/link"
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
            #expect(symlink("../victim", link) == 0 && lchown(link, 65534, 65534) == 0 && chmod(folder, 0o1777) == 0)
            let run = try syslat(arguments.map { ["LINK": link, "PROFILE": profile][$0] ?? $0 })
            #expect(run.status == 1, "\(run.error)")
            #expect(
                run.error.contains("\(link) is, or passes, a symbolic link that somebody else has made (user id 65534)"),
                "\(run.error)")
            #expect(try scratch.read("victim") == "precious\n")
        }

        @Test func `an unfinished profile is named and kept`() throws {
            let scratch = try Scratch()
            try scratch.write("precious\n", to: "victim")
            #expect(symlink("victim", scratch.path("x.partial")) == 0)
            let run = try syslat([
                "profile", "--interval", "1s", "-o", scratch.path("x"), "--report", "/dev/null", "--", "touch", scratch.path("ran"),
            ])
            #expect(run.status == 1)
            #expect(
                run.error.contains("\(scratch.path("x.partial")) exists: perhaps a profile that was not finished"), "\(run.error)")
            #expect(try scratch.read("victim") == "precious\n")
            #expect(scratch.names == ["victim", "x.partial"])
        }

        @Test(arguments: [["--report"], ["-o"], ["--interval", "1s", "--report", "/dev/null", "-o"]])
        func `a FIFO that nobody reads is refused before the command runs`(_ options: [String]) throws {
            let scratch = try Scratch()
            #expect(mkfifo(scratch.path("fifo"), 0o600) == 0)
            let run = try syslat(["profile"] + options + [scratch.path("fifo"), "--", "touch", scratch.path("ran")])
            #expect(run.status == 1)
            #expect(run.error.contains("No program reads \(scratch.path("fifo")). Start its reader first."), "\(run.error)")
            #expect(scratch.names == ["fifo"])
        }

        @Test func `profiles and reports of captures are their owner's, and a file that is replaced keeps its mode`() throws {
            let scratch = try Scratch()
            let (profile, report) = (scratch.path("profile"), scratch.path("report"))
            let arguments = ["profile", "-o", profile, "--report", report, "--", "sh", "-c", ": --password=secret"]
            #expect(try syslat(arguments).status == 0)
            #expect(try mode(profile) == 0o600 && mode(report) == 0o600)
            #expect(try scratch.read("report").contains("--password=secret"))
            #expect(chmod(profile, 0o640) == 0 && chmod(report, 0o664) == 0)
            #expect(try syslat(arguments).status == 0)
            #expect(try mode(profile) == 0o640 && mode(report) == 0o664)
        }

        @Test(.enabled(if: geteuid() == 0, "needs root to give root up"))
        func `a file without the right to write is not replaced`() throws {
            let scratch = try Scratch()
            let profile = scratch.path("profile")
            #expect(try syslat(["profile", "-o", profile, "--report", "/dev/null", "--", "true"]).status == 0)
            #expect(chmod(profile, 0o644) == 0)
            try scratch.write("old\n", to: "report")
            #expect(chown(scratch.folder, 65534, 65534) == 0 && chmod(scratch.path("report"), 0o644) == 0)
            let program = try scratch.install(ProgramRun.syslat, as: "syslat")
            let run = try ProgramRun.run([
                "setpriv", "--reuid", "65534", "--clear-groups", program, "report", "-o", scratch.path("report"), profile,
            ])
            #expect(run.status == 1 && run.error.contains("permission denied"), "\(run.error)")
            #expect(try scratch.read("report") == "old\n")
        }

        @Test func `two outputs on one file are refused`() throws {
            let scratch = try Scratch()
            for line in [
                "-o out --report out", "-o out --report ./out", "--interval 1s -o ../${PWD##*/}/out --report out",
                "-o out --report link", "-o fifo --report fifo",
            ] {
                let run = try shell(
                    """
                    cd '\(scratch.folder)'; rm -f *; mkfifo fifo; : >out; ln -s out link; cat fifo >/dev/null & exec 3>fifo
                    cd . && "$SYSLAT" profile \(line) -- touch ran; echo $?; ls
                    """)
                #expect(run.output == "64\nfifo\nlink\nout\n", "\(line): \(run.output)\(run.error)")
                #expect(run.error.contains("-o and --report lead to the same file. Give them different names."), "\(run.error)")
            }
            let run = try shell("cd '\(scratch.folder)'; \"$SYSLAT\" profile -o out -- true >out; echo $?")
            #expect(run.output == "64\n" && run.error.contains("-o and standard output lead to the same file"), "\(run.error)")
        }

        @Test func `a name of standard output adds to what the command has written there`() throws {
            let scratch = try Scratch()
            let run = try shell("\"$SYSLAT\" profile --report /dev/stdout -- echo hello >'\(scratch.path("out"))'")
            #expect(run.status == 0, "\(run.error)")
            #expect(try scratch.read("out").hasPrefix("hello\nsyslat "))
        }

        // MARK: One arrives if the other can't

        @Test func `a report that can't be saved is shown if nothing else keeps the capture`() throws {
            let run = try syslat(["profile", "--report", "/dev/full", "--", "true"])
            #expect(run.status == 1)
            #expect(run.error.hasSuffix("write somewhere else. The report is on standard output instead.\n"), "\(run.error)")
            #expect(run.output.contains("Balance: "))
        }

        @Test func `a report that can't be saved does not cost the profile`() throws {
            let scratch = try Scratch()
            let run = try syslat(["profile", "-o", scratch.path("p"), "--report", "/dev/full", "--", "true"])
            #expect(run.status == 1 && run.output == "", "\(run.output)")
            #expect(try syslat(["report", scratch.path("p")]).status == 0)
        }

        @Test func `a limit on the size of files costs neither and leaves nothing`() throws {
            let scratch = try Scratch()
            let run = try shell(
                """
                cd '\(scratch.folder)'; exec 3>&1
                (ulimit -f 1; "$SYSLAT" profile --report r -o p -- sh -c "ls -R /etc >/dev/null 2>&1" | cat >&3; echo $? >&3); ls -A
                """)
            #expect(run.error.contains("can't be written to r: file too large. Raise the limit of this shell"), "\(run.error)")
            #expect(run.error.contains("can't be written to p: file too large"), "\(run.error)")
            #expect(run.output.contains("Balance: ") && run.output.hasSuffix("0\n"), "\(run.output)")
        }

        @Test func `a reader that leaves costs the capture nothing`() throws {
            let scratch = try Scratch()
            let profile = scratch.path("p")
            let line =
                "{ \"$SYSLAT\" profile --interval 50ms -o \(profile) -- sh -c 'sleep 0.5; exit 7' 3>&-; echo $? >&3; } 3>&2 | head -1"
            let run = try shell(line)
            #expect(run.error == "7\n", "\(run.error)")
            let report = try syslat(["report", profile])
            #expect(report.status == 0 && report.output.contains("(exit status 7)"), "\(report.error)")
            #expect(scratch.names == ["p"])
        }

        @Test func `a capture without a file ends with its reader`() throws {
            let line = "{ \"$SYSLAT\" profile --interval 50ms -a; echo $? >&2; } | head -1"
            let run = try shell(line)
            #expect(run.error == "\(128 + SIGPIPE)\n")
        }

        @Test func `a terminal that hangs up ends the capture, and it is saved`() throws {
            let scratch = try Scratch()
            let run = try syslat(["profile", "-a", "-o", scratch.path("p"), "--report", scratch.path("r")]) { pid in
                _ = eventually { SleepingThread(pid: pid, tid: pid)?.isIn("epoll_wait") == true }
                kill(pid, SIGHUP)
            }
            #expect(run.status == 0, "\(run.error)")
            #expect(try scratch.read("r").contains("Balance: "))
            #expect(scratch.names == ["p", "r"])
        }

        @Test func `under nohup a hang-up changes nothing`() throws {
            let run = try ProgramRun.run(
                [
                    "sh", "-c", "trap '' HUP; exec \"$@\"", "sh", ProgramRun.syslat, "profile", "--format", "json", "--", "sleep",
                    "30",
                ]
            ) { pid in
                _ = eventually { SleepingThread(pid: pid, tid: pid)?.isIn("epoll_wait") == true }
                kill(pid, SIGHUP)
                kill(pid, SIGTERM)
            }
            #expect(run.status == 128 + SIGTERM, "\(run.error)")
        }

        /// Its signals are blocked while it records.
        @Test func `a reader that takes nothing doesn't keep a capture from ending`() throws {
            let scratch = try Scratch()
            let pipe = try StalledPipe(scratch.path("fifo"))
            let run = try syslat(["profile", "--interval", "10ms", "--format", "json", "-a", "--report", scratch.path("fifo")]) {
                pid in
                #expect(eventually { pipe.isFull })
                kill(pid, SIGINT)
            }
            #expect(run.status == 1)
            #expect(run.error.contains("its reader takes nothing, and a signal came"), "\(run.error)")
            let report = try Report(json: run.output)
            report.expectNothingLost()
        }

        /// A named pipe of one page, of which nothing is read.
        private final class StalledPipe {
            private let reader, writer: Int32

            init(_ path: String) throws {
                try #require(mkfifo(path, 0o600) == 0)
                reader = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
                writer = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
                // F_SETPIPE_SZ of fcntl(2), which Glibc's module lacks.
                try #require(fcntl(writer, 1031, 4096) == 4096)
            }

            deinit {
                close(reader)
                close(writer)
            }

            /// Whether it takes no more.
            var isFull: Bool {
                var look = pollfd(fd: writer, events: Int16(POLLOUT), revents: 0)
                return poll(&look, 1, 0) == 0
            }
        }

        @Test func `a reader that takes nothing keeps no capture attached when its time is over`() throws {
            let scratch = try Scratch()
            let pipe = try StalledPipe(scratch.path("fifo"))
            let options = ["-d", "1s", "--interval", "10ms", "--format", "json", "-a", "-o", scratch.path("p")]
            let run = try syslat(["profile"] + options + ["--report", scratch.path("fifo")]) { pid in
                #expect(eventually { scratch.names.contains("p") })
                #expect(pipe.isFull)
                #expect(eventually { KernelObjects.owned(by: pid).isEmpty })
                #expect(!hasEnded(pid))
                kill(pid, SIGINT)
            }
            #expect(run.status == 128 + SIGINT, "\(run.error)")
            #expect(try syslat(["report", scratch.path("p")]).status == 0)
        }

        @Test func `a reader of a named pipe that leaves is named, and the report shown`() throws {
            let scratch = try Scratch()
            #expect(mkfifo(scratch.path("fifo"), 0o600) == 0)
            let line = """
                cd '\(scratch.folder)'; head -c 1 <fifo >first & "$SYSLAT" profile --interval 20ms -d 500ms -a --format json --report fifo
                """
            let run = try shell(line)
            #expect(run.status == 1)
            #expect(
                run.error.contains("fifo: broken pipe. Its reader has exited. The report is on standard output instead."),
                "\(run.error)")
            let last = run.output.split(separator: "\n").last.map(String.init) ?? ""
            try Report(json: last).expectNothingLost()
        }

        @Test func `what is read is not written`() throws {
            let scratch = try Scratch()
            let profile = scratch.path("p")
            #expect(try syslat(["profile", "-o", profile, "--report", "/dev/null", "--", "true"]).status == 0)
            let text = try scratch.read("p")
            #expect(symlink("p", scratch.path("link")) == 0)
            let more = "cd '\(scratch.folder)' && cp p q && mkdir folder && ln p folder/segment-00000001.syslat"
            try #require(try shell(more).status == 0)
            for line in [
                "report p -o p", "report link -o p", "report p -o link", "report p >>p", "compare -o p p -- p", "diff p q -o p",
                "diff q link -o p --format html",
                "report - -o p <p", "report --overlay q folder -o p --format html", "diff q folder -o p",
            ] {
                let run = try shell("cd '\(scratch.folder)'; \"$SYSLAT\" \(line)")
                #expect(run.status == 64, "\(line): \(run.error)")
                #expect(run.error.contains("which is read. Name another file."), "\(run.error)")
                #expect(try scratch.read("p") == text)
            }
        }
    }
}
