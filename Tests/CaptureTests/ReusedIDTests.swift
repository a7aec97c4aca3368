import Capture
import CaptureSupport
import Foundation
import Testing

extension Semantics {
    /// Process ids are used again: what is watched is the process that had the id when the capture was asked for.
    @Suite struct ReusedIDTests {
        private static let lastID = "/proc/sys/kernel/ns_last_pid"
        private static let isChosen = ConditionTrait.enabled(
            if: access(lastID, W_OK) == 0, "this kernel lets nobody choose process ids")

        /// Starts a program that gets an id, which is free.
        private func start(_ command: [String], as pid: Int32) throws -> WaitingProgram? {
            // Other processes start meanwhile, and may come first.
            for _ in 0..<100 {
                try Data("\(pid - 1)".utf8).write(to: URL(fileURLWithPath: Self.lastID), options: [])
                let program = try WaitingProgram(command)
                if program.pid == pid { return program }
                program.signal(SIGKILL)
                program.wait()
            }
            return nil
        }

        @Test(isChosen, arguments: [false, true])
        func `line 11: a process that gets the id of one that has ended isn't watched`(_ hasOther: Bool) throws {
            let other = try WaitingProgram(Fixture.gated(Fixture.command("calls.s64", "10")))
            defer { other.signal(SIGKILL) }
            let first = try WaitingProgram(["/bin/cat"])
            let pid = first.pid
            var session = try Session(CaptureOptions(target: .processes([pid] + (hasOther ? [other.pid] : []), follow: true)))
            first.signal(SIGKILL)
            first.wait()
            let second = try #require(try start(Fixture.gated(Fixture.command("calls.s64", "1000")), as: pid))
            defer { second.signal(SIGKILL) }
            try session.start()
            second.release()
            second.wait()
            if hasOther { other.release() }
            while try session.advance(until: nil) != .targetEnded {}
            let profile = try session.finish()
            #expect(profile.capture.notes.contains("Process \(pid) ended before the capture began."), "\(profile.capture.notes)")
            #expect(profile.processes.map(\.pid) == (hasOther ? [other.pid] : []))
            #expect(profile.calls.first { $0.id.name == "getppid" }?.calls == (hasOther ? 10 : nil))
            #expect(profile.balance.closes && profile.balance.lost == 0, "\(profile.balance)")
        }
    }
}
