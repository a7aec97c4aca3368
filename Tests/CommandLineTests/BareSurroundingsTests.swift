import CaptureSupport
import Foundation
import Testing
import TestPrograms

extension CommandLineTests {
    /// Mount namespaces in which /proc or /sys is missing.
    @Suite(.requiresBPF) struct BareSurroundings {
        private static let withoutProc = "mount -t tmpfs none /proc"
        private static let withoutSys = "umount -l /sys"

        /// Runs `syslat ARGUMENTS` after a command that changes the mounts, in a mount namespace of its own.
        private func syslat(after command: String, _ arguments: [String]) throws -> ProgramRun {
            try ProgramRun.run(
                ["unshare", "--mount", "sh", "-c", "\(command) && exec \"$0\" \"$@\"", ProgramRun.syslat] + arguments)
        }

        @Test func `without /proc a capture says what is missing`() throws {
            let run = try syslat(after: Self.withoutProc, ["profile", "--", "false"])
            #expect(run.status == 1 && run.output == "")
            #expect(run.error.hasPrefix("syslat: /proc isn't mounted here"), "\(run.error)")
            #expect(run.error.contains("mount -t proc proc /proc"))
        }

        /// Nobody knows then what is mapped, so there is no table that says that nothing is.
        @Test func `without /proc nothing is said of the vDSO`() throws {
            let run = try syslat(after: Self.withoutProc, ["vdso"])
            #expect(run.status == 1 && run.output == "")
            #expect(run.error.contains("/proc/self/maps") && run.error.contains("mount -t proc proc /proc"), "\(run.error)")
        }

        @Test func `without /proc the arguments and the exit status are those that were given`() throws {
            let version = try syslat(after: Self.withoutProc, ["--version"])
            let usual = try CommandLineTests.syslat(["--version"])
            #expect(version.status == 0 && version.output == usual.output)
            let wrong = try syslat(after: Self.withoutProc, ["report", "--no-such-option"])
            let usualRefusal = try CommandLineTests.syslat(["report", "--no-such-option"])
            #expect(wrong.status == 64 && wrong.error == usualRefusal.error, "\(wrong.error)")
        }

        @Test func `without /proc and /sys saved profiles are shown and compared`() throws {
            let scratch = try Scratch()
            let file = scratch.path("p.syslat")
            #expect(try CommandLineTests.syslat(["profile", "-o", file, "--report", "/dev/null", "--", "true"]).status == 0)
            let bare = "\(Self.withoutSys) && \(Self.withoutProc)"
            let shown = try syslat(after: bare, ["report", file])
            let usual = try CommandLineTests.syslat(["report", file])
            #expect(shown.status == 0 && shown.output == usual.output, "\(shown.error)")
            let compared = try syslat(after: bare, ["compare", file, "--", file])
            let usualComparison = try CommandLineTests.syslat(["compare", file, "--", file])
            #expect(compared.status == usualComparison.status && compared.output == usualComparison.output, "\(compared.error)")
        }

        @Test func `without /sys a capture says what is missing, and works with a BTF file`() throws {
            let scratch = try Scratch()
            let btf = scratch.path("btf")
            try FileManager.default.copyItem(atPath: "/sys/kernel/btf/vmlinux", toPath: btf)
            let refused = try syslat(after: Self.withoutSys, ["profile", "--", "true"])
            #expect(refused.status == 1)
            #expect(refused.error.hasPrefix("syslat: /sys isn't mounted here"), "\(refused.error)")
            #expect(refused.error.contains("mount -t sysfs sysfs /sys") && refused.error.contains("--btf FILE"))
            let program = try Fixture("calls.s64").path
            let run = try syslat(after: Self.withoutSys, ["profile", "--btf", btf, "--format", "json", "--", program, "500"])
            #expect(run.status == 0, "\(run.error)")
            let report = try Report(json: run.output)
            #expect(report.calls("getppid") == 500)
            report.expectNothingLost()
        }

        /// Root may write wherever a folder's mode forbids it, but not here. Without a folder to write to there is nothing to record.
        @Test func `a folder that can't be written to is no place for a recording`() throws {
            let scratch = try Scratch()
            let folder = scratch.path("flight")
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
            let run = try syslat(after: "mount -t tmpfs -o ro none '\(folder)'", ["record", "-o", folder, "--", "true"])
            #expect(run.status == 1 && run.output == "")
            #expect(
                run.error == "syslat: Can't use the folder \(folder): read-only file system. Give -o another name.\n",
                "\(run.error)")
        }

