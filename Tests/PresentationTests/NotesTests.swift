import Profile
import ReportFixtures
import SyscallTable
import Testing

@testable import Presentation

/// The sentences below the table that name processes.
@Suite struct NotesTests {
    private func profile(_ processes: [ProcessProfile]) -> Profile {
        var profile = Fixtures.typical
        profile.processes = processes
        return profile
    }

    private func process(_ pid: Int32, _ comm: String, _ beforeEntry: BeforeEntry = [], call: Int32 = 0) -> ProcessProfile {
        let series = ProcessSeries(
            id: SyscallID(abi: .x86_64, number: call), outcome: .ran, failed: false, calls: 1, totalNanoseconds: UInt64(100 - pid))
        return ProcessProfile(pid: pid, comm: comm, beforeEntry: beforeEntry, series: [series])
    }

    private func notes(_ processes: [ProcessProfile], _ beginning: String) -> [String] {
        Notes.sentences(on: profile(processes)).filter { $0.hasPrefix(beginning) }
    }

    @Test func `each kind of obstacle before the entry has a sentence with its processes`() {
        let found = notes(
            [
                process(1, "a", .filter), process(2, "b", [.filter, .supervisor]), process(3, "c", .tracer),
                process(4, "d", .filter),
                process(5, "e"),
            ], "Before entry: ")
        #expect(
            found == [
                "Before entry: a seccomp supervisor decides on calls of b (2). The wait for it is not in the report.",
                "Before entry: seccomp filters check the calls of a (1) and d (4). The time that takes is not in the report.",
                "Before entry: a tracer (ptrace) may stop the calls of c (3). The wait for it is not in the report.",
            ])
        #expect(notes([process(5, "e")], "Before entry: ").isEmpty)
    }

    @Test func `the first three of many processes are named`() {
        let many = (1...5).map { process($0, "p\($0)", .tracer) }
        #expect(notes(many, "Before entry: ")[0].contains("calls of p1 (1), p2 (2), p3 (3) and 2 more processes."))
        #expect(notes(Array(many.prefix(3)), "Before entry: ")[0].contains("calls of p1 (1), p2 (2) and p3 (3)."))
    }

    @Test func `the hooks are named only where they are part of the probe floor`() {
        func notes(_ hooks: CaptureHooks?) -> [String] {
            var profile = Fixtures.typical
            profile.capture.hooks = hooks
            return Notes.sentences(on: profile).filter { $0.hasPrefix("Hooks: ") }
        }
        let sentence =
            "Hooks: perf events called the programs, because tracepoints of this kernel may preempt them; the probe floor has what that "
            + "costs."
        #expect(notes(CaptureHooks(calls: .perfEvent, others: .perfEvent)) == [sentence])
        #expect(notes(CaptureHooks(calls: .typed, others: .perfEvent)).isEmpty && notes(nil).isEmpty)
    }

    @Test func `processes that work through io_uring are named`() {
        let found = notes([process(1, "fio", call: 426), process(2, "cat")], "io_uring: ")
        let sentence =
            "io_uring: the requests of fio (1) are no system calls and were not watched: they are in no row but those of "
            + "io_uring_enter."
        #expect(found == [sentence])
        #expect(notes([process(2, "cat")], "io_uring: ").isEmpty)
    }
}
