import Aggregation
import CSyslatABI
import LatencyHistogram
import Probes
import Profile
import SaturatingMath
import SyscallTable
import VDSO

/// What a capture knows about the vDSO: the costs of its functions, which calls entered the kernel and why, and how often it served.
struct VDSOAccount {
    private let selfTest: SelfTest
    private let layout: VDSOLayout
    /// The clock sources that were in force, in order.
    private var clocksources = [Host.clocksource()]
    private var callerFiles = CallerFiles()

    init(_ selfTest: SelfTest, _ layout: VDSOLayout) {
        self.selfTest = selfTest
        self.layout = layout
    }

    /// Looks up the clock source, which calls that complete from now on are attributed to. A change gets a note.
    mutating func noteClocksource(_ aggregator: inout Aggregator, at elapsed: String) -> String? {
        let current = Host.clocksource()
        guard let previous = clocksources.last, current != previous else { return nil }
        // A source that comes back keeps its number. The numbers suffice for more changes than anybody would read notes about.
        let number = clocksources.firstIndex(of: current) ?? clocksources.count
        if number < Int(UInt8.max) {
            aggregator.clocksource = UInt8(number)
            clocksources.append(current)
        }
        return "The clock source changed from \(previous) to \(current) \(elapsed) after the capture began."
    }

    /// Looks up the callers' files while their processes are alive.
    mutating func resolve(_ callers: [CallerEntry]) { callerFiles.resolve(callers) }

    /// What is known now.
    mutating func profile(
        _ origins: [OriginProfile], processes: [ProcessProfile], _ readings: Readings, ticks: VDSOTicks, meter: CallCost?
    ) -> VDSOProfile {
        callerFiles.resolve(readings.callers)
        let entered = entries(origins, readings.callers)
        return VDSOProfile(
            functions: selfTest.functions, entered: entered,
            served: served(readings.ticks, ticks: ticks, meter: meter, entered: entered, processes: processes),
            vsyscalls: vsyscalls(readings.callers), ticks: ticks)
    }

    /// The calls that entered the kernel, with their reasons. Origins that look the same to a reader share a row.
    private func entries(
        _ origins: [OriginProfile], _ callers: [CallerEntry]
    ) -> [VDSOEntry] {
        let files = CallerCounts(callers, files: callerFiles)
        return origins.filter { isServable($0) }.map { profile in
            let reason = reason(of: profile)
            return VDSOEntry(
                id: profile.id, clock: profile.origin.clock, reason: reason, distribution: profile.distribution,
                processes: profile.processes.map { share in
                    VDSOEntryProcess(
                        pid: share.pid, comm: share.comm, calls: share.calls, totalNanoseconds: share.totalNanoseconds,
                        callers: reason == .bypass ? files.of(share.pid, profile.id, profile.origin.clock) : [])
                })
        }.merged()
    }

    /// Whether this host's vDSO has the function at all: before Linux 6.11 no getrandom leaves it out. The 32-bit one, and one that
    /// is not mapped or can't be read, may have any.
    private func isServable(_ profile: OriginProfile) -> Bool {
        guard let image = selfTest.vdso?.image, profile.origin.evidence != .compat else { return true }
        return image.function(named: profile.id.name) != nil
    }

    private func reason(of profile: OriginProfile) -> EntryReason {
        // One distribution has the calls of all its processes, so it can't be parted by them.
        let haveNone =
            !profile.processes.isEmpty
            && profile.processes.allSatisfy { share in
                share.pid.map {
                    callerFiles.lackedVDSO(ProcessCall(pid: $0, id: profile.id, clock: profile.origin.clock))
                } ?? false
            }
        return EntryReason(
            evidence: profile.origin.evidence == .outside && haveNone ? .noVDSO : profile.origin.evidence,
            function: ServableFunction(profile.id), clock: profile.origin.clock,
            clocksource: clocksources[Int(profile.origin.clocksource)])
    }

    private func served(
        _ counts: [VDSOTickCount], ticks: VDSOTicks, meter: CallCost?, entered: [VDSOEntry], processes: [ProcessProfile]
    ) -> [ServedEstimate] {
        guard ticks.isOn else { return [] }
        let names = Dictionary(processes.map { ($0.pid, $0.comm) }) { first, _ in first }
        return counts.compactMap { count in
            guard count.function < layout.functions.count else { return nil }
            let function = layout.functions[count.function]
            let estimate = selfTest.estimator(
                for: function, periodNanoseconds: count.meanPeriodNanoseconds, meter: meter)?
                .estimate(samples: count.ticks, fellBack: VDSOAccount.fellBack(entered, pid: count.pid, function: function))
            guard let estimate else { return nil }
            return ServedEstimate(
                pid: count.pid, comm: names[count.pid] ?? count.comm, function: function, samples: count.ticks,
                calls: estimate.calls, callsLow: estimate.low, callsHigh: estimate.high)
        }
    }

    /// The calls of one process that ran in the 64-bit vDSO's function and entered the kernel after all.
    private static func fellBack(_ entered: [VDSOEntry], pid: Int32, function: String) -> UInt64 {
        entered.filter { $0.id.name == function && !$0.id.abi.has32Bits && $0.reason.isFallback }
            .flatMap(\.processes).filter { $0.pid == pid }.reduce(0) { $0.addingSaturating($1.calls) }
    }

    private func vsyscalls(_ callers: [CallerEntry]) -> [VsyscallCount] {
        callers.compactMap { caller in
            guard case .vsyscallPage(let comm) = caller.source else { return nil }
            return VsyscallCount(pid: caller.pid, comm: comm, name: caller.id.name, calls: caller.calls)
        }
    }

    /// What is missing from the account.
    func warnings(_ counters: KernelCounters) -> [String] {
        var warnings: [String] = []
        if counters.vsyscallsUnnoted > 0 {
            warnings.append(
                "\(counters.vsyscallsUnnoted) calls through the vsyscall page are not shown, because too many processes made such calls."
            )
        }
        if counters.ticksUnnoted > 0 {
            warnings.append(
                "\(counters.ticksUnnoted) vDSO ticks are missing from the estimates, because they hit more than "
                    + "\(SYSLAT_TICKED_FUNCTIONS) pairs of process and function. Watch fewer processes.")
        }
        return warnings
    }

    func notes(_ counters: KernelCounters) -> [String] {
        let without = callerFiles.withoutVDSO.sorted().prefix(5).map {
            "Process \($0) has unmapped its vDSO, so no call of it can be served."
        }
        guard counters.callersUnnoted > 0 else { return without }
        return without + [
            "The file behind \(counters.callersUnnoted) calls past the vDSO is unknown, because they came from more than "
                + "\(SYSLAT_CALLERS) places."
        ]
    }
}
