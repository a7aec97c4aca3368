import Probes
import Capture
import CaptureSupport
import Foundation
import Profile
import Synchronization
import Testing

extension Semantics {
    /// Too little room in the ring, the slots and the table of known threads.
    @Suite struct CapacityTests {
        @Test(arguments: ProgramSet.allCases)
        func `line 22: no call is lost while the ring is full`(_ set: ProgramSet) throws {
            let command = try ResolvedCommand(Fixture.command("calls.s64", "250000"))
            let options = CaptureOptions(
                target: .command(command, follow: true), ringBytes: CaptureOptions.smallestRing, programSet: set)
            // 64 KiB hold about 2600 calls. All others made while the consumer is held up are counted in the kernel.
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
            // Overflow histograms don't keep the process.
            #expect(report.processes.reduce(0) { $0 + $1.calls } + report.balance.overflowed == report.balance.completed)
            report.expectNothingLost()
        }

        @Test func `line 17: every call of threads that share slots is counted`() throws {
            let program = try WaitingProgram(Fixture.command("blocked_threads", "read", "200", "300", "late"))
            let report = try Report.capturing(program, slotLimit: 64)
            #expect(program.wait() == 0)
            #expect(report.calls("getppid") == 120_000)
            #expect(report.calls("read") == 200)
            #expect(report.balance.new_task_returns == 200)
            #expect(report.balance.in_flight == 0)
            report.expectNothingLost()
        }

        /// Threads that find no free place in the table of known threads take the general path, with the same result.
        @Test(arguments: [nil, 4] as [UInt8?])
        func `line 18: every call of unknown threads is counted`(_ shift: UInt8?) throws {
            let program = try WaitingProgram(Fixture.command("blocked_threads", "read", "20", "300", "late"))
            let options = CaptureOptions(
                target: .processes([program.pid], follow: true), sampling: shift.map { .fixed(shift: $0) } ?? .everyCall)
            let report = try Report(
                capture(options) {
                    #expect(ThreadMemory.occupy() > 30_000)
                    program.release()
                    #expect(program.wait() == 0)
                })
            #expect(report.calls("getppid") == 12_000)
            #expect(report.calls("read") == 20)
            #expect(report.balance.new_task_returns == 20)
            report.expectNothingLost()
        }

        /// Places are free again when threads end: of the 32,768, no more are taken than there are threads.
        @Test func `line 18: threads that have ended give their places back`() throws {
            let program = try WaitingProgram(Fixture.gated(Fixture.command("short_threads", "500", "4")))
            let second = try WaitingProgram(Fixture.command("blocked_threads", "read", "1", "1", "late"))
            let options = CaptureOptions(target: .processes([program.pid, second.pid], follow: true))
            let places = Mutex((before: 0, after: 0))
            let report = try Report(
                capture(options) {
                    places.withLock { $0.before = ThreadMemory.taken() }
                    program.release()
                    #expect(program.wait() == 0)
                    places.withLock { $0.after = ThreadMemory.taken() }
                    second.release()
                })
            #expect(second.wait() == 0)
            #expect(report.calls("getppid") == 2002)
            let (before, after) = places.withLock { $0 }
            #expect(after < before + 200, "\(before), \(after)")
            report.expectNothingLost()
        }

        @Test(arguments: [nil, 64] as [Int?])
        func `line 7: calls in flight are found in slots and in the spill table`(_ slotLimit: Int?) throws {
            let program = try WaitingProgram(Fixture.command("blocked_threads", "read", "200", "1", "stay"))
            defer { program.signal(SIGKILL) }
            let report = try Report.capturing(program, slotLimit: slotLimit, endsAfterwards: true) {
                SleepingThread.wait(for: 200, of: program.pid, in: "read")
                eventually { SleepingThread(pid: program.pid, tid: program.pid)?.isIn("pause") == true }
            }
            // With 64 slots, the others are in the spill table.
            #expect(report.balance.in_flight == 201)
            #expect(Set(report.in_flight.map(\.tid)).count == 201)
            #expect(report.in_flight.filter { $0.name == "read" }.count == 200)
            #expect(report.calls("getppid") == 200)
            report.expectNothingLost()
        }

        @Test func `line 17: spilled calls of killed threads leave nothing in flight`() throws {
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
