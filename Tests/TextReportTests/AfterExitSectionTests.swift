import LatencyHistogram
import Profile
import ReportFixtures
import SyscallTable
import TextReport
import Testing

/// Which calls are listed with the work that they left: those where it took 1 % of their time.
@Suite struct AfterExitSectionTests {
    /// A call of so many nanoseconds, and what it left.
    private func call(_ number: Int32, _ nanoseconds: UInt64, left: UInt64) -> CallProfile {
        func distribution(_ value: UInt64) -> LatencyHistogram {
            var recorder = HistogramRecorder()
            recorder.record(value)
            return recorder.snapshot()
        }
        return CallProfile(
            id: .native(number), series: [Series(outcome: .ran, failed: false, distribution: distribution(nanoseconds))],
            errnos: [],
            afterExit: AfterExit(distribution: distribution(left)))
    }

    private func listed(_ calls: [CallProfile]) -> (names: [String], text: String) {
        let lines = TextReport.render(Fixtures.profile(calls)).split(
            separator: "\n", omittingEmptySubsequences: false)
        let table = lines.drop { !$0.hasPrefix("LEFT BY") }.dropFirst().prefix { !$0.isEmpty && !$0.hasPrefix("…") }
        return (table.map { String($0.prefix { $0 != " " }) }, lines.joined(separator: "\n"))
    }

    @Test func `work of 1 % of the call's time is listed, and less is added up`() {
        let (names, text) = listed([call(0, 1_000_000, left: 9_000), call(3, 1_000_000, left: 10_100)])
        #expect(names == ["close"])
        #expect(text.contains("… other calls: 1 time, 9.00 µs in all"), "\(text)")
    }

    /// However large a part of such work it is.
    @Test func `work that is little beside its call is in one line`() {
        let (names, text) = listed([call(0, 1_000_000_000, left: 50_000)])
        #expect(names == [])
        #expect(text.contains("After exit: work was left 1 time, 50.0 µs in all: too little to matter"), "\(text)")
    }
}
