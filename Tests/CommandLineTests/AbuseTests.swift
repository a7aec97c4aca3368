import CaptureSupport
import Foundation
import Testing
import TestPrograms

extension CommandLineTests {
    /// Nothing is lost under abuse: whatever happens to syslat, its target or the machine, every call of a program with known
    /// calls is counted, and the balance closes. Tests that run under each program set are in the suite Semantics:
    ///
    /// | abuse | tests |
    /// |---|---|
    /// | the consumer is stopped for 5 s under full load | here |
    /// | every CPU is busy with SCHED_FIFO work | here |
    /// | a ring of 64 KiB | here; line 22 in `CapacityTests` |
    /// | 20 000 threads born and dead | line 5 in `TaskEndTests` |
    /// | 20 000 processes forked and dead | here |
    /// | 5 000 threads blocked at once | here |
    /// | a CPU taken offline and back | line 13 in `CPUTests`; on other kernels `GuestSemanticsTests` |
    /// | the target is killed in the middle of calls | here; line 5 in `TaskEndTests` |
    /// | syslat is killed | here; line 14 in `SignalTests` |
    /// | 64 MiB of memory for syslat | here; by a cgroup of version 2 in `GuestSemanticsTests` |
    @Suite(.requiresBPF) struct Abuse {
        @Test func `no call is lost while the consumer stops for five seconds under load`() throws {
            let scratch = try Scratch()
            let busy = try BusyCalls()
            let (run, _) = try RunningProfiler.run(["-p", "\(busy.pid)", "-o", scratch.path("profile")]) { syslat in
                try busy.begin()
                kill(syslat.pid, SIGSTOP)
                #expect(eventually { isStopped(syslat.pid) })
                Thread.sleep(forTimeInterval: 5)
                // More than a ring of 8 MiB holds, on a machine of any speed.
                try busy.wait(for: busy.total + 400_000)
                kill(syslat.pid, SIGCONT)
                try busy.wait(for: busy.total + 1000)
                busy.end()
            }
            let report = try check(run, busy)
            #expect(report.balance.overflowed > 0)
            #expect(report.balance.overflowed < report.balance.completed)
            let text = try syslat(["report", scratch.path("profile")]).output
            #expect(text.contains("warning: ") && text.contains("in the kernel's overflow histograms"), "\(text)")
        }

        /// 64 KiB hold what the CPUs do in a millisecond or two. Calls made while the ring is full are counted in the kernel.
        @Test func `no call is lost with the smallest ring`() throws {
            let busy = try BusyCalls()
            let (run, _) = try RunningProfiler.run(["-p", "\(busy.pid)", "--ring-size", "64KiB"]) { _ in
                try busy.begin(andMake: 2_000_000)
                busy.end()
            }
            try check(run, busy)
        }

        private static let isFIFOPermitted = (try? ProgramRun.run(["chrt", "--fifo", "1", "true"]))?.status == 0

        /// The consumer gets only the few percent of a CPU that the kernel keeps from such work.
        @Test(.enabled(if: isFIFOPermitted, "SCHED_FIFO is not permitted here: `chrt --fifo 1 true` fails"))
        func `no call is lost while real-time work takes every CPU`() throws {
            let busy = try BusyCalls(seconds: 3, isFIFO: true)
            let (run, _) = try RunningProfiler.run(["-p", "\(busy.pid)"]) { _ in try busy.begin() }
            try check(run, busy)
        }

        /// Checks what holds for a busy program that was watched from its gate to its end.
        @discardableResult
        private func check(
            _ run: ProgramRun, _ busy: BusyCalls, sourceLocation: SourceLocation = #_sourceLocation
        ) throws -> Report {
            #expect(busy.wait() == 0, sourceLocation: sourceLocation)
            #expect(run.status == 0, "\(run.error)", sourceLocation: sourceLocation)
            let report = try Report(json: run.output)
            for (name, count) in [("getppid", busy.getppid), ("write", busy.write)] {
                #expect(report.calls(name) == count.done, "\(name)", sourceLocation: sourceLocation)
                #expect(count.begun == count.done, sourceLocation: sourceLocation)
            }
            #expect(report.call("getppid")?.errors == 0, sourceLocation: sourceLocation)
            #expect(report.call("write")?.errnos == ["EBADF": busy.write.done], sourceLocation: sourceLocation)
            // The exit of each thread and the exit_group.
            #expect(report.balance.never_returned == UInt64(BusyCalls.threads) + 1, sourceLocation: sourceLocation)
            #expect(report.balance.new_task_returns == UInt64(BusyCalls.threads), sourceLocation: sourceLocation)
            #expect(report.balance.began_before == 1, "the gate's read", sourceLocation: sourceLocation)
            #expect(report.balance.in_flight == 0, sourceLocation: sourceLocation)
            // Overflow histograms don't keep the process.
            let known = report.processes.reduce(0) { $0 + $1.calls }
            #expect(known + report.balance.overflowed == report.balance.completed, sourceLocation: sourceLocation)
            report.expectNothingLost(sourceLocation: sourceLocation)
            return report
        }