        /// The clock of a time namespace is ahead of the programs' clock, or behind.
        @Test(arguments: ["100000", "-1"]) func `in a time namespace times are those of the programs`(_ offset: String) throws {
            let program = try WaitingProgram(["/bin/cat"])
            defer { program.signal(SIGKILL) }
            let launcher = ["unshare", "--time", "--monotonic", offset]
            let (run, _) = try RunningProfiler.run(["-p", "\(program.pid)"], launcher: launcher) { syslat in
                program.release()
                // A byte of input, and the next read.
                #expect(eventually { Self.written(by: program.pid) == 1 })
                #expect(eventually { SleepingThread(pid: program.pid, tid: program.pid)?.isIn("read") == true })
                kill(syslat.pid, SIGINT)
            }
            let report = try Report(json: run.output)
            #expect(report.rows == ["write": 1] && report.balance.began_before == 1, "\(report.rows) \(report.balance)")
            report.expectNothingLost()
            let read = try #require(report.in_flight.first)
            #expect(report.in_flight.count == 1 && read.name == "read" && read.began_before != true)
            #expect(read.age_ns > 0 && read.age_ns < report.capture.duration_ns, "\(read.age_ns) ns")
        }

        /// How many bytes a process has written: proc_pid_io(5).
        private static func written(by pid: Int32) -> Int? {
            let lines = (try? String(contentsOfFile: "/proc/\(pid)/io", encoding: .utf8))?.split(separator: "\n") ?? []
            return lines.first { $0.hasPrefix("wchar: ") }.flatMap { Int($0.dropFirst(7)) }
        }

        @Test(arguments: [5, 16, 30]) func `without descriptors a capture says so, and what needs none works`(_ limit: Int) throws {
            let run = try CommandLineTests.shell("ulimit -n \(limit); \"$SYSLAT\" profile -- true")
            #expect(run.status == 1 && run.output == "")
            #expect(run.error.lowercased().contains("too many open files"), "\(run.error)")
            #expect(run.error.hasSuffix("Raise the limit of this shell: ulimit -n 1024.\n"), "\(run.error)")
            let doctor = try CommandLineTests.shell("ulimit -n \(limit); \"$SYSLAT\" doctor")
            #expect(doctor.status == 1 && doctor.output.contains("ulimit -n 1024"), "\(doctor.output)")
            #expect(try CommandLineTests.shell("ulimit -n \(limit); \"$SYSLAT\" report /dev/null").status == 2)
        }

        @Test func `a soft limit of descriptors is raised, and not for the command`() throws {
            let run = try CommandLineTests.shell(
                "ulimit -Sn 16; \"$SYSLAT\" profile --report /dev/null -- sh -c 'ulimit -Sn; ulimit -Hn'; ulimit -Hn")
            let lines = run.output.split(separator: "\n")
            #expect(lines.count == 3 && lines[0] == "16" && lines[1] == lines[2], "\(run.output)\(run.error)")
        }

        @Test func `where nothing can be written a capture is shown, and a file is refused before it`() throws {
            let scratch = try Scratch()
            let readOnly =
                "mount --bind '\(scratch.folder)' '\(scratch.folder)' && mount -o remount,bind,ro '\(scratch.folder)' && cd '\(scratch.folder)'"
            let environment = readOnly + " && export TMPDIR=/nowhere"
            let shown = try syslat(after: environment, ["profile", "--", "true"])
            #expect(shown.status == 0 && shown.output.contains("Balance: "), "\(shown.error)")
            for options in [["-o"], ["--report"], ["--interval", "1s", "-o"]] {
                let run = try syslat(after: environment, ["profile"] + options + ["x", "--", "false"])
                #expect(run.status == 1 && run.output == "")
                #expect(run.error.contains("can't be written to x: read-only file system. Give "), "\(run.error)")
            }
        }

        @Test func `without /dev, without an environment and in a folder that is gone captures work`() throws {
            let noDevices = try syslat(after: "mount -t tmpfs none /dev", ["profile", "--", "true"])
            #expect(noDevices.status == 0 && noDevices.output.contains("Balance: "), "\(noDevices.error)")
            let bare = try ProgramRun.run(["env", "-i", ProgramRun.syslat, "profile", "--", "true"])
            #expect(bare.status == 0 && bare.output.contains("Balance: "), "\(bare.error)")
            let scratch = try Scratch()
            let gone = try CommandLineTests.shell(
                "mkdir '\(scratch.path("d"))' && cd '\(scratch.path("d"))' && rmdir \"$PWD\" && \"$SYSLAT\" profile -- /bin/true")
            #expect(gone.status == 0 && gone.output.contains("Balance: "), "\(gone.error)")
        }

        @Test func `doctor names the missing mounts and blames nothing else`() throws {
            let proc = try syslat(after: Self.withoutProc, ["doctor"])
            #expect(proc.status == 1)
            #expect(proc.output.contains("FAILED  kernel       /proc isn't mounted here"), "\(proc.output)")
            #expect(proc.output.contains("ok      privileges   root"))
            #expect(proc.output.contains("note    vDSO         /proc/self/maps can't be read"))
            let sys = try syslat(after: Self.withoutSys, ["doctor"])
            #expect(sys.status == 1)
            #expect(sys.output.contains("FAILED  BTF          /sys isn't mounted"), "\(sys.output)")
            #expect(sys.output.contains("note    clocksource  unknown, because /sys isn't mounted"))
        }
    }
}
