import LatencyHistogram
import Profile
import ReportFixtures
import SyscallTable
import TestSupport
import Testing

@testable import Exports

@Suite struct FoldedReportTests {
    @Test(arguments: Fixtures.exports.keys.sorted())
    func `the folded report matches its snapshot`(name: String) throws {
        let profile = try #require(Fixtures.exports[name])
        let text = FoldedReport.render(profile)
        #expect(FoldedReport.render(profile) == text)
        try Snapshot().verify(text, is: "\(name).folded")
    }

    private func process(_ pid: Int32?, _ comm: String, _ series: [ProcessSeries]) -> ProcessProfile {
        ProcessProfile(pid: pid, comm: comm, series: series)
    }

    private func read(_ outcome: Outcome, failed: Bool = false, _ nanoseconds: UInt64, calls: UInt64 = 1) -> ProcessSeries {
        ProcessSeries(id: .native(0), outcome: outcome, failed: failed, calls: calls, totalNanoseconds: nanoseconds)
    }

    private func folded(_ processes: [ProcessProfile], calls: [CallProfile] = []) -> [Substring] {
        var profile = Fixtures.profile(calls)
        profile.processes = processes
        return FoldedReport.render(profile).split(separator: "\n")
    }

    @Test func `errors and processes of the same name are added before rounding`() {
        let lines = folded([
            process(2, "b", [read(.ran, 700), read(.ran, failed: true, 700), read(.blocked, 2_000)]),
            process(3, "b", [read(.ran, 200)]), process(1, "a", [read(.ran, 1_499)]),
            process(nil, "other processes", [read(.ran, 9_999_500)]),
        ])
        #expect(lines == ["a;read;ran 1", "b;read;blocked 2", "b;read;ran 2", "other processes;read;ran 10000"])
    }

    @Test(arguments: [0, 1, 499, 500, 1_499] as [UInt64])
    func `a time that would round to zero is written as 1`(nanoseconds: UInt64) {
        #expect(folded([process(1, "a", [read(.ran, nanoseconds)])]) == ["a;read;ran 1"])
    }

    @Test func `totals saturate at the largest integer`() {
        #expect(
            folded([process(1, "a", [read(.ran, .max), read(.ran, failed: true, .max)])])
                == ["a;read;ran 18446744073709552"])
    }

    @Test func `calls that no process has go to an unknown process`() {
        let distribution = LatencyHistogram(
            buckets: [.init(index: BucketScheme.index(of: 5_000), count: 4)], aboveRange: 0, sum: 20_000, min: 5_000,
            max: 5_000)
        let call = CallProfile(
            id: .native(0), series: [Series(outcome: .blocked, failed: false, distribution: distribution)], errnos: [])
        #expect(
            folded([process(1, "a", [read(.blocked, 15_000, calls: 3)])], calls: [call])
                == ["(unknown process);read;blocked 5", "a;read;blocked 15"])
        #expect(folded([process(1, "a", [read(.blocked, 20_000, calls: 4)])], calls: [call]) == ["a;read;blocked 20"])
    }

    @Test(arguments: [
        ("nginx: worker", "nginx: worker"), ("a;b;", "a:b:"), ("a;\u{301}b", "a:\u{301}b"), ("  x  ", "x"), ("", "(no name)"),
        ("   ", "(no name)"),
        ("two\nlines", "two\\x0alines"), ("界 1", "界 1"), ("\r\n;", "\\x0d\\x0a:"),
    ])
    func `process names become valid frames`(name: String, frame: String) {
        #expect(FoldedReport.frame(name) == frame)
    }
}
