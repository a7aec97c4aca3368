import LatencyHistogram
import Profile
import ReportFixtures
import SyscallTable
import TestSupport
import Testing

@testable import Exports

/// Stacks of slow calls among the time of all calls.
@Suite struct FoldedSlowCallsTests {
    private static let stack = [StackFrame(function: "fsync", offset: 1), StackFrame(file: "/bin/db;1", offset: 0x20)]

    private func slow(
        _ microseconds: UInt64, pid: Int32 = 1, comm: String = "db", outcome: Outcome = .blocked, errno: Int64 = 0,
        stack: [StackFrame] = FoldedSlowCallsTests.stack, kernel: [StackFrame] = []
    ) -> SlowCall {
        SlowCall(
            id: .native(74), startedAtNanoseconds: 0, durationNanoseconds: microseconds * 1_000, outcome: outcome, result: -errno,
            pid: pid, tid: pid, comm: comm, details: CallDetails(userStack: stack, kernelStack: kernel))
    }

    private func process(_ pid: Int32?, _ comm: String, _ microseconds: UInt64, failed: Bool = false) -> ProcessProfile {
        let series = ProcessSeries(
            id: .native(74), outcome: .blocked, failed: failed, calls: 10, totalNanoseconds: microseconds * 1_000)
        return ProcessProfile(pid: pid, comm: comm, series: [series])
    }

    private func folded(_ calls: [SlowCall], _ processes: [ProcessProfile], isSampled: Bool = false) -> [Substring] {
        var profile = Fixtures.profile([])
        profile.processes = processes
        profile.slowCalls = SlowCalls(rule: .slowest(100), calls: calls)
        if isSampled { profile.capture.sampling = CallSampling(lowestShift: 1, highestShift: 1) }
        return FoldedReport.render(profile).split(separator: "\n")
    }

    @Test func `a call with a stack is in the line of its stack, and its time is nowhere else`() {
        let lines = folded(
            [slow(300), slow(200), slow(50, kernel: [StackFrame(function: "io_schedule", offset: 2)])], [process(1, "db", 1_000)])
        #expect(
            lines == [
                "db;db:1+0x20;fsync;fsync 500", "db;db:1+0x20;fsync;fsync;io_schedule_[k] 50", "db;fsync;blocked 450",
            ])
    }

    @Test func `a line whose time is all in stacks is left out, and without stacks nothing changes`() {
        #expect(folded([slow(300)], [process(1, "db", 300)]) == ["db;db:1+0x20;fsync;fsync 300"])
        #expect(folded([slow(300, stack: [])], [process(1, "db", 300)]) == ["db;fsync;blocked 300"])
    }

    /// Names change, and the time is in the row of the process by its id.
    @Test func `a call counts for its own process, or for the row of those without one`() {
        #expect(
            folded([slow(300, comm: "sh")], [process(1, "db", 400), process(2, "sh", 1_000)])
                == ["db;db:1+0x20;fsync;fsync 300", "db;fsync;blocked 100", "sh;fsync;blocked 1000"])
        #expect(
            folded([slow(300, pid: 9, comm: "gone")], [process(1, "db", 400), process(nil, "other processes", 700)])
                == ["db;fsync;blocked 400", "gone;db:1+0x20;fsync;fsync 300", "other processes;fsync;blocked 400"])
        #expect(
            folded([slow(300, errno: 5)], [process(1, "db", 400), process(1, "db", 350, failed: true)])
                == ["db;db:1+0x20;fsync;fsync 300", "db;fsync;blocked 450"])
    }

    @Test func `stacks of sampled calls say so, and the mark of the kernel stays at the end`() {
        let lines = folded(
            [slow(300, kernel: [StackFrame(function: "io_schedule", offset: 2)])], [process(1, "db", 400)], isSampled: true)
        #expect(lines == ["db;db:1+0x20;fsync;fsync (sampled);io_schedule_[k] 300", "db;fsync;blocked (sampled) 100"])
    }

    @Test func `every line of hostile slow calls is a stack and a number`() {
        var generator = SeededGenerator.fromEnvironment()
        for _ in 0..<rounds(16) {
            let text = FoldedReport.render(Fixtures.hostileProfile(using: &generator))
            for line in text.split(separator: "\n", omittingEmptySubsequences: false).dropLast() {
                #expect(line.wholeMatch(of: /[^;]+(;[^;]+)+ [0-9]+/) != nil, "\(line)")
                #expect(!line.unicodeScalars.contains { [.control, .format].contains($0.properties.generalCategory) }, "\(line)")
            }
        }
    }
}
