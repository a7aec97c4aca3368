import CaptureSupport
import Foundation
import Testing

extension Semantics {
    /// How signals end a capture, and that nothing stays in the kernel however it ends.
    @Suite struct SignalTests {
        @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
        func `line 14: a signal ends the capture of a process with a report`(_ signal: Int32) throws {
            let program = try WaitingProgram(Fixture.command("blocked_threads", "read", "4", "25", "stay"))
            defer { program.signal(SIGKILL) }
            let (run, objects) = try RunningProfiler.run(["-p", "\(program.pid)"]) { syslat in
                // Links: fork, exec, exit, sys_exit, sys_enter, vsyscall, a work hook, and one of the program for vDSO ticks on each
                // CPU; four on tracepoints of io_uring. The flush program has no link, nor have a second work hook where there are two, the
                // program for the older name of a tracepoint, and the one that tells whether the tracepoints are understood.
                #expect((15...16).contains(syslat.objects.count(of: "prog")))
                #expect(
                    syslat.objects.count(of: "link") == (BPFRequirement.seesRequests ? 11 : 7)
                        + sysconf(Int32(_SC_NPROCESSORS_ONLN)))
                let present = try syslat.objects.remaining()
                #expect(present == syslat.objects.names)
                program.release()
                SleepingThread.wait(for: 4, of: program.pid, in: "read")
                kill(syslat.pid, signal)
            }
            #expect(run.status == 0)
            #expect(run.error.isEmpty)
            let report = try Report(json: run.output)
            #expect(report.calls("getppid") == 100)
            #expect(report.in_flight.filter { $0.name == "read" }.count == 4)
            report.expectNothingLost()
            #expect(objects.areFreed())
        }

        @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
        func `line 14: a signal ends the capture of everything with a report`(_ signal: Int32) throws {
            let (run, objects) = try RunningProfiler.run(["-a"]) { kill($0.pid, signal) }
            #expect(run.status == 0)
            #expect(run.error.isEmpty)
            try Report(json: run.output).expectNothingLost()
            #expect(objects.areFreed())
        }

        @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
        func `line 14: a signal is passed to the command, whose status becomes syslat's`(_ signal: Int32) throws {
            let (run, objects) = try RunningProfiler.run(["--", "sleep", "20"]) { syslat in
                _ = try Self.sleepingCommand(of: syslat)
                kill(syslat.pid, signal)
            }
            #expect(run.status == 128 + signal)
            let report = try Report(json: run.output)
            #expect(report.capture.exit_status == 128 + signal)
            // The capture ended before the command, which was still asleep.
            #expect(report.in_flight.map(\.name) == ["clock_nanosleep"])
            report.expectNothingLost()
            #expect(objects.areFreed())
        }

        @Test(arguments: [SIGINT, SIGTERM])
        func `line 14: a command that catches the signal gives its own status`(_ signal: Int32) throws {
            let (run, objects) = try RunningProfiler.run(["--"] + Fixture.command("stubborn", "7")) { syslat in
                _ = try Self.sleepingCommand(of: syslat)
                kill(syslat.pid, signal)
            }
            #expect(run.status == 7)
            let report = try Report(json: run.output)
            #expect(report.capture.exit_status == 7)
            report.expectNothingLost()
            #expect(objects.areFreed())
        }

        @Test(arguments: [SIGINT, SIGTERM])
        func `line 14: a command that ignores the signal delays no report, and a second signal ends syslat`(_ signal: Int32) throws
        {
            let (run, objects) = try RunningProfiler.run(["--"] + Fixture.command("stubborn")) { syslat in
                let command = try Self.sleepingCommand(of: syslat)
                defer { kill(command, SIGKILL) }
                kill(syslat.pid, signal)
                // It has written its report, and waits for the command, which ignores the signal.
                #expect(eventually { SleepingThread(pid: syslat.pid, tid: syslat.pid)?.isIn("wait4") == true })
                kill(syslat.pid, signal)
                #expect(eventually { hasEnded(syslat.pid) })
                #expect(!hasEnded(command))
            }
            #expect(run.status == 128 + signal)
            let report = try Report(json: run.output)
            #expect(report.capture.exit_status == nil && report.in_flight.map(\.name) == ["clock_nanosleep"])
            report.expectNothingLost()
            #expect(objects.areFreed())
        }

        @Test func `line 14: nothing stays in the kernel after SIGKILL`() throws {
            let program = try WaitingProgram(Fixture.command("blocked_threads", "read", "2", "1", "stay"))
            defer { program.signal(SIGKILL) }
            let (run, objects) = try RunningProfiler.run(["-p", "\(program.pid)"]) { syslat in
                #expect((15...16).contains(syslat.objects.count(of: "prog")))
                kill(syslat.pid, SIGKILL)
            }
            #expect(run.status == 128 + SIGKILL)
            #expect(objects.areFreed())
        }

        @Test func `line 14: nothing stays in the kernel after the target has ended`() throws {
            let program = try WaitingProgram(Fixture.gated(Fixture.command("calls.s64", "10")))
            let (run, objects) = try RunningProfiler.run(["-p", "\(program.pid)"]) { _ in program.release() }
            #expect(program.wait() == 0)
            #expect(run.status == 0)
            let report = try Report(json: run.output)
            #expect(report.rows == ["execve": 1, "getppid": 10, "write": 10])
            report.expectNothingLost()
            #expect(objects.areFreed())
        }

        /// The pid of the launched command, once it sleeps.
        private static func sleepingCommand(of syslat: RunningProfiler) throws -> Int32 {
            let children = try String(contentsOfFile: "/proc/\(syslat.pid)/task/\(syslat.pid)/children", encoding: .utf8)
            let command = try #require(children.split(separator: " ").compactMap { Int32($0) }.first)
            #expect(eventually { SleepingThread(pid: command, tid: command)?.isIn("clock_nanosleep") == true })
            return command
        }
    }
}
