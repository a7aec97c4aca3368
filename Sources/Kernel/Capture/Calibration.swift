import SyscallTable
import LatencyHistogram
import Aggregation
import BPFRuntime
import CLinux
import CSyslatABI
import Glibc
import Probes
import Profile
import VDSO

/// What a capture measures before it records: the cost of its programs, and what they see of the vDSO.
struct Calibration {
    /// The p50 of a call that does nothing, under the capture's own programs. nil if they saw none.
    let probeFloor: UInt64?
    /// How much longer a watched call takes, if there is an overhead budget.
    let costs: CallCosts
    /// What stands before syslat's own calls, and so before those of the self-test.
    let beforeOwnEntry: BeforeEntry
    /// The self-test, with what the programs saw of its calls.
    let selfTest: SelfTest

    /// Calls to measure the probe floor with: about a millisecond.
    private static let nullCalls = 2000

    /// Makes the calls on this thread, the only one that is watched meanwhile.
    init(_ probes: borrowing Probes, _ timed: SelfTest, _ policy: SamplingPolicy) throws(CaptureError) {
        var intake = Intake(Aggregator())
        var costs = CallCosts.unknown
        do throws(BPFError) {
            try probes.beginCalibration()
            for _ in 0..<Calibration.nullCalls { clinux_null_call() }
            if case .budget = policy {
                var discarded = Intake(Aggregator())
                costs = CallCosts(probes, untraced: timed.nullCall?.median) { discarded.takeRing(probes) }
            }
            timed.makeCalls { intake.takeRing(probes) }
            try probes.endCalibration()
            intake.takeRest(probes)
            beforeOwnEntry = try probes.beforeEntry()[getpid()] ?? []
            try probes.clear()
        } catch {
            throw CaptureError(error)
        }
        var selfTest = timed
        selfTest.see(intake.aggregator.processes { _ in nil }.origins)
        let null = intake.aggregator.calls().first { $0.id.name == "getppid" }
        probeFloor = null?.distribution(of: .ran).value(at: .p50)
        self.costs = costs
        self.selfTest = selfTest
    }

    /// That the boundary was measured with calls that have something before their entry; nil if they have not.
    var noteOnBoundary: String? {
        let what = [
            (BeforeEntry.filter, "a seccomp filter"), (.supervisor, "its supervisor"), (.tracer, "a tracer"),
        ].filter { beforeOwnEntry.contains($0.0) }.map(\.1)
        guard !what.isEmpty else { return nil }
        return "syslat itself runs behind \(what.joined(separator: " and ")): the boundary, measured with its own calls, includes that."
    }
}
