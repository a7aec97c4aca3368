import LatencyHistogram
import Profile
import ReportFixtures
import SyscallTable
import Testing

@testable import Presentation

/// The calls that are known by call and not by process.
@Suite struct UnattributedCallsTests {
    private let read = SyscallID.native(0)

    /// 100 calls of read, of which two processes have some, and perhaps some that nothing else is known of.
    private func profile(_ shares: [UInt64], isSampled: Bool, unrepresented: UInt64 = 0) -> Profile {
        var profile = Fixtures.typical
        let bucket = LatencyHistogram.Bucket(index: 5, count: 100)
        let distribution = LatencyHistogram(buckets: [bucket], aboveRange: 0, sum: 500, min: 5, max: 5)
        profile.calls = [
            CallProfile(
                id: read,
                series: [
                    Series(outcome: .ran, failed: false, distribution: distribution),
                    Series(outcome: .blocked, failed: false, distribution: .init(), unrepresented: unrepresented),
                ].filter { $0.calls > 0 }, errnos: [])
        ]
        profile.processes = shares.enumerated().map { number, calls in
            let series = ProcessSeries(id: read, outcome: .ran, failed: false, calls: calls, totalNanoseconds: 5 * calls)
            return ProcessProfile(pid: Int32(number + 1), comm: "p", series: [series])
        }
        profile.capture.sampling = isSampled ? CallSampling(lowestShift: 4, highestShift: 4) : nil
        return profile
    }

    @Test func `what no process has is in a row of its own`() {
        let profile = profile([60, 39], isSampled: false)
        #expect(profile.unattributed?.calls == 1 && profile.unattributed?.totalNanoseconds == 5)
        #expect(profile.allProcesses.map(\.calls) == [60, 39, 1])
        #expect(self.profile([60, 40], isSampled: false).unattributed == nil)
    }

    /// Each count of a process is rounded.
    @Test func `the rounding of sampled counts is nobody's`() {
        #expect(profile([60, 38], isSampled: true).unattributed == nil)
        #expect(profile([60, 37], isSampled: true).unattributed?.calls == 3)
    }

    @Test func `calls of which none was measured belong to no process that is known`() {
        let unattributed = profile([60, 40], isSampled: true, unrepresented: 7).unattributed
        #expect(unattributed?.series.map(\.outcome) == [.blocked] && unattributed?.calls == 7)
    }
}
