import CaptureSupport
import Foundation
import KernelLabSupport
import Testing
import TestPrograms

extension CommandLineTests.Abuse {
    /// Little memory: many processes with many calls, and a ring of the usual size.
    @Suite(.requiresBPF) struct Memory {
        private static let processes = 2000
        private static let rounds = 3
        /// The calls of thirty_calls.c, as the report names them.
        private static let calls = [
            "getppid", "getpid", "gettid", "getuid", "geteuid", "getgid", "getegid", "getpgrp", "getpgid", "getsid", "getpriority",
            "umask", "alarm", "personality", "getgroups", "sched_getscheduler", "sched_get_priority_max", "sched_get_priority_min",
            "getrusage", "write", "lseek", "fsync", "fdatasync", "dup", "fcntl", "ioctl", "ftruncate", "fchdir", "fchmod", "listen",
        ]

        /// Profiles two thousand processes that all live at the end, and checks that all their calls are counted. Returns the
        /// peak of syslat's resident memory in KiB.
        private func profile(with syslat: String = ProgramRun.syslat, in limit: MemoryLimit? = nil) throws -> Int {
            let program = try WaitingProgram(Fixture.command("thirty_calls", "\(Self.processes)", "\(Self.rounds)"))
            var peak = 0
            let (run, _) = try RunningProfiler.run(["-p", "\(program.pid)"], program: syslat, launcher: limit?.launcher ?? []) {
                syslat in
                if let limit { #expect(limit.processes == [syslat.pid]) }
                program.release()
                peak = RunningProfiler.peakMemory(of: syslat.pid)
            }
            #expect(program.wait() == 0)
            try #require(run.status == 0, "\(run.error)")
            let report = try Report(json: run.output)
            let processes = UInt64(Self.processes)
            #expect(Self.calls.count == 30)
            for call in Self.calls { #expect(report.calls(call) == processes * UInt64(Self.rounds), "\(call)") }
            #expect(report.calls("wait4") == processes)
            #expect(report.balance.new_task_returns == processes)
            #expect(report.balance.never_returned == processes + 1)
            #expect(report.balance.in_flight == 0)
            let rows = report.processes.filter { $0.calls >= UInt64(30 * Self.rounds) && $0.comm == "thirty_calls" }
            #expect(rows.count == Self.processes + 1)
            let known = report.processes.reduce(0) { $0 + $1.calls }
            #expect(known + report.balance.overflowed == report.balance.completed)
            report.expectNothingLost()
            return peak
        }

        @Test(.enabled(if: MemoryLimit.isPossible, "no cgroup with a memory limit can be made here"))
        func `64 MiB of memory are enough for two thousand processes`() throws {
            let limit = try MemoryLimit(mebibytes: 64)
            let resident = try profile(in: limit)
            // A ring of 8 MiB at least. What else is in the cgroup isn't known before Linux 5.19, which brought memory.peak.
            let peak = limit.peak ?? resident << 10
            #expect((8 << 20...64 << 20).contains(peak), "\(peak)")
        }

        /// Of the program that people install: the code alone of a debug build takes 40 MiB.
        @Test(.enabled(if: access(KernelRequirement.program, X_OK) == 0, "`make static` builds the program that is measured"))
        func `two thousand processes with thirty calls take at most 48 MiB`() throws {
            let peak = try profile(with: KernelRequirement.program)
            #expect(peak > 4 << 10, "\(peak) KiB")
            #expect(peak <= 48 << 10, "\(peak) KiB")
        }
    }
}
