import Probes
import CSyslatABI
import Capture
import CaptureSupport
import Foundation
import Testing

extension Semantics {
    /// Calls that no test can wait for. The tests change what the kernel side remembers of a call while it lasts.
    @Suite struct ExtremeCallTests {
        private static let read: Int32 = 0

        /// Captures a program that writes what it reads, and changes the slot of its second read.
        private func captureReads(_ set: ProgramSet, change: @escaping @Sendable (inout syslat_slot) -> Void) throws -> Report {
            let program = try WaitingProgram(["/bin/cat"])
            defer { program.signal(SIGKILL) }
            let options = CaptureOptions(target: .processes([program.pid], follow: true), programSet: set)
            return try Report(
                capture(options, endsAfterwards: true) {
                    program.release()
                    let slot = SlotMemory(tid: program.pid)
                    let second = slot.change(inCall: Self.read, change)
                    #expect(second != nil)
                    program.release()
                    // After another write it is in its third read, where the capture ends.
                    #expect(slot.change(inCall: Self.read, after: second) != nil)
                })
        }

        /// An event has room for 2^42 ns, which is 73 minutes. The entry may lie before the start of the machine.
        @Test(arguments: ProgramSet.allCases)
        func `a call of three hours has its exact latency`(_ set: ProgramSet) throws {
            let hours: UInt64 = 3 * 3_600_000_000_000
            let report = try captureReads(set) { $0.start_ns &-= hours }
            let row = try #require(report.syscalls.first { $0.name == "read" })
            #expect(row.calls == 1)
            #expect((hours..<hours + 60_000_000_000).contains(row.max_ns))
            #expect(row.total_ns == row.max_ns)
            #expect(report.calls("write") == 2)
            #expect(report.in_flight.map(\.name) == ["read"])
            report.expectNothingLost()
        }

        @Test(arguments: ProgramSet.allCases)
        func `a call during which the clock runs backwards gets 0 ns and a message`(_ set: ProgramSet) throws {
            let report = try captureReads(set) { $0.start_ns &+= 3_600_000_000_000 }
            let row = try #require(report.syscalls.first { $0.name == "read" })
            #expect(row.calls == 1 && row.total_ns == 0)
            #expect(
                report.capture.messages.contains { $0.contains("The clock ran backwards inside 1 calls") },
                "\(report.capture.messages)")
            report.expectNothingLost()
        }

        /// The kernel side gives the call up when the thread makes its next one.
        @Test(arguments: ProgramSet.allCases)
        func `a call whose return was missed is lost, with its cause`(_ set: ProgramSet) throws {
            let program = try WaitingProgram(["/bin/sh", "-c", "trap 'exit 7' USR1; read line; while :; do :; done"])
            let options = CaptureOptions(target: .processes([program.pid], follow: true), programSet: set)
            let report = try Report(
                capture(options) {
                    program.release()
                    // It has read the line, and makes no call until the signal.
                    #expect(SlotMemory(tid: program.pid).pretendCall())
                    program.signal(SIGUSR1)
                })
            #expect(program.wait() == 7)
            #expect(report.balance.lost == 1)
            #expect(report.balance.lost_by_cause == ["missed_exit": 1])
            #expect(report.balance.closes)
        }

        /// A slot counts its calls in 32 bits. What wraps around is added to a counter of 64.
        @Test(arguments: ProgramSet.allCases)
        func `a thread can make more calls than its 32-bit counter holds`(_ set: ProgramSet) throws {
            let before: UInt64 = 3
            let report = try captureReads(set) { $0.entered &+= UInt32.max - 3 }
            // Two reads and two writes were entered.
            #expect(report.balance.completed == before)
            #expect(report.balance.entered == before + 1 + UInt64(UInt32.max - 3))
        }
    }
}
