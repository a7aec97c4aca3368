import LatencyHistogram
import Profile
import ReportFixtures
import SyscallTable
import TestSupport
import Testing

@testable import Exports

@Suite struct OpenMetricsReportTests {
    @Test(arguments: Fixtures.exports.keys.sorted())
    func `the OpenMetrics report matches its snapshot`(name: String) throws {
        let profile = try #require(Fixtures.exports[name])
        let text = OpenMetricsReport.render(profile)
        #expect(OpenMetricsReport.render(profile) == text)
        try Snapshot().verify(text, is: "\(name).openmetrics")
    }

    @Test(arguments: ClassicBuckets.bounds)
    func `a value at the bound of a bucket counts in that bucket`(bound: UInt64) throws {
        for (value, isBelow) in [(bound, true), (bound + 1, false)] {
            var recorder = HistogramRecorder()
            recorder.record(value)
            let series = Series(outcome: .ran, failed: false, distribution: recorder.snapshot())
            let text = OpenMetricsReport.render(Fixtures.profile([CallProfile(id: .native(0), series: [series], errnos: [])]))
            let label = "le=\"\((Double(bound) / 1e9).description)\"} "
            let count = try #require(text.components(of: label).dropFirst().first?.prefix { $0 != "\n" })
            #expect(count == (isBelow ? "1" : "0"))
        }
    }

    @Test func `bucket bounds are written in seconds as other writers do`() {
        let labels = ClassicBuckets.bounds.map { (Double($0) / 1e9).description }
        #expect(labels.first == "6.3e-08" && labels[1] == "1.27e-07" && labels.last == "17.179869183")
        #expect(labels.contains("6.5535e-05") && labels.contains("0.000131071") && labels.contains("1.073741823"))
    }

    @Test func `every cause of lost calls has a sample`() {
        let text = OpenMetricsReport.render(Fixtures.troubled)
        #expect(text.contains("syslat_lost_calls_total{cause=\"no_slot\"} 1200\n"))
        #expect(text.components(of: "syslat_lost_calls_total{").count - 1 == Balance.LossCause.allCases.count)
    }

    @Test(arguments: [
        ("plain é 界", "plain é 界"), ("a\\b", "a\\\\b"), ("\"", "\\\""), ("a\nb", "a\\nb"), ("\r\n", "\r\\n"),
    ])
    func `backslashes, quotes and line feeds in labels are escaped`(value: String, escaped: String) {
        #expect(TextWriter.escaped(value).utf8.elementsEqual(escaped.utf8))
    }

    @Test func `a profile without a probe floor has no metric for it`() {
        var profile = Fixtures.typical
        profile.capture.probeFloorNanoseconds = nil
        #expect(!OpenMetricsReport.render(profile).contains("probe_floor"))
    }
}
