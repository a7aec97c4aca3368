import Probes
import Capture
import CaptureSupport
import Foundation
import Testing
import TestPrograms

extension Semantics {
    /// `--sample` and `--max-overhead`: all calls are counted, some are measured.
    @Suite struct SamplingTests {
        @Test(arguments: ProgramSet.sampled, [2, 16, 4096])
        func `counts are exact however few calls are measured`(_ set: ProgramSet, _ oneIn: Int) throws {
            let (report, run) = try Report.profiling(
                Fixture.command("calls.s64", "100000"), options: ["--sample", "1/\(oneIn)"] + set.options)
            #expect(run.status == 0)
            #expect(report.rows == ["execve": 1, "getppid": 100_000, "write": 100_000])
            #expect(report.call("write")?.errnos == ["EBADF": 100_000])
            #expect(report.call("getppid")?.errors == 0)
            #expect(report.balance.completed == report.balance.unmeasured + report.capture.events + report.balance.overflowed)
            // One of each block of its only thread, and the first call of each number on any CPU.
            let measured = Int(report.balance.completed - report.balance.unmeasured)
            #expect((0...6).contains(measured - 200_000 / oneIn), "\(measured)")
            #expect(report.capture.sampling?.one_in_min == UInt64(oneIn) && report.capture.sampling?.one_in_max == UInt64(oneIn))
            report.expectNothingLost()
        }

        /// The program makes its two calls in turns, so regular sampling would measure only one of them.
        @Test func `two calls made in turns are both measured more than once`() throws {
            let (report, _) = try Report.profiling(
                Fixture.command("calls.s64", "50000"), options: ["--sample", "1/16", "--by", "process"])
            let measured = Double(report.balance.completed - report.balance.unmeasured)
            #expect(report.rows == ["execve": 1, "getppid": 50_000, "write": 50_000])
            // The count of the process is estimated from the measured calls of both kinds, scaled to all.
            #expect(report.processes.map(\.calls) == [100_001])
            #expect(measured > 5000 && measured < 7500)
            // Of each kind, more than the first call is measured.
            #expect(["getppid", "write"].allSatisfy { name in report.call(name).map { $0.min_ns < $0.max_ns } ?? false })
        }

        @Test(arguments: ProgramSet.sampled)
        func `sampling keeps the rows of every ABI and number`(_ set: ProgramSet) throws {
            let (mixed, _) = try Report.profiling(
                Fixture.command("mixed.s64", "500"), options: ["--sample", "1/64"] + set.options)
            #expect(mixed.rows == ["execve": 1, "getppid": 500, "ia32:getppid": 500, "ia32:write": 500])
            #expect(mixed.call("write", abi: "ia32")?.errors == 500)
            mixed.expectNothingLost()
            let (odd, _) = try Report.profiling(
                Fixture.command("odd_numbers.s64", "20"), options: ["--sample", "1/64"] + set.options)
            let (whole, _) = try Report.profiling(Fixture.command("odd_numbers.s64", "20"), options: set.options)
            // Numbers that no kernel has share a row, and their count is exact.
            let pooled = whole.rows.reduce(into: [String: UInt64]()) { rows, row in
                let parts = row.key.split(separator: "syscall_", omittingEmptySubsequences: false)
                rows[parts.count == 2 ? "\(parts[0])syscall_other" : row.key, default: 0] += row.value
            }
            #expect(odd.rows == pooled)
            odd.expectNothingLost()
        }

        @Test func `every call of threads that share slots is counted when sampled`() throws {
            let program = try WaitingProgram(Fixture.command("blocked_threads", "read", "200", "300", "late"))
            let options = CaptureOptions(
                target: .processes([program.pid], follow: true), sampling: .fixed(shift: 4), slotLimit: 64)
            let report = try Report(capture(options) { program.release() })
            #expect(program.wait() == 0)
            #expect(report.calls("getppid") == 120_000)
            #expect(report.calls("read") == 200)
            report.expectNothingLost()
        }

