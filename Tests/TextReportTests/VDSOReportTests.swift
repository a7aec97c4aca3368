import ReportFixtures
import TestSupport
import Testing

@testable import TextReport

/// The self-test of a host: whole outputs, compared with files that a person has read.
@Suite struct VDSOReportTests {
    @Test(arguments: SelfTests.all.keys.sorted(), [80, 100])
    func `every self-test is reported as in its snapshot`(name: String, width: Int) throws {
        let report = try #require(SelfTests.all[name])
        try Snapshot().verify(VDSOTextReport.render(report, width: width), is: "self-test-\(name)-width-\(width).txt")
    }

    @Test(arguments: SelfTests.all.keys.sorted(), [0, 60, 80, 100, 160])
    func `no line of a self-test is wider than asked`(name: String, width: Int) throws {
        let report = try #require(SelfTests.all[name])
        for line in VDSOTextReport.render(report, width: width).split(separator: "\n") {
            #expect(DisplayText.width(line) <= max(60, width), "\(line)")
            #expect(!line.unicodeScalars.contains { $0.properties.generalCategory == .control }, "\(line)")
            #expect(line.last != " ", "\(line)")
        }
        #expect(VDSOTextReport.render(report, color: true).contains("\u{1b}["))
    }
}