        private func isStopped(_ pid: Int32) -> Bool {
            (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8))?.contains("\nState:\tT") == true
        }

        /// Every thread is killed between two of its calls or inside one. Its last call has returned or never does.
        @Test func `no call is lost when the target is killed in the middle of calls`() throws {
            let busy = try BusyCalls()
            let (run, _) = try RunningProfiler.run(["-p", "\(busy.pid)"]) { _ in
                try busy.begin(andMake: 100_000)
                busy.kill()
            }
            busy.wait()
            #expect(run.status == 0, "\(run.error)")
            let report = try Report(json: run.output)
            for (name, count) in [("getppid", busy.getppid), ("write", busy.write)] {
                #expect(count.begun - count.done <= UInt64(BusyCalls.threads))
                #expect((count.done...count.begun).contains(report.calls(name)), "\(name)")
            }
            #expect(report.balance.in_flight == 0)
            #expect(report.balance.entered == report.balance.completed + report.balance.never_returned)
            report.expectNothingLost()
        }

        @Test func `nothing of a killed syslat stays in the kernel, and its target goes on`() throws {
            let busy = try BusyCalls()
            let (run, objects) = try RunningProfiler.run(["-p", "\(busy.pid)"]) { syslat in
                #expect(syslat.objects.count(of: "prog") >= 8 && syslat.objects.count(of: "link") >= 6)
                #expect(try syslat.objects.remaining() == syslat.objects.names)
                try busy.begin(andMake: 100_000)
                kill(syslat.pid, SIGKILL)
            }
            #expect(run.status == 128 + SIGKILL)
            #expect(objects.areFreed())
            try busy.wait(for: busy.total + 100_000)
            busy.end()
            #expect(busy.wait() == 0)
        }

        @Test func `the calls of twenty thousand short processes are all counted`() throws {
            // Two at a time, so processes start and end on both CPUs.
            let command = try Fixture.gated(Fixture.command("children", "fork", "10000", "3"))
            let programs = try (0..<2).map { _ in try WaitingProgram(command) }
            let targets = programs.map { "\($0.pid)" }.joined(separator: ",")
            let (run, _) = try RunningProfiler.run(["-p", targets]) { _ in
                for program in programs { program.release() }
            }
            for program in programs { #expect(program.wait() == 0) }
            #expect(run.status == 0, "\(run.error)")
            let report = try Report(json: run.output)
            for (call, count) in [("fork", 20_000), ("wait4", 20_000), ("getppid", 60_000), ("execve", 2)] {
                #expect(report.calls(call) == count, "\(call)")
            }
            #expect(report.balance.new_task_returns == 20_000)
            #expect(report.balance.never_returned == 20_002)
            #expect(report.balance.began_before == 2)
            #expect(report.balance.in_flight == 0)
            let known = report.processes.reduce(0) { $0 + $1.calls }
            #expect(known + report.balance.overflowed == report.balance.completed)
            report.expectNothingLost()
        }

        @Test func `five thousand threads blocked at once are all in flight`() throws {
            let program = try WaitingProgram(Fixture.command("blocked_threads", "read", "5000", "1", "stay"))
            defer { program.signal(SIGKILL) }
            let (run, _) = try RunningProfiler.run(["-p", "\(program.pid)"]) { syslat in
                program.release()
                try #require(SleepingThread.wait(for: 5000, of: program.pid, in: "read"))
                try #require(eventually { SleepingThread(pid: program.pid, tid: program.pid)?.isIn("pause") == true })
                kill(syslat.pid, SIGINT)
            }
            #expect(run.status == 0, "\(run.error)")
            let report = try Report(json: run.output)
            #expect(report.balance.in_flight == 5001)
            let threads = Set(SleepingThread.all(of: program.pid).map(\.tid))
            #expect(Set(report.in_flight.map(\.tid)) == threads && threads.count == 5001)
            #expect(report.in_flight.filter { $0.name == "pause" }.map(\.tid) == [program.pid])
            #expect(report.in_flight.filter { $0.name == "read" }.count == 5000)
            #expect(report.in_flight.allSatisfy { $0.pid == program.pid && $0.comm == "blocked_threads" })
            #expect(report.calls("getppid") == 5000)
            #expect(report.balance.new_task_returns == 5000)
            report.expectNothingLost()
        }
    }
}
