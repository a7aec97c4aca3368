import LatencyHistogram
import Profile
import ReportFixtures
import TextReport
import SyscallTable
import Testing

/// Every program that starts asks for a few random bytes. That alone is not worth a section of the report.
@Suite struct NegligibleVDSOTests {
    private func report(calls: Int, each nanoseconds: UInt64, in duration: UInt64, served: Bool = false) -> String {
        var recorder = HistogramRecorder()
        for _ in 0..<calls { recorder.record(nanoseconds) }
        let share = VDSOEntryProcess(
            pid: 7, comm: "sh", calls: UInt64(calls), totalNanoseconds: UInt64(calls) * nanoseconds,
            callers: [CallerFile(file: "libc.so.6", calls: UInt64(calls))])
        var profile = Fixtures.timekeeping
        profile.capture.durationNanoseconds = duration
        profile.vdso = VDSOProfile(
            functions: [],
            entered: [
                VDSOEntry(
                    id: SyscallID(abi: .x86_64, number: 318), clock: nil, reason: .bypass, distribution: recorder.snapshot(),
                    processes: [share])
            ],
            served: served
                ? [ServedEstimate(pid: 7, comm: "sh", function: "time", samples: 9, calls: 90, callsLow: 40, callsHigh: 170)] : [],
            vsyscalls: [], ticks: .off)
        return TextReport.render(profile)
    }

    @Test(arguments: [(9, UInt64(1000), UInt64(1_000_000)), (5000, 200, 10_000_000_001)])
    func `a few entered calls are one line`(_ calls: Int, _ nanoseconds: UInt64, _ duration: UInt64) {
        let text = report(calls: calls, each: nanoseconds, in: duration)
        #expect(!text.contains("PROCESS, FUNCTION, CLOCK"))
        #expect(text.contains("that it can serve entered the kernel"), "\(text)")
    }

    @Test(arguments: [(10, UInt64(1000), UInt64(1_000_000)), (5000, 200, 10_000_000_000)])
    func `more entered calls are a section`(_ calls: Int, _ nanoseconds: UInt64, _ duration: UInt64) {
        let text = report(calls: calls, each: nanoseconds, in: duration)
        #expect(text.contains("PROCESS, FUNCTION, CLOCK"), "\(text)")
        #expect(!text.contains("too little to matter"))
    }

    /// A whole system has many processes that did no more than start.
    @Test func `processes that hardly matter share a row`() throws {
        var profile = Fixtures.timekeeping
        var entry = try #require(profile.vdso?.entered.first)
        let total = entry.distribution.sum
        entry.processes =
            [VDSOEntryProcess(pid: 1, comm: "busy", calls: 80_000, totalNanoseconds: total - total / 50)]
            + (Int32(2)..<42).map { (pid: Int32) in
                VDSOEntryProcess(pid: pid, comm: "starter\(pid)", calls: 250, totalNanoseconds: total / 2000)
            }
        profile.vdso = VDSOProfile(functions: [], entered: [entry], served: [], vsyscalls: [], ticks: .off)
        let text = TextReport.render(profile)
        #expect(text.contains("busy (1)") && !text.contains("starter"), "\(text)")
        #expect(text.contains("… 40 more processes") && text.contains("10,000"), "\(text)")
        #expect(TextReport.render(profile, options: .init(top: 3)).contains("starter3 (3)"))
    }

    @Test func `served calls are a section however few entered`() {
        #expect(report(calls: 1, each: 10, in: 10_000_000_000, served: true).contains("PROCESS, FUNCTION, CLOCK"))
    }
}
