import Capture
import CaptureSupport
import Foundation
import Linux
import Probes
import Profile
import Testing

extension Semantics {
    /// Looking at a capture while it runs: line 38.
    @Suite struct SnapshotTests {
        /// Takes snapshots on a timer while a program makes known calls, as a live view does.
        @Test(arguments: ProgramSet.allCases)
        func `line 38: a hundred snapshots a second change no count`(_ set: ProgramSet) throws {
            let calls: UInt64 = 300_000
            let command = try ResolvedCommand(Fixture.command("calls.s64", "\(calls)"))
            var session = try Session(CaptureOptions(target: .command(command, follow: true), programSet: set))
            let timer = try session.loop.addTimer(at: Clock.monotonic, every: 10_000_000)
            try session.start()
            var snapshots: [Balance] = []
            while case .source(timer) = try session.advance(until: nil) {
                let snapshot = try session.snapshot()
                #expect(snapshot.balance.closes, "\(snapshot.balance)")
                #expect(snapshot.balance.completed == snapshot.calls.reduce(0) { $0 + $1.calls })
                snapshots.append(snapshot.balance)
            }
            let profile = try session.finish()
            var target = session.detach()
            #expect(target.waitForCommand() == 0)

            // Two calls a round, the first execve, and the exit, which never returns.
            #expect(profile.calls.first { $0.id.name == "getppid" }?.calls == calls)
            #expect(profile.balance.entered == 2 * calls + 2)
            #expect(profile.balance.completed == 2 * calls + 1)
            #expect(profile.balance.closes && profile.balance.lost == 0 && profile.balance.inBatches == 0)
            // Some snapshots were taken in the middle, and their counts only grew.
            #expect(snapshots.contains { $0.completed > 0 && $0.completed < 2 * calls })
            for (earlier, later) in zip(snapshots, snapshots.dropFirst()) {
                #expect(later.entered >= earlier.entered && later.completed >= earlier.completed)
            }
        }

        @Test(arguments: ProgramSet.allCases)
        func `line 38: calls still in batches are told apart from lost ones`(_ set: ProgramSet) throws {
            let program = try WaitingProgram(["/bin/cat"])
            defer { program.signal(SIGKILL) }
            var session = try Session(CaptureOptions(target: .processes([program.pid], follow: true), programSet: set))
            try session.start()
            program.release()
            // It writes what it has read and waits in the next read. Nothing flushes its batch for a second.
            var seen: Balance?
            let patience = Clock.monotonic + 20_000_000_000
            while seen == nil, Clock.monotonic < patience {
                _ = try session.advance(until: Clock.monotonic + 1_000_000)
                let balance = try session.snapshot().balance
                if balance.entered == 2 && balance.inFlight == 1 { seen = balance }
            }
            let balance = try #require(seen)
            #expect(balance.completed == 0 && balance.inBatches == 1, "\(balance)")
            #expect(balance.beganBefore == 1 && balance.closes && balance.lost == 0, "\(balance)")
            let profile = try session.finish()
            #expect(profile.balance.completed == 1 && profile.balance.inBatches == 0 && profile.balance.closes)
        }

        @Test func `line 38: the intervals of a session add up to its profile`() throws {
            let calls: UInt64 = 200_000
            let command = try ResolvedCommand(Fixture.command("calls.s64", "\(calls)"))
            var session = try Session(CaptureOptions(target: .command(command, follow: true)))
            try session.start()
            var parts: [CallProfile] = []
            var ends = [UInt64(0)]
            while case .deadline = try session.advance(until: Clock.monotonic + 20_000_000) {
                let interval = try session.endInterval()
                #expect(interval.startNanoseconds == ends.last)
                ends.append(interval.startNanoseconds + interval.durationNanoseconds)
                parts = parts.merged(with: interval.calls)
            }
            session.stop()
            parts = parts.merged(with: try session.endInterval().calls)
            let profile = try session.finish()
            var target = session.detach()
            #expect(target.waitForCommand() == 0)
            #expect(parts == profile.calls)
            #expect(profile.balance.completed == 2 * calls + 1)
        }

