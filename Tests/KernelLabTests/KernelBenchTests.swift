import CaptureSupport
import Foundation
import KernelLabSupport
import Linux
import Testing
import TestPrograms
import Workload

@testable import syslat

/// `syslat bench --kernel`: the bench on Debian's kernels. These tests check counts, not nanoseconds.
@Suite(.serialized, .requiresKernels) struct KernelBenchTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "syslat-boots-\(UUID().uuidString)").path

    private func bench(
        _ arguments: [String], kernels: [String] = [DebianKernel.standard.path],
        environment: [String: String] = ["SYSLAT_STATIC": KernelRequirement.program]
    ) throws -> ProgramRun {
        try DebianKernel.beside {
            try ProgramRun.run(
                [ProgramRun.syslat, "bench", "--quick", "--runs", "1", "-o", folder] + kernels.flatMap { ["--kernel", $0] }
                    + arguments,
                environment: environment, timeout: 1800)
        }
    }

    private var names: [String] { ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted() }

    @Test func `every kernel makes exactly the calls of every case`() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let kernels = DebianKernel.reachable.filter { DebianKernel.triesAll || DebianKernel.required.contains($0) || $0 == .newest }
        let run = try bench(["--boots", "1"], kernels: kernels.map(\.path))
        #expect(run.status == 0, "\(run.error)")
        let expected = try kernels.map { "\(try $0.image().release)-1.syslat" }
        #expect(names == expected.sorted())
        #expect(run.output == expected.map { "\(folder)/\($0)\n" }.joined())
        // Debian's kernels have ext4 and loop devices in modules, which a guest lacks.
        let absent = Set(
            run.error.split(separator: "\n").filter { $0.contains(" can't run here") }.compactMap { $0.split(separator: " ").first }
        )
        #expect(absent == Set(CaseDefinition.all.map(\.name).filter(KernelBenchTests.needsModules).map { $0[...] }), "\(run.error)")
        for name in expected {
            let file = try ProgramRun.run([ProgramRun.syslat, "report", "--format", "json", "\(folder)/\(name)"])
            let report = try Report(json: file.output)
            report.expectNothingLost()
            // The newest kernel needs perf events, so all use them that can.
            let usesEvents = DebianKernel.reachable.contains(.newest) && !report.host.kernel_release.hasPrefix("5.10.")
            #expect((report.capture.hooks?.calls == "perf_event") == usesEvents, "\(name)")
            for (call, count) in KernelBenchTests.expected where call != "clock_gettime" {
                #expect(report.calls(call) == count, "\(call) in \(name)")
            }
            // Without KVM the nanoseconds are instructions, and the file says so.
            let isEmulated = run.error.contains("KVM does not work here")
            #expect(report.capture.messages.contains { $0.contains("a nanosecond is one instruction executed") } == isEmulated)
            #expect(file.output.contains(#""machine":"\#(isEmulated ? "counted-emulation" : "kvm")""#))
        }
        try expectOneBootDecidesNothing(DebianKernel.required.map { "\(folder)/\(try $0.image().release)-1.syslat" })
    }

    /// What differs between the two is reported nevertheless: 6.12 serves getrandom in user space.
    private func expectOneBootDecidesNothing(_ files: [String]) throws {
        let run = try ProgramRun.run([ProgramRun.syslat, "compare", files[0], "--", files[1]])
        #expect(run.status == 3, "\(run.error)")
        #expect(run.output.contains("INCONCLUSIVE: one boot a side says nothing about how boots differ"), "\(run.output)")
        #expect(run.output.contains("getrandom: now served"), "\(run.output)")
    }

    /// How often each call is made and returns.
    private static let expected: [String: UInt64] = CaseDefinition.all.reduce(into: [:]) { counts, definition in
        guard !needsModules(definition.name) else { return }
        for call in definition.calls where call.ending != .neverReturns {
            counts[call.name, default: 0] += call.times * definition.operations(isQuick: true)
        }
    }

    private static func needsModules(_ name: String) -> Bool { name.hasSuffix("-ext4") }

    /// The kernel and itself: a few boots don't decide, and the time is up with the first of them.
    @Test func `boots go on until time is up, and the report says at which level it was looked at`() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let run = try bench(
            ["--until-decided", "1s", "--cases", "null", "--gate-calls", "getppid"],
            kernels: [DebianKernel.standard.path, DebianKernel.standard.path])
        #expect(run.status == 3, "\(run.error)")
        #expect(names.count == 2 && names.allSatisfy { $0.hasSuffix(".syslat") }, "\(names)")
        #expect(run.output.contains("INCONCLUSIVE: "), "\(run.output)")
        let words = run.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        #expect(words.contains("this is look 1. Its level is 0.025, so that all looks"), "\(run.output)")
        let again = try ProgramRun.run(
            [
                ProgramRun.syslat, "compare", "--alpha", "0.025", "--gate-calls", "getppid", "\(folder)/\(names[0])", "--",
                "\(folder)/\(names[1])",
            ])
        let figures = { (text: String) in text.split(separator: "\n").filter { $0.hasPrefix("null") } }
        #expect(
            again.status == 3 && figures(again.output) == figures(run.output) && !figures(run.output).isEmpty, "\(again.output)")
        try FileManager.default.removeItem(atPath: folder)
        let unbootable = try bench(
            ["--until-decided", "1s", "--cmdline", "rdinit=/none"],
            kernels: [DebianKernel.standard.path, DebianKernel.standard.path])
        #expect(
            unbootable.status == 1 && unbootable.error.contains("gave a profile, so there is nothing to compare"),
            "\(unbootable.error)")
    }

    @Test func `a panic is reported and the other boots go on`() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let run = try bench(["--boots", "2", "--cmdline", "rdinit=/none"])
        #expect(run.status == 1 && names.isEmpty && run.output == "")
        #expect(run.error.contains("Boot 1 of 2") && run.error.contains("Boot 2 of 2"), "\(run.error)")
        #expect(run.error.contains("panicked") && run.error.contains("Kernel panic"), "\(run.error)")
        #expect(run.error.contains("2 of 2 boots failed"))
    }

    @Test func `a kernel that forbids tracing is reported`() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let run = try bench(["--boots", "1", "--cmdline", "lockdown=confidentiality"])
        #expect(run.status == 1 && names.isEmpty && run.output == "")
        #expect(run.error.contains("gave no profile (exit status 1)"), "\(run.error)")
        #expect(run.error.contains("syslat: cannot load the BPF programs"), "\(run.error)")
    }

    @Test func `a boot that takes too long is ended`() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let run = try bench(["--boots", "1", "--time-limit", "500ms"])
        #expect(run.status == 1 && run.error.contains("did not finish within 0.5 seconds"), "\(run.error)")
    }

    @Test func `what keeps kernels from booting is reported beforehand`() throws {
        let scratch = FileManager.default.temporaryDirectory.appending(path: "syslat-no-kernel-\(UUID().uuidString)").path
        try Data("no kernel".utf8).write(to: URL(fileURLWithPath: scratch))
        defer { try? FileManager.default.removeItem(atPath: scratch) }
        let noKernel = try bench([], kernels: [DebianKernel.standard.path, scratch])
        #expect(noKernel.status == 2 && noKernel.error.contains("isn't a bootable kernel"), "\(noKernel.error)")
        let missing = try bench([], kernels: ["/no/vmlinuz"])
        #expect(missing.status == 2 && missing.error.contains("/no/vmlinuz"), "\(missing.error)")
        let dynamic = try bench(["--guest-binary", ProgramRun.syslat])
        #expect(
            dynamic.status == 1 && dynamic.error.contains("Name it with --guest-binary FILE or SYSLAT_STATIC=FILE"),
            "\(dynamic.error)")
        let noFolder = try ProgramRun.run(
            [ProgramRun.syslat, "bench", "--kernel", DebianKernel.standard.path, "-o", scratch],
            environment: ["SYSLAT_STATIC": KernelRequirement.program])
        #expect(noFolder.status == 1 && noFolder.error.contains("is not a folder"), "\(noFolder.error)")
        // env(1) is found anyway, and syslat's path is absolute.
        let noQEMU = try ProgramRun.run(
            [ProgramRun.syslat, "bench", "--kernel", DebianKernel.standard.path, "-o", folder],
            environment: ["SYSLAT_STATIC": KernelRequirement.program, "PATH": "/nowhere"])
        #expect(noQEMU.status == 1 && noQEMU.error.contains("Install it: sudo apt-get install qemu-system-x86"), "\(noQEMU.error)")
        #expect(names.isEmpty)
    }

    @Test func `profiles of earlier boots are not replaced`() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let name = "\(try DebianKernel.standard.image().release)-2.syslat"
        try Data("yesterday".utf8).write(to: URL(fileURLWithPath: "\(folder)/\(name)"))
        let run = try bench(["--boots", "2"])
        #expect(run.status == 1 && run.error.contains("\(name) exists already"), "\(run.error)")
        #expect(try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8) == "yesterday" && names == [name])
    }

    @Test func `two benches don't write to one folder at once`() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let lock = try LockedFolder(folder)
        let run = try bench(["--boots", "1"])
        #expect(run.status == 1 && run.error.contains("Another bench writes to \(folder). Wait for its end"), "\(run.error)")
        #expect(names.isEmpty)
        _ = consume lock
    }

    /// There is nothing that a handler would have to clean up.
    @Test(arguments: [SIGINT, SIGKILL]) func `a bench that is ended leaves no file and no machine behind`(_ signal: Int32) throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let scratch = FileManager.default.temporaryDirectory.appending(path: "syslat-scratch-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: scratch, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: scratch) }
        var machine: Int32?
        let run = try DebianKernel.beside {
            try ProgramRun.run(
                [ProgramRun.syslat, "bench", "--quick", "--runs", "1", "-o", folder, "--kernel", DebianKernel.standard.path],
                environment: ["SYSLAT_STATIC": KernelRequirement.program, "TMPDIR": scratch]
            ) { pid in
                _ = eventually {
                    let children = (try? String(contentsOfFile: "/proc/\(pid)/task/\(pid)/children", encoding: .utf8)) ?? ""
                    machine = children.split(separator: " ").compactMap { Int32($0) }.first {
                        (try? String(contentsOfFile: "/proc/\($0)/comm", encoding: .utf8))?.hasPrefix("qemu-system") == true
                    }
                    return machine != nil
                }
                kill(pid, signal)
            }
        }
        #expect(run.status == 128 + signal, "\(run.error)")
        let qemu = try #require(machine)
        #expect(eventually { hasEnded(qemu) })
        #expect(names.isEmpty)
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch) == [])
    }

    @Test func `a guest that says a lot is quoted in brief`() {
        let text = (1...100).map { "\($0)\n" }.joined() + String(repeating: "x", count: 1_000_000)
        let lines = KernelBench.end(of: text).split(separator: "\n")
        #expect(lines.count == 20 && lines.first == "    82" && lines.last == "    " + String(repeating: "x", count: 200) + "…")
    }
}
