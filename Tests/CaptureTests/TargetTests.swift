import Probes
import Capture
import CaptureSupport
import Foundation
import Linux
import Profile
import Testing
import TestPrograms

extension Semantics {
    /// Which processes are watched.
    @Suite struct TargetTests {
        @Test(arguments: ProgramSet.allCases)
        func `line 11: every process is counted exactly but the one that captures`(_ set: ProgramSet) throws {
            let program = try WaitingProgram(Fixture.gated(Fixture.command("calls.s64", "5000")))
            let options = CaptureOptions(target: .all, programSet: set)
            let report = try Report(
                capture(options, endsAfterwards: true) {
                    program.release()
                    // Calls of our own, which must not be counted.
                    for _ in 0..<1000 { close(-1) }
                    eventually { hasEnded(program.pid) }
                })
            #expect(program.wait() == 0)
            let row = try #require(report.process(program.pid))
            #expect(row.comm == "calls.s64")
            // 5000 getppid, 5000 write that fail, and the gate's execve. Its read began before.
            #expect(row.calls == 10_001)
            #expect(row.errors == 5000)
            #expect(report.process(getpid()) == nil)
            #expect(report.balance.began_before >= 1)
            report.expectNothingLost()
        }

        @Test func `line 26: a process has the title that it gives itself, also when it has ended`() throws {
            let title = "titled: writer \u{1b}[31m"
            let program = try WaitingProgram(Fixture.command("titled", title, "10"))
            defer { program.signal(SIGKILL) }
            var session = try Session(CaptureOptions(target: .processes([program.pid], follow: true)))
            try session.start()
            program.release()
            func row(_ profile: Profile) -> ProcessProfile? { profile.processes.first { $0.pid == program.pid } }
            let patience = Clock.monotonic + 20_000_000_000
            // Its events come with the first flush.
            while row(try session.snapshot())?.title != title, Clock.monotonic < patience {
                _ = try session.advance(until: Clock.monotonic + 50_000_000)
            }
            program.signal(SIGKILL)
            while try session.advance(until: nil) != .targetEnded {}
            let profile = try session.finish()
            #expect(row(profile)?.comm == "titled")
            #expect(row(profile)?.title == title)
        }

        @Test func `line 26: a title that Perl writes is seen`() throws {
            let source = "sysread(STDIN, $b, 1); $0 = 'keeper: idle'; for (1..50) { getppid } sleep 1000"
            let program = try WaitingProgram(["/usr/bin/perl", "-e", source])
            defer { program.signal(SIGKILL) }
            let report = try Report.capturing(program, endsAfterwards: true) {
                eventually { SleepingThread(pid: program.pid, tid: program.pid)?.isIn("clock_nanosleep") == true }
            }
            #expect(report.process(program.pid)?.title == "keeper: idle")
        }

        @Test func `line 11: syslat profile -a does not count itself`() throws {
            var pid: Int32 = 0
            let run = try ProgramRun.run(
                [ProgramRun.syslat, "profile", "-a", "--duration", "500ms", "--format", "json"], onStart: { pid = $0 })
            #expect(run.status == 0)
            let report = try Report(json: run.output)
            #expect(report.balance.completed > 0)
            #expect(report.process(pid) == nil)
            report.expectNothingLost()
        }

        /// The probe floor is measured with calls of our own. Those of our other threads must not be counted meanwhile.
        @Test(arguments: ProgramSet.allCases)
        func `line 11: calls of our other threads stay out of the calibration`(_ set: ProgramSet) throws {
            let program = try WaitingProgram(["/bin/cat"])
            defer { program.signal(SIGKILL) }
            let ended = Flag()
            defer { ended.raise() }
            for _ in 0..<4 { Thread.detachNewThread { while !ended.isRaised { usleep(200) } } }
            let options = CaptureOptions(
                target: .processes([program.pid], follow: true), durationNanoseconds: 20_000_000, programSet: set)
            for _ in 0..<5 {
                let report = try Report(capture(options))
                #expect(report.in_flight.allSatisfy { $0.began_before == true })
                #expect(report.balance.entered == 0)
                #expect(report.balance.began_before == 0)
                report.expectNothingLost()
            }
        }