        @Test(arguments: ProgramSet.allCases)
        func `line 31: a call that hangs is in flight at the end of each interval`(_ set: ProgramSet) throws {
            let program = try WaitingProgram(["/bin/cat"])
            defer { program.signal(SIGKILL) }
            var session = try Session(CaptureOptions(target: .processes([program.pid], follow: true), programSet: set))
            try session.start()
            func nextInterval(_ session: inout Session) throws -> Interval {
                _ = try session.advance(until: Clock.monotonic + 5_000_000)
                return try session.endInterval()
            }
            let first = try nextInterval(&session)
            let waiting = try #require(first.inFlight)
            #expect(waiting.calls.map(\.id.name) == ["read"] && waiting.omitted == 0)
            #expect(waiting.calls.first?.beganBefore == true && waiting.calls.first?.tid == program.pid)
            program.release()
            var hanging: [(interval: Interval, call: InFlightCall)] = []
            let patience = Clock.monotonic + 20_000_000_000
            while hanging.count < 3, Clock.monotonic < patience {
                let interval = try nextInterval(&session)
                if let call = interval.inFlight?.calls.first, !call.beganBefore { hanging.append((interval, call)) }
            }
            try #require(hanging.count == 3)
            func end(_ interval: Interval) -> UInt64 { interval.startNanoseconds + interval.durationNanoseconds }
            for (earlier, later) in zip(hanging, hanging.dropFirst()) {
                #expect(later.call.id.name == "read" && later.call.comm == "cat" && later.call.pid == program.pid)
                #expect(later.call.ageNanoseconds - earlier.call.ageNanoseconds == end(later.interval) - end(earlier.interval))
                let started = try #require(later.interval.startedAtNanoseconds)
                #expect(started > earlier.interval.startedAtNanoseconds ?? .max && started < Clock.wall)
            }
            program.signal(SIGKILL)
            while try session.advance(until: nil) != .targetEnded {}
            session.stop()
            let last = try session.endInterval()
            #expect(last.inFlight == CallsInFlight(calls: []))
            _ = try session.finish()
        }

        @Test func `line 31: what is more in flight than an interval keeps is counted`() throws {
            let threads = CallsInFlight.limit + 40
            let program = try WaitingProgram(Fixture.command("blocked_threads", "read", "\(threads)", "0", "stay"))
            defer { program.signal(SIGKILL) }
            var session = try Session(CaptureOptions(target: .processes([program.pid], follow: true)))
            try session.start()
            program.release()
            var inFlight: CallsInFlight?
            let patience = Clock.monotonic + 20_000_000_000
            while (inFlight?.omitted ?? 0) < UInt64(threads + 1 - CallsInFlight.limit), Clock.monotonic < patience {
                _ = try session.advance(until: Clock.monotonic + 20_000_000)
                inFlight = try session.endInterval().inFlight
            }
            let found = try #require(inFlight)
            #expect(found.calls.count == CallsInFlight.limit)
            #expect(found.omitted == UInt64(threads + 1 - CallsInFlight.limit))
            #expect(found.calls.allSatisfy { $0.pid == program.pid && !$0.beganBefore })
            program.signal(SIGKILL)
            while try session.advance(until: nil) != .targetEnded {}
            _ = try session.finish()
        }

        @Test func `line 38: a session stops for deadlines, sources, signals and the end of its target`() throws {
            let program = try WaitingProgram(["/bin/cat"])
            var session = try Session(CaptureOptions(target: .processes([program.pid], follow: true)))
            let pipe = try PipeEnds()
            let source = try session.loop.add(readable: pipe.reading.number)
            try session.start()
            let first = try session.advance(until: Clock.monotonic + 5_000_000)
            #expect(first == .deadline)
            try pipe.writing.write([1])
            let second = try session.advance(until: nil)
            #expect(second == .source(source))
            session.loop.remove(source)
            // To this thread only: the session blocks SIGTERM for its own thread, and another one would end the tests.
            pthread_kill(pthread_self(), SIGTERM)
            let third = try session.advance(until: Clock.monotonic + 20_000_000_000)
            #expect(third == .signal(SIGTERM))
            let fourth = try session.advance(until: Clock.monotonic + 5_000_000)
            #expect(fourth == .deadline, "a signal is reported once")
            program.signal(SIGKILL)
            let fifth = try session.advance(until: nil)
            #expect(fifth == .targetEnded)
            let profile = try session.finish()
            #expect(profile.capture.notes.contains { $0.hasPrefix("Process \(program.pid) ended ") }, "\(profile.capture.notes)")
        }
    }
}
