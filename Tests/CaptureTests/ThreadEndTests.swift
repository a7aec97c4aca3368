import Capture
import CaptureSupport
import Profile
import Testing

/// Design, section 6, line 5: threads end inside exit, and their slots are free again.
@Suite(.serialized, .requiresBPF)
struct ThreadEndTests {
    @Test func line5_twentyThousandShortThreadsAreAllCounted() throws {
        let fixture = try Fixture("short_threads")
        let (report, run) = try Report.profiling([fixture.path, "20000", "10"])
        #expect(run.status == 0)
        #expect(report.calls("getppid") == 200_000)
        // exit of each thread and exit_group of the process.
        #expect(report.balance.never_returned == 20_001)
        #expect(report.balance.new_task_returns == 20_000)
        #expect(report.balance.lost == 0)
        #expect(report.balance.in_flight == 0)
        #expect(report.balance.closes)
    }
}
