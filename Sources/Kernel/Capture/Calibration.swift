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
    /// nil if the programs saw none of the calls.
    let floor: ProbeFloor?
    /// How much longer a watched call takes, if there is an overhead budget.
    let costs: CallCosts
    /// What stands before syslat's own calls, and so before those of the self-test.
    let beforeOwnEntry: BeforeEntry
    /// The self-test, with what the programs saw of its calls.
    let selfTest: SelfTest

    /// Calls to measure the probe floor with: about a tenth of a millisecond a round. Between the rounds there is time for whatever
    /// disturbs one of them to pass.
    private static let rounds = 12
    private static let callsInRound = 200
    private static let pauseMicroseconds: UInt32 = 1500

    /// Makes the calls on this thread, the only one that is watched meanwhile.
    /// - Parameter inEachRound: called between the rounds.
    init(
        _ probes: borrowing Probes, _ timed: SelfTest, _ policy: SamplingPolicy, inEachRound: () -> Void
    ) throws(CaptureError) {
        var intake = Intake(Aggregator())
        var costs = CallCosts.unknown
        var rounds: [LatencyHistogram] = []
        do throws(BPFError) {
            try probes.beginCalibration()
            for _ in 0..<Calibration.rounds {
                for _ in 0..<Calibration.callsInRound { clinux_null_call() }
                _ = try probes.flush()
                intake.takeRing(probes)
                rounds.append(intake.aggregator.nullCalls)
                intake.aggregator.startInterval()
                inEachRound()
                usleep(Calibration.pauseMicroseconds)
            }
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
        selfTest.see(intake.aggregator.processes(LivingNames(name: { _ in nil })).origins)
        floor = ProbeFloor(rounds)
        self.costs = costs
        self.selfTest = selfTest
    }

    /// That the boundary was measured with calls that have something before their entry; nil if they have not.
    var noteOnBoundary: String? {
        let what = [
            (BeforeEntry.filter, "a seccomp filter"), (.supervisor, "its supervisor"), (.tracer, "a tracer"),
        ].filter { beforeOwnEntry.contains($0.0) }.map(\.1)
        guard !what.isEmpty else { return nil }
        return
            "syslat itself runs behind \(what.joined(separator: " and ")): the boundary, measured with its own calls, includes that."
    }
}

/// What a call that does nothing reads under the programs of a capture.
struct ProbeFloor: Hashable {
    private(set) var nanoseconds: UInt64
    private(set) var spread: ProbeFloorSpread

    /// So many calls of the capture itself say as much as a round.
    private static let fewestCalls: UInt64 = 100

    /// The lowest of the medians of some rounds: on a busy machine calls are slower in some than in others, and a floor is what cannot be
    /// undercut. The spread is of all calls. nil of none.
    init?(_ rounds: [LatencyHistogram]) {
        let all = rounds.reduce(into: LatencyHistogram()) { $0.merge($1) }
        guard let lowest = rounds.compactMap({ $0.value(at: .p50) }).min(),
            let ends = all.values(at: [Quantile(10, of: 100), .p90])
        else { return nil }
        nanoseconds = lowest
        spread = ProbeFloorSpread(low: min(ends[0], lowest), high: max(ends[1], lowest))
    }

    /// The same, but not above what the null calls in a capture read: those were made under these programs too.
    func lowered(by calls: [CallProfile]) -> ProbeFloor {
        let null = calls.nullCalls
        guard null.count >= ProbeFloor.fewestCalls, let median = null.value(at: .p50), median < nanoseconds else { return self }
        var floor = self
        floor.nanoseconds = median
        floor.spread.low = min(spread.low, median)
        return floor
    }
}

extension Aggregator {
    /// The null calls since the last interval.
    fileprivate var nullCalls: LatencyHistogram { calls().nullCalls }
}

extension [CallProfile] {
    /// The calls that do nothing and did not wait: getppid of the machine's own ABI.
    fileprivate var nullCalls: LatencyHistogram {
        first { $0.id.name == "getppid" && $0.id.abi == Architecture.current.nativeABI }?.distribution(of: .ran)
            ?? LatencyHistogram()
    }
}
