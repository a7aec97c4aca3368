import CaptureSupport
import Foundation
import Testing
import TestPrograms

extension CommandLineTests {
    /// What happens without root. The tests are root's: setpriv(1) takes the rights away.
    @Suite(.requiresBPF, .enabled(if: geteuid() == 0, "needs root to give root up")) struct Privileges {
        private static let nobody = ["setpriv", "--reuid", "65534", "--clear-groups"]

        /// A copy of syslat that everybody can run: the build may be in a folder of root's.
        private static func readableSyslat(in scratch: Scratch) throws -> String {
            try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: scratch.folder)
            return try scratch.install(ProgramRun.syslat, as: "syslat")
        }

        @Test(arguments: [["-a", "-d", "100ms"], ["--", "true"]])
        func `a capture without root says what it needs`(_ arguments: [String]) throws {
            let scratch = try Scratch()
            let program = try Self.readableSyslat(in: scratch)
            let run = try ProgramRun.run(Self.nobody + [program, "profile"] + arguments)
            #expect(run.status == 1)
            #expect(run.output == "")
            for word in ["needs root, or CAP_BPF and CAP_PERFMON", "sudo", "`syslat doctor`"] {
                #expect(run.error.contains(word), "\(run.error)")
            }
        }

        @Test func `the doctor without root says what to type`() throws {
            let scratch = try Scratch()
            let program = try Self.readableSyslat(in: scratch)
            let run = try ProgramRun.run(Self.nobody + [program, "doctor"])
            #expect(run.status == 1)
            #expect(run.error == "")
            let lines = run.output.split(separator: "\n")
            let privileges = try #require(lines.first { $0.hasPrefix("FAILED  privileges") })
            #expect(privileges.contains("run it with sudo"))
            #expect(privileges.contains("sudo setcap cap_bpf,cap_perfmon=ep"))
            #expect(lines.contains { $0.hasPrefix("FAILED  capture") })
            // It doesn't send the user to itself.
            #expect(!run.output.contains("`syslat doctor`"))
        }

        /// What needs no trace is there, and one line says what is missing.
        @Test func `the self-test of the vDSO works without the right to trace`() throws {
            let scratch = try Scratch()
            let program = try Self.readableSyslat(in: scratch)
            let text = try ProgramRun.run(Self.nobody + [program, "vdso", "--function", "clock_gettime"])
            #expect(text.status == 0 && text.error == "", "\(text.error)")
            let lines = text.output.split(separator: "\n")
            let row = try #require(lines.first { $0.hasPrefix("clock_gettime(MONOTONIC) ") })
            #expect(row.contains(" ? "), "\(row)")
            // The notes don't explain columns that are empty.
            #expect(text.output.contains("SERVED, KERNEL P50 and BOUNDARY need a trace, and nothing was traced."), "\(text.output)")
            #expect(!text.output.contains("KERNEL P50 is ") && !text.output.contains("SERVED: yes"), "\(text.output)")
            #expect(lines.filter { $0.hasPrefix("warning: Nothing was traced: ") }.count == 1, "\(text.output)")
            let run = try ProgramRun.run(
                Self.nobody + [program, "vdso", "--format", "json", "--btf", "/sys/kernel/btf/vmlinux", "--function", "time"])
            #expect(run.status == 0 && run.error == "", "\(run.error)")
            let report = try SelfTestReport(json: run.output)
            let function = try #require(report.functions.first)
            #expect(function.call == "time" && function.vdso_ns != nil && function.syscall_ns != nil && function.ratio != nil)
            #expect(function.served == nil && function.kernel_p50_ns == nil && function.boundary_ns == nil)
            #expect(report.probe_floor_p50_ns == nil)
            #expect(report.warnings.count == 1)
            #expect(report.warnings.first?.contains("needs root, or CAP_BPF and CAP_PERFMON") == true, "\(report.warnings)")
        }

        /// The messages of the capture and of the doctor name these two.
        @Test func `CAP_BPF and CAP_PERFMON are enough for every command`() throws {
            let scratch = try Scratch()
            let program = try Self.readableSyslat(in: scratch)
            let capabilities = ["--inh-caps=+bpf,+perfmon", "--ambient-caps=+bpf,+perfmon"]
            let doctor = try ProgramRun.run(Self.nobody + capabilities + [program, "doctor"])
            #expect(doctor.status == 0, "\(doctor.output)")
            #expect(doctor.output.contains("ok      privileges   CAP_PERFMON, CAP_BPF"), "\(doctor.output)")
            let run = try ProgramRun.run(Self.nobody + capabilities + [program, "profile", "--format", "json", "--", "true"])
            #expect(run.status == 0, "\(run.error)")
            let report = try Report(json: run.output)
            #expect(report.calls("execve") == 1)
            #expect(report.balance.closes)
            #expect(report.vdso?.ticks.state == "on")
            let vdso = try ProgramRun.run(Self.nobody + capabilities + [program, "vdso", "--format", "json", "--function", "time"])
            #expect(try SelfTestReport(json: vdso.output).calls(served: true) == ["time"], "\(vdso.error)")
        }

        @Test func `a profile that root has saved says how others may read it`() throws {
            let scratch = try Scratch()
            let program = try Self.readableSyslat(in: scratch)
            let file = scratch.path("p")
            #expect(try syslat(["profile", "-o", file, "--report", "/dev/null", "--", "true"]).status == 0)
            let run = try ProgramRun.run(Self.nobody + [program, "report", file])
            #expect(run.status == 2)
            #expect(
                run.error.contains("Can't read \(file): permission denied. New profiles are for their owner alone"), "\(run.error)")
            #expect(run.error.hasSuffix("sudo chown $USER \(file)\n"), "\(run.error)")
        }

        @Test func `a folder without the right to write is reported`() throws {
            let scratch = try Scratch()
            let program = try Self.readableSyslat(in: scratch)
            let run = try ProgramRun.run(Self.nobody + [program, "profile", "--report", scratch.path("report"), "--", "true"])
            #expect(run.status == 1)
            #expect(
                run.error.contains("\(scratch.path("report")): permission denied. Give --report another name"), "\(run.error)")
        }
    }
}
