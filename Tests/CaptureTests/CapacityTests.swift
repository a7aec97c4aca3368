import Capture
import CaptureSupport
import Foundation
import Profile
import Testing

extension Semantics {
    /// Too little room: in the ring, and in the table of calls in flight.
    @Suite struct CapacityTests {
        @Test(arguments: Twin.allCases)
        func line10_nothingIsLostWhileTheRingIsFull(_ twin: Twin) throws {
            let command = try ResolvedCommand(Fixture.command("calls.s64", "250000"))
            let options = CaptureOptions(
                target: .command(command, follow: true), ringBytes: CaptureOptions.smallestRing, btfPath: twin.btfPath)
            // 64 KiB hold about 2600 calls: the rest of what is made meanwhile is counted in the kernel.
            let report = try Report(capture(options, stalls: [0.3, 0.3, 0.3]))
            #expect(report.capture.exit_status == 0)
            #expect(report.rows == ["execve": 1, "getppid": 250_000, "write": 250_000])
            #expect(report.balance.overflowed > 0)
            #expect(report.balance.overflowed < 500_000)
            #expect(report.call("getppid")?.errnos == [:])
            #expect(report.call("write")?.errnos == ["EBADF": 250_000])
            for call in report.syscalls {
                #expect(call.min_ns > 0)
                #expect(call.min_ns <= call.p50_ns)
                #expect(call.p50_ns <= call.p99_ns)
                #expect(call.p99_ns <= call.max_ns)
                #expect(call.total_ns >= call.min_ns * call.calls)
                #expect(call.max_ns <= report.capture.duration_ns)
                #expect(call.total_ns <= report.capture.duration_ns)
            }
            // The kernel's histograms do not know the process.
            #expect(report.processes.reduce(0) { $0 + $1.calls } + report.balance.overflowed == report.balance.completed)
            report.expectNothingLost()
        }

        @Test func line5_threadsThatShareSlotsSpillAndAreAllCounted() throws {
            let program = try WaitingProgram(Fixture.command("blocked_threads", "read", "200", "300", "late"))
            let report = try Report.capturing(program, slotLimit: 64)
            #expect(program.wait() == 0)
            #expect(report.calls("getppid") == 120_000)
            #expect(report.calls("read") == 200)
            #expect(report.balance.new_task_returns == 200)
            #expect(report.balance.in_flight == 0)
            report.expectNothingLost()
        }

        @Test(arguments: [nil, 64] as [Int?])
        func line7_callsInFlightAreFoundInSlotsAndInTheSpillTable(_ slotLimit: Int?) throws {
            let program = try WaitingProgram(Fixture.command("blocked_threads", "read", "200", "1", "stay"))
            defer { program.signal(SIGKILL) }
            let report = try Report.capturing(program, slotLimit: slotLimit, endsAfterwards: true) {
                SleepingThread.wait(for: 200, of: program.pid, in: "read")
                eventually { SleepingThread(pid: program.pid, tid: program.pid)?.isIn("pause") == true }
            }
            // More than 64 slots hold: the others are in the spill table.
            #expect(report.balance.in_flight == 201)
            #expect(Set(report.in_flight.map(\.tid)).count == 201)
            #expect(report.in_flight.filter { $0.name == "read" }.count == 200)
            #expect(report.calls("getppid") == 200)
            report.expectNothingLost()
        }

        @Test func line5_spilledCallsOfKilledThreadsLeaveNothing() throws {
            let program = try WaitingProgram(Fixture.command("blocked_threads", "futex", "200", "1", "stay"))
            let report = try Report.capturing(program, slotLimit: 64) {
                SleepingThread.wait(for: 200, of: program.pid, in: "futex")
                program.signal(SIGKILL)
            }
            program.wait()
            #expect(report.calls("futex") == 200)
            #expect(report.balance.in_flight == 0)
            #expect(report.balance.entered == report.balance.completed + report.balance.never_returned)
            report.expectNothingLost()
        }
    }
}
