import CaptureSupport
import Foundation
import Testing
import TestPrograms
import Workload

/// `syslat bench` from outside.
@Suite(.serialized) struct BenchCommandTests {
    private func bench(_ arguments: [String], under wrapper: [String] = []) throws -> ProgramRun {
        try ProgramRun.run(wrapper + [ProgramRun.syslat, "bench"] + arguments)
    }

    /// Runs cases where a system call is forbidden.
    private func bench(_ cases: [String], forbidding call: Int, _ action: String) throws -> ProgramRun {
        let wrapper = try Fixture.command("forbidding", String(call), action)
        return try bench(["--quick", "--runs", "1", "--format", "json"] + cases.flatMap { ["--cases", $0] }, under: wrapper)
    }

    @Test func `the list has every case with its calls`() throws {
        let run = try bench(["--list"])
        #expect(run.status == 0 && run.error == "")
        let lines = run.output.split(separator: "\n")
        #expect(lines.count == CaseDefinition.all.count)
        #expect(lines.contains { $0.hasPrefix("getdents ") && $0.contains(" lseek, getdents64 ") })
        #expect(lines.contains { $0.hasPrefix("clock-vdso ") && $0.contains("clock_gettime or none") })
    }

    @Test(arguments: [
        (["--cases", "nul"], "There is no case 'nul'. Did you mean null"),
        (["--cases", "["], "There is no case '['"), (["--runs", "0"], "--runs 0 is out of range"),
        (["--plant", "fork"], "Nothing can be planted in the case 'fork'"), (["--by", "interval"], "A bench has no intervals"),
        (["--boots", "3"], "--boots is for kernels in QEMU"), (["--memory", "1G"], "--memory is for kernels in QEMU"),
        (["--kernel", "vmlinuz"], "Name a folder"), (["--kernel", "vmlinuz", "-o", "-"], "Name a folder"),
        (["--kernel", "vmlinuz", "-o", "out", "--memory", "1M"], "A guest needs at least 128MiB"),
        (["--kernel", "vmlinuz", "-o", "out", "--boots", "0"], "--boots 0 is out of range"),
        (["--kernel", "vmlinuz", "-o", "out", "--btf", "x"], "must carry its own BTF"),
        (["--kernel", "vmlinuz", "-o", "out", "--cases", "nul"], "There is no case 'nul'"),
    ])
    func `options that make no sense are refused with 64`(_ arguments: [String], _ words: String) throws {
        let run = try bench(arguments)
        #expect(run.status == 64, "\(run.error)")
        #expect(run.output == "")
        #expect(run.error.contains("syslat: ") && run.error.contains(words), "\(run.error)")
    }

    @Test(.requiresBPF) func `cases that a sandbox forbids are absent, with the reason`() throws {
        // io_uring_setup and EPERM; mount and EACCES.
        let uring = try bench(["null", "io-uring-nop"], forbidding: 425, "1")
        #expect(uring.status == 0, "\(uring.error)")
        #expect(uring.error == "io-uring-nop can't run here: io_uring: io_uring_setup gives EPERM\n")
        #expect(try Report(json: uring.output).calls("getppid") == CaseDefinition.all[0].operations(isQuick: true))
        let tmpfs = try bench(["stat", "pipe"], forbidding: 165, "13")
        #expect(tmpfs.error == "stat can't run here: a tmpfs of its own: mount gives EACCES\n")
        #expect(tmpfs.status == 0)
    }

    /// The call only pretends to succeed: the tracepoint doesn't see it.
    @Test(.requiresBPF) func `a case fails if its calls are missing`() throws {
        let run = try bench(["null", "sched-yield"], forbidding: 24, "0")
        #expect(run.status == 1)
        #expect(run.error == "sched-yield FAILED: 1000 operations made 0 calls of sched_yield instead of 1000.\n")
        let report = try Report(json: run.output)
        #expect(report.calls("getppid") == 1000 && report.balance.closes)
    }

    @Test(.requiresBPF) func `the cases after a killed process are measured`() throws {
        let run = try bench(["rename", "create-unlink", "fork"], forbidding: 264, "kill")
        #expect(run.status == 1)
        #expect(run.error == "rename FAILED: Its process was killed, perhaps by a sandbox that forbids a call.\n")
        let report = try Report(json: run.output)
        #expect(report.calls("unlinkat") == 250 && report.calls("wait4") == 100 && report.calls("renameat") == 0)
        #expect(report.balance.closes && report.balance.lost == 0)
    }

    @Test(.requiresBPF) func `the profile of a bench can be saved and read again`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "syslat-bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "host.syslat").path
        let run = try bench(["--quick", "--runs", "1", "--cases", "p*", "--format", "json", "-o", file])
        #expect(run.status == 0 && run.error == "")
        let report = try ProgramRun.run([ProgramRun.syslat, "report", "--format", "json", file])
        #expect(report.status == 0, "\(report.error)")
        #expect(try Report(json: report.output).rows == Report(json: run.output).rows)
        // The profile alone.
        let alone = try bench(["--quick", "--runs", "1", "--cases", "null", "-o", "-"])
        #expect(alone.status == 0 && alone.output.contains("\"syslat-profile\""))
    }
}
