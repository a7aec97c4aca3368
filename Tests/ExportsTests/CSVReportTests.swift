import LatencyHistogram
import Presentation
import Profile
import ReportFixtures
import SyscallTable
import TestSupport
import Testing

@testable import Exports

@Suite struct CSVReportTests {
    @Test(arguments: Fixtures.exports.keys.sorted())
    func `the CSV report matches its snapshot`(name: String) throws {
        let profile = try #require(Fixtures.exports[name])
        let text = CSVReport.render(profile, by: profile.intervals.isEmpty ? .call : .interval)
        #expect(CSVReport.render(profile, by: profile.intervals.isEmpty ? .call : .interval) == text)
        try Snapshot().verify(text, is: "\(name).csv")
    }

    @Test func `every line ends with CR and LF`() {
        let bytes = Array(CSVReport.render(Fixtures.typical).utf8)
        let feeds = bytes.indices.filter { bytes[$0] == UInt8(ascii: "\n") }
        #expect(feeds.last == bytes.count - 1 && feeds.allSatisfy { $0 > 0 && bytes[$0 - 1] == UInt8(ascii: "\r") })
    }

    @Test func `without a time series the whole capture is one interval`() {
        let rows = CSVReport.render(Fixtures.extreme, by: .interval).split(separator: "\r\n")
        let plain = CSVReport.render(Fixtures.extreme).split(separator: "\r\n")
        #expect(rows[0] == "interval_start_ns,interval_duration_ns,interval_started_at_ns," + plain[0])
        #expect(rows.dropFirst().elementsEqual(plain.dropFirst().map { "0,10003141592,1772368496789000000," + $0 }, by: ==))
    }

    @Test(arguments: [
        ("plain", "plain"), ("", ""), ("a b", "a b"), ("a,b", "\"a,b\""), ("say \"no\"", "\"say \"\"no\"\"\""),
        ("two\nlines", "\"two\nlines\""), ("two\r\nlines", "\"two\r\nlines\""), ("\r", "\"\r\""),
    ])
    func `fields with commas, quotes or line breaks are quoted`(field: String, quoted: String) {
        #expect(CSVReport.quoted(field) == quoted)
    }
}