        @Test(arguments: ProgramSet.sampled)
        func `unmeasured calls are counted as in flight and as never returned`(_ set: ProgramSet) throws {
            let program = try WaitingProgram(Fixture.command("blocked_threads", "read", "200", "1", "stay"))
            defer { program.signal(SIGKILL) }
            let options = CaptureOptions(
                target: .processes([program.pid], follow: true), durationNanoseconds: 1_500_000_000, programSet: set,
                sampling: .fixed(shift: 12))
            let report = try Report(capture(options) { program.release() })
            #expect(report.balance.in_flight == 201)
            #expect(report.in_flight.filter { $0.name == "read" }.count == 200)
            // The coarse clock tells their age; none is older than the capture.
            #expect(report.in_flight.allSatisfy { $0.age_ns <= report.capture.duration_ns })
            report.expectNothingLost()
            let (exits, _) = try Report.profiling(
                Fixture.command("children", "fork", "50", "2"), options: ["--sample", "1/4096"] + set.options)
            #expect(exits.balance.never_returned == 51)
            #expect(exits.calls("getppid") == 100)
            exits.expectNothingLost()
        }

        @Test func `a full ring loses no call of a sampled capture`() throws {
            let command = try ResolvedCommand(Fixture.command("calls.s64", "250000"))
            let options = CaptureOptions(
                target: .command(command, follow: true), ringBytes: CaptureOptions.smallestRing, sampling: .fixed(shift: 1))
            let report = try Report(capture(options, stalls: [0.3, 0.3, 0.3]))
            #expect(report.rows == ["execve": 1, "getppid": 250_000, "write": 250_000])
            #expect(report.balance.overflowed > 0 && report.balance.unmeasured > 0)
            #expect(report.call("write")?.errnos == ["EBADF": 250_000])
            report.expectNothingLost()
        }

        @Test func `the intervals of a sampled capture add up`() throws {
            let run = try ProgramRun.run(
                [ProgramRun.syslat, "profile", "--format", "json", "--interval", "50ms", "--sample", "1/16", "--"]
                    + Fixture.command("calls.s64", "400000"))
            let lines = run.output.split(separator: "\n").map(String.init)
            let report = try Report(json: try #require(lines.last))
            #expect(report.rows == ["execve": 1, "getppid": 400_000, "write": 400_000])
            struct Part: Decodable { let syscalls: [Row]; let sampled: Bool }
            struct Row: Decodable { let name: String; let calls: UInt64 }
            let parts = try lines.dropLast().map { try JSONDecoder().decode(Part.self, from: Data($0.utf8)) }
            #expect(parts.count > 1 && parts.allSatisfy(\.sampled))
            for name in ["getppid", "write"] {
                #expect(parts.flatMap(\.syscalls).filter { $0.name == name }.reduce(0) { $0 + $1.calls } == 400_000)
            }
        }

        /// No sampling keeps to this budget: just counting calls made without pause costs more.
        @Test func `a budget that is too small is reported and leaves most calls unmeasured`() throws {
            // In a guest that counts instructions, a measured call costs hardly more than an unmeasured one, so sampling saves
            // nothing.
            let isGuest = ProcessInfo.processInfo.environment["SYSLAT_FIXTURES"] != nil
            // So many that sampling has time to go on from where it begins, on a busy machine too.
            let calls: UInt64 = isGuest ? 3_000_000 : 6_000_000
            let (report, run) = try Report.profiling(
                Fixture.command("calls.s64", "\(calls)"), options: ["--max-overhead", "0.01%"])
            #expect(run.status == 0)
            #expect(report.rows == ["execve": 1, "getppid": calls, "write": calls])
            let sampling = try #require(report.capture.sampling)
            let budget = try #require(sampling.budget)
            #expect(budget.max_overhead == 0.0001 && budget.spent_ns > 0 && budget.watched_cpu_ns > 0)
            #expect(sampling.one_in_max > 16 || isGuest, "\(sampling)")
            #expect(report.balance.unmeasured > calls / 3 * 5)
            let warning = try #require(report.capture.warnings.first { $0.contains("more than the budget of 0.01 %") })
            // On a busy machine syslat's own CPU time is the larger part.
            let isOwn = report.capture.consumer_cpu_ns > budget.spent_ns / 2
            #expect(warning.contains("is syslat's own CPU time") == isOwn, "\(warning) \(report.capture)")
            #expect(warning.contains("unmeasured call takes") == !isOwn, "\(warning) \(report.capture)")
            report.expectNothingLost()
        }

        /// Any program can make calls of numbers that no kernel has, as many different ones as it likes.
        @Test func `a budget holds against calls of any number`() throws {
            let command = try Fixture.command("any_number", "1000000", "300000")
            let (report, run) = try Report.profiling(command, options: ["--max-overhead", "1%"])
            #expect(run.status == 0)
            #expect(report.rows["syscall_other"] == 1_000_000)
            #expect(report.balance.unmeasured > 900_000)
            report.expectNothingLost()
            let (every, _) = try Report.profiling(command)
            #expect(every.syscalls.filter { $0.name.hasPrefix("syscall_") }.reduce(0) { $0 + $1.calls } == 1_000_000)
            every.expectNothingLost()
        }

        /// A full ring pools them too, so the kernel's histograms have room for all other calls.
        @Test func `calls of any number leave room for others where the ring is full`() throws {
            let program = try WaitingProgram(Fixture.command("any_number", "1000000", "300000", "gated"))
            var options = CaptureOptions(target: .processes([program.pid], follow: true))
            options.ringBytes = 1 << 16
            let report = try Report(capture(options, stalls: [1]) { program.release() })
            #expect(program.wait() == 0)
            #expect(report.balance.overflowed > 1000)
            #expect(report.calls("syscall_other") > 1000)
            #expect(report.calls("write") == 1)
            report.expectNothingLost()
        }

        /// A program that does next to nothing makes too few calls to exceed any budget. syslat itself does.
        @Test func `a budget that syslat itself exceeds is not blamed on calls`() throws {
            let source = "import time; time.sleep(0.3)"
            let (report, _) = try Report.profiling(["/usr/bin/python3", "-S", "-c", source], options: ["--max-overhead", "0.01%"])
            #expect(
                report.capture.warnings.contains {
                    $0.contains("more than the budget of 0.01 %") && $0.contains("is syslat's own CPU time")
                        && !$0.contains("unmeasured call")
                }, "\(report.capture.warnings)")
        }