        final class Flag: @unchecked Sendable {
            private let lock = NSLock()
            private var value = false

            var isRaised: Bool { lock.withLock { value } }
            func raise() { lock.withLock { value = true } }
        }

        @Test func `line 11: syslat's own pid is refused with status 64`() throws {
            let options = CaptureOptions(target: .processes([getpid()], follow: true))
            let error = try #require(throws: CaptureError.self) { _ = try Session(options) }
            #expect(error.kind == .wrongRequest)
            #expect(error.description.hasPrefix("\(getpid()) is syslat's own process"))

            let run = try ProgramRun.run(["sh", "-c", "exec \"$0\" profile -p $$ --duration 1s", ProgramRun.syslat])
            #expect(run.status == 64)
            #expect(run.output.isEmpty)
            #expect(run.error.contains("is syslat's own process"))
        }

        @Test(arguments: ProgramSet.allCases)
        func `line 12: only the listed processes are watched`(_ set: ProgramSet) throws {
            let programs = try (1...3).map { try WaitingProgram(Fixture.gated(Fixture.command("calls.s64", "\($0 * 100)"))) }
            let options = CaptureOptions(
                target: .processes([programs[0].pid, programs[2].pid], follow: true), programSet: set)
            let report = try Report(capture(options) { for program in programs { program.release() } })
            for program in programs { #expect(program.wait() == 0) }
            #expect(report.rows == ["execve": 2, "getppid": 400, "write": 400])
            #expect(report.process(programs[0].pid)?.calls == 201)
            #expect(report.process(programs[1].pid) == nil)
            #expect(report.process(programs[2].pid)?.calls == 601)
            report.expectNothingLost()
        }

        @Test(.enabled(if: ControlGroup.root != nil, "no cgroup2 is mounted"), arguments: ProgramSet.narrowed)
        func `line 12: a cgroup is watched with its children and nothing else`(_ set: ProgramSet) throws {
            let group = try ControlGroup()
            let inside = try WaitingProgram(Fixture.gated(Fixture.command("generations", "5", "40")))
            let below = try WaitingProgram(Fixture.gated(Fixture.command("calls.s32", "30")))
            let outside = try WaitingProgram(Fixture.gated(Fixture.command("calls.s64", "1000")))
            try group.add(inside.pid)
            try group.child().add(below.pid)
            let options = CaptureOptions(target: .cgroup(path: group.path), programSet: set)
            let programs = [inside, below, outside]
            let report = try Report(
                capture(options, endsAfterwards: true) {
                    for program in programs { program.release() }
                    eventually { programs.allSatisfy { hasEnded($0.pid) } }
                })
            for program in programs { #expect(program.wait() == 0) }
            #expect(report.calls("getppid") == 200)
            #expect(report.calls("fork") == 4)
            #expect(report.calls("getppid", abi: "ia32") == 30)
            #expect(report.calls("execve") == 2)
            #expect(report.process(outside.pid) == nil)
            #expect(report.balance.began_before == 2)
            #expect(report.balance.new_task_returns == 4)
            #expect(report.balance.in_flight == 0)
            report.expectNothingLost()
        }

        /// The call returns outside the cgroup and is counted. Later calls are not.
        @Test(.enabled(if: ControlGroup.root != nil, "no cgroup2 is mounted"))
        func `line 25: a call during which the process leaves the cgroup completes`() throws {
            let group = try ControlGroup()
            let program = try WaitingProgram(Fixture.command("blocked_threads", "nanosleep", "3", "5", "late"))
            try group.add(program.pid)
            let options = CaptureOptions(target: .cgroup(path: group.path))
            let report = try Report(
                capture(options, endsAfterwards: true) {
                    program.release()
                    SleepingThread.wait(for: 3, of: program.pid, in: "nanosleep")
                    try? ControlGroup.moveToRoot(program.pid)
                    eventually { hasEnded(program.pid) }
                })
            #expect(program.wait() == 0)
            #expect(report.calls("nanosleep") == 3)
            #expect(report.calls("getppid") == 15)
            #expect(report.balance.in_flight == 0)
            report.expectNothingLost()
        }
    }
}
