import CaptureSupport
import Foundation
import Probes
import Profile
import Testing

@testable import Capture

/// Where calls sleep, and for how long.
@Suite(.serialized, .requiresBPF) struct SleepStackTests {
    @Test(arguments: ProgramSet.allCases, TracepointHooks.Hook.allCases)
    func `a slow call knows for how long it slept and where`(set: ProgramSet, hook: TracepointHooks.Hook) throws {
        let planted = try PlantedReads(.slowest(5), set: set, hook: hook, stacks: .all)
        let slow = try #require(planted.profile.slowCalls)
        #expect(planted.profile.capture.warnings == [])
        let reads = slow.calls.filter { $0.id.name == "read" }
        try #require(reads.count == 5)
        for read in reads {
            let sleep = try #require(read.details.sleep)
            #expect(read.durationNanoseconds / 2...read.durationNanoseconds ~= sleep.totalNanoseconds)
            #expect(
                sleep.longestNanoseconds <= sleep.totalNanoseconds
                    && (sleep.count > 1 || sleep.longestNanoseconds == sleep.totalNanoseconds))
            // The reader of a FIFO waits in pipe_read, which got another name with Linux 6.14.
            let functions = read.details.kernelStack.compactMap(\.function)
            #expect(functions.first?.contains("pipe_read") == true && functions.contains("vfs_read"))
        }
        // A call that only ran slept nowhere, and one that blocked did somewhere.
        for call in slow.calls {
            #expect((call.details.sleep != nil) == (call.outcome == .blocked), "\(call)")
            #expect(call.details.kernelStack.isEmpty == (call.details.sleep == nil), "\(call.id.name)")
        }
    }

    /// /proc/PID/stack leaves out the functions of the scheduler, some of which are waits.
    @Test func `the functions are those of proc, and calls in flight have those of the program`() throws {
        let program = try WaitingProgram(Fixture.gated(["/bin/sh", "-c", "sleep 0.2; exec sleep 100"]))
        defer { program.signal(SIGKILL) }
        var options = CaptureOptions(target: .processes([program.pid], follow: true))
        options.slowCalls = SlowCallOptions(rule: .slowest(1), stacks: .all)
        let profile = try CaptureSupport.capture(options, endsAfterwards: true) {
            program.release()
            eventually { SleepingThread(pid: program.pid, tid: program.pid)?.isIn("clock_nanosleep", firstArgument: 0) == true }
        }
        let slept = try #require(profile.slowCalls?.calls.first { $0.id.name == "clock_nanosleep" })
        let sleeps = try #require(profile.inFlight.first { $0.id.name == "clock_nanosleep" })
        let details = try #require(sleeps.details)
        let proc = details.kernelStack.compactMap(\.function)
        let noted = slept.details.kernelStack.compactMap(\.function)
        #expect(proc.count > 3 && Array(noted.suffix(proc.count)) == proc)
        #expect(details.userStack.first?.function == slept.details.userStack.first?.function)
        #expect(details.userStack.first?.function?.contains("nanosleep") == true)
    }

    @Test func `a call that sleeps several times knows how often`() throws {
        let command = "dd if=/dev/zero bs=1M count=1 | (while [ -n \"$(dd bs=64k count=1 | tr '\\0' x)\" ]; do sleep 0.01; done)"
        var options = CaptureOptions(
            target: .command(try ResolvedCommand(["sh", "-c", "{ \(command); } 2>/dev/null"]), follow: true))
        options.slowCalls = SlowCallOptions(rule: .slowest(1), stacks: .all)
        let profile = try CaptureSupport.capture(options)
        let write = try #require(profile.slowCalls?.calls.first { $0.id.name == "write" && $0.result == 1 << 20 })
        let sleep = try #require(write.details.sleep)
        // A pipe holds 64 KiB: each time that it is read, the writer goes on.
        #expect(sleep.count >= 8 && sleep.longestNanoseconds < sleep.totalNanoseconds)
        #expect(sleep.totalNanoseconds <= write.durationNanoseconds)
        #expect(write.details.kernelStack.first?.function?.contains("pipe_write") == true)
    }

    /// What the kernel says of each program is read before and after the profile, which must lie between.
    @Test func `the cost of the programs includes the one at task switches`() throws {
        let setting = "/proc/sys/kernel/bpf_stats_enabled"
        let before = try String(contentsOfFile: setting, encoding: .utf8)
        try "1".write(toFile: setting, atomically: false, encoding: .utf8)
        defer { try? before.write(toFile: setting, atomically: false, encoding: .utf8) }
        let command = ["python3", "-c", "import time\nfor _ in range(500): time.sleep(0.001)"]
        var options = CaptureOptions(target: .command(try ResolvedCommand(command), follow: true))
        options.slowCalls = SlowCallOptions(rule: .slowest(1), stacks: .all)
        var session = try Session(options)
        try session.start()
        let (first, switches) = (ProgramCost(of: session.probes), session.probes.taskSwitchStatistics?.runs ?? 0)
        while try session.advance(until: nil) != .targetEnded {}
        let (last, switchesAtEnd) = (ProgramCost(of: session.probes), session.probes.taskSwitchStatistics?.runs ?? 0)
        let cost = try #require(try session.finish().capture.programs)
        let after = ProgramCost(of: session.probes)
        var target = session.detach()
        #expect(target.waitForCommand() == 0)
        // Each sleep is a switch to another task and one back.
        #expect(switchesAtEnd - switches >= 1000)
        #expect(cost.runs >= last.runs - first.runs && cost.nanoseconds >= last.nanoseconds - first.nanoseconds)
        #expect(cost.runs <= after.runs && cost.nanoseconds <= after.nanoseconds)
    }

    @Test func `nothing of it is noted unless it is asked for`() throws {
        let profile = try PlantedReads(.slowest(5)).profile
        let calls = try #require(profile.slowCalls?.calls)
        #expect(calls.count > 5 && calls.allSatisfy { $0.details.sleep == nil && $0.details.kernelStack.isEmpty })
    }
}
