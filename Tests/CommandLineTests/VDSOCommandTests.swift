import CaptureSupport
import Foundation
import Testing
import TestPrograms

extension CommandLineTests {
    /// `syslat vdso` from outside.
    @Suite(.requiresBPF) struct VDSOCommand {
        private static let clocks = [
            "REALTIME", "MONOTONIC", "BOOTTIME", "TAI", "MONOTONIC_RAW", "REALTIME_COARSE", "MONOTONIC_COARSE", "PROCESS_CPUTIME",
            "THREAD_CPUTIME", "REALTIME_ALARM", "BOOTTIME_ALARM", "CPUCLOCK",
        ]
        /// One function is enough where the table is not tested.
        private static let one = ["vdso", "--function", "time"]

        private func selfTest(_ arguments: [String] = []) throws -> SelfTestReport {
            let run = try syslat(["vdso", "--format", "json"] + arguments)
            try #require(run.status == 0 && run.error == "", "\(run.error)")
            return try SelfTestReport(json: run.output)
        }

        @Test func `every function and clock has a row in JSON and in text`() throws {
            let report = try selfTest()
            #expect(report.schema == "syslat.vdso/2")
            let symbols = try #require(report.image).symbols
            #expect(!symbols.isEmpty && symbols.allSatisfy { $0.version != nil })
            let expected = symbols.map(\.name).flatMap { name in
                name.hasPrefix("clock_") ? Self.clocks.map { "\(name) \($0)" } : [name]
            }
            #expect(report.functions.map(\.call).sorted() == expected.sorted())
            for function in report.functions where function.error == nil && function.not_called == nil {
                #expect(function.served != nil && function.vdso_ns != nil && function.syscall_ns != nil, "\(function)")
                // A call that takes no longer than an empty one has no ratio.
                #expect(function.kernel_p50_ns != nil && (function.ratio != nil || function.vdso_ns == 0), "\(function)")
            }
            #expect(report.null_call.syscall_ns != nil && report.probe_floor_p50_ns != nil && report.warnings.isEmpty)
            let text = try syslat(["vdso"])
            #expect(text.status == 0 && text.error == "")
            let lines = text.output.split(separator: "\n").map { $0.drop { $0 == " " } }
            #expect(lines.allSatisfy { $0.count <= 100 })
            for call in report.functions {
                let label = call.name + (call.clock.map { "(\($0))" } ?? "")
                let row = lines.first { $0.hasPrefix("\(label) ") || $0.hasPrefix("\(label):") }
                #expect(row != nil, "\(label) has no row: \(text.output)")
                if let served = call.served { #expect(row?.contains(served ? " yes " : " entered ") == true, "\(row ?? "")") }
            }
        }

        /// strace sees exactly the calls that enter the kernel.
        @Test func `strace agrees on which calls enter the kernel`() throws {
            let scratch = try Scratch()
            let calls = try selfTest().functions.filter { $0.served != nil }
            #expect(calls.count > 15)
            for call in calls {
                let clock = call.clock.map { $0 == "CPUCLOCK" ? "negative" : $0.lowercased().replacing("_", with: "-") }
                let step = clock.map { call.name == "clock_getres" ? "getres-\($0)" : $0 } ?? call.name
                let run = try ProgramRun.run(
                    ["strace", "-f", "-o", scratch.path("trace"), "-e", "trace=\(call.name)"]
                        + Fixture.command("vdso_calls", "\(step):200"))
                try #require(run.status == 0, "\(step): \(run.error)")
                let entered = try scratch.read("trace").split(separator: "\n").filter { $0.contains("\(call.name)(") }.count
                // The C library calls getrandom too, and the vDSO fetches its key with it.
                #expect(call.served == true ? entered < 10 : entered == 200, "\(call.call): \(entered) of 200 entered")
            }
        }

        @Test(arguments: [
            (["--function", "clock_gettime", "--clock", "MONOTONIC"], ["clock_gettime MONOTONIC"]),
            (["--clock", "TAI"], ["clock_getres TAI", "clock_gettime TAI"]),
            (["--function", "time", "--function", "__vdso_getcpu"], ["getcpu", "time"]),
            (
                ["--function", "clock_getres", "--clock", "TAI", "--clock", "CPUCLOCK"],
                ["clock_getres CPUCLOCK", "clock_getres TAI"]
            ),
            (["--function", "time", "--clock", "TAI"], []),
        ])
        func `only the functions and clocks asked for are tested`(_ options: [String], _ rows: [String]) throws {
            #expect(try selfTest(options).functions.map(\.call).sorted() == rows)
        }

        @Test(arguments: [
            Refusal(["--function", "getpid"], 64, "no function 'getpid'", "Choose from ", "clock_gettime", "getcpu"),
            Refusal(["--function", ""], 64, "no function ''", "clock_gettime"),
            Refusal(["--clock", "monotonic-fast"], 64, "no clock 'monotonic-fast'", "REALTIME, MONOTONIC", "CPUCLOCK"),
            Refusal(["--clock", ""], 64, "no clock ''", "REALTIME"),
            Refusal(["--format", "csv"], 64, "'csv'", "'text' and 'json'"),
            Refusal(["-o", ""], 64, "-o was given an empty name"),
            Refusal(["clock_gettime"], 64, "Unexpected argument 'clock_gettime'"),
            Refusal(["--btf", "/no/such.btf"], 2, "/no/such.btf can't be read: no such file or directory"),
            Refusal(["--btf", "/etc/passwd"], 2, "/etc/passwd has no BTF"),
            Refusal(["--btf", "/bin/sh"], 2, "/bin/sh has no valid BTF"),
            Refusal(["-o", "/no/folder/file"], 1, "/no/folder/file: no such file or directory. Create its folder first"),
            Refusal(["-o", "/dev/full"], 1, "The output can't be written to /dev/full: no space left on device. Free some space"),
        ])
        func `options that make no sense are refused with their status`(_ refusal: Refusal) throws {
            let isQuick = !refusal.arguments.contains("--function") && refusal.status < 64
            let run = try syslat((isQuick ? Self.one : ["vdso"]) + refusal.arguments)
            #expect(run.status == refusal.status, "\(run.error)")
            #expect(run.output == "")
            #expect(run.error.contains("syslat: "), "\(run.error)")
            for word in refusal.words { #expect(run.error.contains(word), "'\(word)' is missing: \(run.error)") }
        }

        @Test func `the file that -o names gets the whole report`() throws {
            let scratch = try Scratch()
            try scratch.write("old\n", to: "real")
            try FileManager.default.createSymbolicLink(atPath: scratch.path("link"), withDestinationPath: "real")
            let run = try syslat(Self.one + ["--format", "json", "-o", scratch.path("link")])
            #expect(run.status == 0 && run.output == "" && run.error == "")
            #expect(try SelfTestReport(json: scratch.read("real")).functions.map(\.call) == ["time"])
            #expect(scratch.names == ["link", "real"])
            #expect(try syslat(Self.one + ["-o", "-"]).output.contains("self-test of the vDSO"))
        }

        @Test func `a standard output that is full or closed is reported`() throws {
            let run = try shell("\"$SYSLAT\" vdso --function time >/dev/full")
            #expect(run.status == 1)
            #expect(run.error.contains("Standard output can't be written: no space left on device"), "\(run.error)")
            #expect(try shell("\"$SYSLAT\" vdso --function time >&-").error.contains("Standard output is closed"))
        }

        @Test func `the exit status shows that the reader has left`() throws {
            let line = "{ \"$SYSLAT\" vdso --function time; echo $? >&2; } | true"
            let run = try shell(line)
            #expect(run.error == "\(128 + SIGPIPE)\n")
        }

        @Test(.enabled(if: FileManager.default.fileExists(atPath: "/sys/kernel/btf/vmlinux"), "this kernel carries no BTF"))
        func `the kernel's own BTF can be given as a file`() throws {
            let file = "/sys/kernel/btf/vmlinux"
            #expect(try selfTest(["--function", "time", "--btf", file]).calls(served: true) == ["time"])
        }

        /// The kernel knows processes by other ids, so nothing can be traced.
        @Test func `in a pid namespace of its own, syslat still times the calls`() throws {
            let run = try ProgramRun.run(
                ["unshare", "--pid", "--fork", "--mount-proc", ProgramRun.syslat, "vdso", "--format", "json", "--function", "time"])
            #expect(run.status == 0, "\(run.error)")
            let report = try SelfTestReport(json: run.output)
            #expect(report.functions.count == 1 && report.functions[0].served == nil && report.functions[0].vdso_ns != nil)
            #expect(
                report.warnings.contains { $0.hasPrefix("Nothing was traced: ") && $0.contains("namespace") }, "\(report.warnings)")
        }
    }
}
