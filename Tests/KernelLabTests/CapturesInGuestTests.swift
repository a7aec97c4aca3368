import CaptureSupport
import Foundation
import KernelLabSupport
import Testing

/// Where the host does not let syslat trace, what captures do is tested all the same: by the same tests, in a guest.
@Suite(.serialized, .requiresKernels) struct CapturesInGuestTests {
    private static let isNeeded = BPFRequirement.obstacle != nil

    /// All of them, where the host skips them; then once more those that look at CPUs, since some need a second one.
    @Test(
        .enabled(if: isNeeded, "this host lets syslat trace: the tests of captures run here"),
        arguments: [("^CaptureTests\\.", 1), ("^CaptureTests\\..*/CPUTests/", 2)])
    func everyCaptureTestPassesInAGuest(_ filter: String, processors: Int) throws {
        try expectSuccess(filter, processors: processors, timeLimit: .seconds(1800))
    }

    /// Elsewhere a few, so that it works where it is needed.
    @Test(.enabled(if: !isNeeded, "all tests of captures run in a guest"))
    func testsOfCapturesRunInAGuest() throws {
        try expectSuccess("^CaptureTests\\..*/ErrorTests/", processors: 1, timeLimit: .seconds(900))
    }

    private func expectSuccess(_ filter: String, processors: Int, timeLimit: Duration) throws {
        // Linux 6.12 is the one whose vDSO has getrandom. Linux 6.1 does not always bring a CPU back when it is emulated.
        let run = try GuestTestRun(filter: filter, on: .linux6_12, processors: processors, timeLimit: timeLimit)
        let count = try #require(run.count, "no test ran (\(run.ending)):\n\(run.output)")
        #expect(run.isSuccess && count > 0, "\(run.ending):\n\(run.output)")
        FileHandle.standardError.write(Data("\(count) tests of captures ran on Linux 6.12 in QEMU.\n".utf8))
    }
}
