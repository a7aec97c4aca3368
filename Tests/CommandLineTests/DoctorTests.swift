import CaptureSupport
import Foundation
import Testing
import TestPrograms

extension CommandLineTests {
    @Suite(.requiresBPF) struct DoctorLines {
        private static let subjects = [
            "kernel", "BTF", "privileges", "lockdown", "memlock", "capture", "hooks", "perf events", "cgroup v2", "clocksource",
            "vDSO",
        ]
        /// Captures work without these.
        private static let dispensable: Set<Substring> = ["perf events", "cgroup v2", "clocksource", "vDSO"]

        /// One line each: mark, subject, detail, in columns.
        @Test func `every finding is ok or a dispensable note where captures work`() throws {
            let run = try syslat(["doctor"])
            #expect(run.status == 0)
            #expect(run.error == "")
            let lines = run.output.split(separator: "\n")
            #expect(lines.count == Self.subjects.count)
            for (line, subject) in zip(lines, Self.subjects) {
                let mark = line.prefix(8)
                #expect(mark == "ok      " || (mark == "note    " && Self.dispensable.contains(subject[...])), "\(line)")
                #expect(line.dropFirst(8).hasPrefix(subject.padding(toLength: 13, withPad: " ", startingAt: 0)), "\(line)")
                #expect(line.count > 21, "\(line)")
            }
            #expect(run.output.contains(" programs on raw_syscalls and a ring buffer, loaded and attached in "))
        }

        /// The names come from the image that the kernel maps.
        @Test func `the doctor names the functions of the vDSO`() throws {
            let line = try #require(try syslat(["doctor"]).output.split(separator: "\n").last)
            try #require(line.hasPrefix("ok      vDSO "), "\(line)")
            for name in ["clock_gettime", "gettimeofday", "getcpu", "time"] { #expect(line.contains(name), "\(line)") }
        }

        /// Captures work without them, but lack the estimate.
        @Test func `refused perf events are a note, not a failure`() throws {
            let run = try ProgramRun.run(Fixture.command("without_perf", ProgramRun.syslat, "doctor"))
            #expect(run.status == 0)
            let line = try #require(run.output.split(separator: "\n").first { $0.contains("perf events") })
            #expect(
                line.hasPrefix(
                    "note    perf events  unavailable, so the calls that the vDSO serves can't be estimated. The kernel refuses"),
                "\(line)")
        }

        @Test func `a BTF file that does not exist is a failure`() throws {
            let run = try syslat(["doctor", "--btf", "/no/such.btf"])
            #expect(run.status == 1)
            let failed = run.output.split(separator: "\n").filter { $0.hasPrefix("FAILED") }
            #expect(failed.count == 2)
            #expect(failed.allSatisfy { $0.contains("/no/such.btf can't be read: no such file or directory") }, "\(run.output)")
        }

        /// The lines of libbpf are below the sentence and indented, because a line that begins at the margin is a finding.
        @Test func `messages of libbpf stay in their column`() throws {
            let run = try syslat(["doctor", "--btf", "/bin/sh"])
            #expect(run.status == 1)
            let lines = run.output.split(separator: "\n")
            #expect(lines.filter { !$0.hasPrefix(" ") }.count == Self.subjects.count)
            let said = lines.filter { $0.contains("libbpf:") }
            #expect(!said.isEmpty)
            #expect(said.allSatisfy { $0.hasPrefix(String(repeating: " ", count: 21) + "libbpf:") }, "\(run.output)")
        }

        @Test(
            .enabled(if: FileManager.default.fileExists(atPath: "/sys/kernel/btf/vmlinux"), "this kernel carries no BTF of its own")
        )
        func `the kernel's own BTF can be given as a file`() throws {
            let run = try syslat(["doctor", "--btf", "/sys/kernel/btf/vmlinux"])
            #expect(run.status == 0, "\(run.output)")
            #expect(run.output.contains("raw_tp programs on raw_syscalls"), "\(run.output)")
        }
    }
}
