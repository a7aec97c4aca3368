import CaptureSupport
import Foundation
import KernelLabSupport
import Testing

/// Where the host doesn't let syslat trace, the capture tests run in a guest.
@Suite(.serialized, .requiresKernels) struct CapturesInGuestTests {
    private static let isNeeded = BPFRequirement.obstacle != nil

    /// All of them, if the host skips them. Those of CPUs run once more, since some need a second one.
    @Test(
        .enabled(if: isNeeded, "this host lets syslat trace: the capture tests run here"),
        arguments: [("^CaptureTests\\.", 1), ("^CaptureTests\\..*/CPUTests/", 2)])
    func `every capture test passes in a guest`(_ filter: String, processors: Int) throws {
        try expectSuccess(filter, processors: processors, timeLimit: .seconds(1800))
    }

    /// Elsewhere only a few run, to check that they can.
    @Test(.enabled(if: !isNeeded, "all capture tests run in a guest"))
    func `the capture tests of errors pass in a guest`() throws {
        let filter = "^CaptureTests\\..*/ErrorTests/"
        try expectSuccess(
            DebianKernel.triesAll ? filter : filter + ".*(errors are results|a sleep goes on)", processors: 1,
            timeLimit: .seconds(900))
    }

    private func expectSuccess(_ filter: String, processors: Int, timeLimit: Duration) throws {
        // Of the required kernels, only 6.12 has getrandom in its vDSO. When emulated, 6.1 does not always bring a CPU back.
        let run = try GuestTestRun(filter: filter, on: .linux6_12, processors: processors, timeLimit: timeLimit)
        let count = try #require(run.count, "no test ran (\(run.ending)):\n\(run.output)")
        #expect(run.isSuccess && count > 0, "\(run.ending):\n\(run.output)")
        FileHandle.standardError.write(Data("\(count) capture tests ran on Linux 6.12 in QEMU.\n".utf8))
    }
}
