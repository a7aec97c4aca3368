import Profile
import ReportFixtures
import TestSupport
import Testing
import TextReport

/// The cases of a workload in the reports: those that were measured, and why the others were not.
@Suite struct WorkloadReportTests {
    @Test(arguments: [60, 100]) func `a workload fits its width and matches its snapshot`(width: Int) throws {
        let text = TextReport.render(Fixtures.workloadProfile, options: .init(top: 2, width: width))
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= width })
        try Snapshot().verify(text, is: "workload-width-\(width).txt")
    }

    @Test func `it is said how many slices count`() {
        var profile = Fixtures.workloadProfile
        profile.workload?.slices = WorkloadResult.Slices(made: 100, counted: 25)
        let text = TextReport.render(profile, options: .init(width: 300))
        #expect(
            text.contains(
                "Each case ran in 100 slices, in turn with the others; the 25 count beside which a loop in user space ran fastest.")
        )
    }

    @Test func `a workload without cases has no table`() {
        var profile = Fixtures.workloadProfile
        profile.workload = WorkloadResult(id: "\u{7}", version: 1, isQuick: false, runs: 1, machine: .host, cases: [])
        let text = TextReport.render(profile)
        #expect(text.contains("Workload \\x07 1: one run on this host.") && !text.contains("CASE"))
    }
}
