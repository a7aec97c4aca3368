import Probes
import Capture
import CaptureSupport
import Foundation
import Profile
import Testing

extension Semantics {
    /// Calls that the beginning or the end of the recording cuts.
    @Suite struct EdgeOfCaptureTests {
        @Test(arguments: ProgramSet.allCases, ["read", "nanosleep", "futex"])
        func `line 7: calls that began before the recording are in no histogram`(_ set: ProgramSet, _ kind: String) throws {
            let program = try WaitingProgram(Fixture.command("blocked_threads", kind, "9", "6", "early"))
            #expect(SleepingThread.wait(for: 9, of: program.pid, in: kind))
            let report = try Report.capturing(program, set: set)
            #expect(program.wait() == 0)
            // The calls of the threads, and the read that is the main thread's gate.
            #expect(report.balance.began_before == 10)
            #expect(report.balance.new_task_returns == 0)
            // What they do afterwards is counted. The main thread wakes the threads in futex with one futex call.
            #expect(report.calls("getppid") == 54)
            #expect(report.calls(kind) == (kind == "futex" ? 1 : 0))
            #expect(report.balance.in_flight == 0)
            report.expectNothingLost()
        }

        @Test(arguments: ProgramSet.allCases, ["read", "nanosleep", "futex"])
        func `line 7: calls that have not returned are in flight, with their age`(_ set: ProgramSet, _ kind: String) throws {
            let program = try WaitingProgram(Fixture.command("blocked_threads", kind, "9", "6", "stay"))
            defer { program.signal(SIGKILL) }
            let asleep = Moment()
            let options = CaptureOptions(
                target: .processes([program.pid], follow: true), programSet: set)
            let profile = try capture(options, endsAfterwards: true) {
                program.release()
                guard SleepingThread.wait(for: 9, of: program.pid, in: kind) else { return }
                asleep.note()
                eventually { SleepingThread(pid: program.pid, tid: program.pid)?.isIn("pause") == true }
                // So the ages are above zero.
                Thread.sleep(forTimeInterval: 0.2)
            }
            let report = try Report(profile)
            report.expectNothingLost()
            #expect(report.calls(kind) == 0)
            #expect(report.call("pause") == nil)
            #expect(report.calls("getppid") == 54)
            #expect(report.balance.in_flight == 10)
            let sleeping = report.in_flight.filter { $0.name == kind }
            #expect(sleeping.count == 9)
            #expect(Set(sleeping.map(\.tid)).count == 9)
            #expect(report.in_flight.filter { $0.name == "pause" }.map(\.tid) == [program.pid])
            #expect(report.in_flight.allSatisfy { $0.pid == program.pid && $0.abi == "x86_64" })
            #expect(report.in_flight.allSatisfy { $0.comm == "blocked_threads" })
            // They slept by the noted time, and entered after the capture began. There are two clocks, so a millisecond is
            // allowed.
            let end = profile.capture.startedAtNanoseconds + profile.capture.durationNanoseconds
            let noted = try #require(asleep.nanoseconds)
            for call in sleeping {
                #expect(call.age_ns + 1_000_000 >= end - min(end, noted))
                #expect(call.age_ns <= report.capture.duration_ns)
            }
        }

        /// When something was seen, since 1970.
        final class Moment: @unchecked Sendable {
            private(set) var nanoseconds: UInt64?

            func note() { nanoseconds = UInt64(Date().timeIntervalSince1970 * 1e9) }
        }

        /// The call that a process hangs in is shown even though nothing of it can be measured.
        @Test func `line 7: a hung call older than the capture is listed beside the balance`() throws {
            let program = try WaitingProgram(["/bin/cat"])
            defer { program.signal(SIGKILL) }
            let options = CaptureOptions(target: .processes([program.pid], follow: true), durationNanoseconds: 100_000_000)
            let report = try Report(capture(options))
            #expect(report.syscalls.isEmpty)
            #expect(report.in_flight.map(\.name) == ["read"])
            #expect(report.in_flight.map(\.tid) == [program.pid])
            #expect(report.in_flight.map(\.began_before) == [true])
            #expect(report.in_flight.map(\.age_ns) == [report.capture.duration_ns])
            #expect(report.balance.in_flight == 0)
            #expect(report.balance.entered == 0)
            #expect(report.balance.began_before == 0)
            report.expectNothingLost()
        }
    }
}