        /// A program that mostly computes leaves room to measure all its calls. syslat begins with one of 16 and measures twice
        /// as many after a tenth of a second, and again after each second.
        @Test func `an ample budget measures more than one of 16 calls`() throws {
            let source = """
                import os, time
                end = time.monotonic() + 2.5
                while time.monotonic() < end: sum(range(3000)); os.getppid()
                """
            let (report, run) = try Report.profiling(["/usr/bin/python3", "-S", "-c", source], options: ["--max-overhead", "50%"])
            #expect(run.status == 0, "\(run.error)")
            let sampling = try #require(report.capture.sampling)
            #expect(sampling.one_in_max == 16 && sampling.one_in_min <= 8, "\(sampling)")
            let measured = report.balance.completed - report.balance.unmeasured
            #expect(measured > report.balance.completed / 12, "\(report.balance)")
            // Errors of calls that are all unmeasured have no errno, so not everything can be expected of this report.
            #expect(report.balance.lost == 0 && report.balance.closes, "\(report.balance)")
        }

        @Test func `every format marks a sampled profile as sampled`() throws {
            let file = FileManager.default.temporaryDirectory.appending(path: "syslat-sampled-\(UUID().uuidString).syslat").path
            defer { try? FileManager.default.removeItem(atPath: file) }
            let run = try ProgramRun.run(
                [ProgramRun.syslat, "profile", "--sample", "1/16", "-o", file, "--"] + Fixture.command("calls.s64", "20000"))
            #expect(run.output.contains("Sampled: 1 of 16 calls was measured, the others only counted"), "\(run.output)")
            for (format, mark) in [
                ("text", "Sampled: 1 of 16 calls was measured"), ("json", "\"one_in_max\""), ("csv", ",yes,,\r\n"),
                ("hgrm", "# sampled: 1 of 16 calls"), ("hlog", "#[sampled: 1 of 16 calls"), ("folded", ";ran (sampled) "),
                ("openmetrics", "syslat_sampling_calls{bound=\"max\"} 16\n"),
            ] {
                let report = try ProgramRun.run([ProgramRun.syslat, "report", "--format", format, file])
                #expect(report.status == 0 && report.output.contains(mark), "\(format): \(report.output)")
            }
        }
    }
}
