import SaturatingMath
import Aggregation
import BPFRuntime
import CSyslatABI
import LatencyHistogram
import Profile
import SyscallTable
import VDSO

extension CaptureSession {
    /// Asks which clock source is in force, so that calls that complete from now on are charged to it.
    mutating func noteClocksource(at elapsed: UInt64) {
        let current = Host.clocksource()
        guard current != clocksources.last else { return }
        if let previous = clocksources.last {
            notes.append(
                "The clock source changed from \(previous) to \(current) \(CaptureSession.seconds(elapsed)) after the capture began."
            )
        }
        // A source that comes back has its number already; numbers end long after anybody has read the notes.
        let number = clocksources.firstIndex(of: current) ?? clocksources.count
        guard number < Int(UInt8.max) else { return }
        aggregator.clocksource = UInt8(number)
        clocksources.append(current)
    }

    /// What is known of the vDSO when recording has ended.
    mutating func vdsoProfile(
        _ origins: [OriginProfile], processes: [ProcessProfile], total: syslat_counters
    ) throws(CaptureError) -> VDSOProfile {
        let callers: [(key: syslat_caller_key, caller: syslat_caller)]
        let ticks: [(key: syslat_tick_key, ticks: syslat_ticks)]
        do throws(BPFError) { (callers, ticks) = (try probes.callers(), try probes.ticks()) } catch {
            throw CaptureError(error)
        }
        callerFiles.resolve(callers)
        remarkOnUnnoted(total)
        let entered = entries(origins, callers)
        return VDSOProfile(
            functions: selfTest.functions, entered: entered,
            served: served(ticks, entered: entered, processes: processes), vsyscalls: vsyscalls(callers), sampling: sampler.state)
    }

    /// The calls that entered the kernel, with their reasons. Ways that differ in nothing a reader sees are one row.
    private func entries(
        _ origins: [OriginProfile], _ callers: [(key: syslat_caller_key, caller: syslat_caller)]
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
        EntryReason(
            evidence: profile.origin.evidence, function: ServableFunction(profile.id), clock: profile.origin.clock,
            clocksource: clocksources[Int(profile.origin.clocksource)])
    }

    private func served(
        _ ticks: [(key: syslat_tick_key, ticks: syslat_ticks)], entered: [VDSOEntry], processes: [ProcessProfile]
    ) -> [ServedEstimate] {
        guard sampler.state.isOn else { return [] }
        let names = Dictionary(processes.map { ($0.pid, $0.comm) }) { first, _ in first }
        return ticks.compactMap { key, found in
            guard Int(key.function) < vdso.functions.count else { return nil }
            let (pid, function) = (Int32(bitPattern: key.tgid), vdso.functions[Int(key.function)])
            let estimate = selfTest.estimator(for: function, periodNanoseconds: found.period_ns / max(1, found.count))?
                .estimate(samples: found.count, fellBack: CaptureSession.fellBack(entered, pid: pid, function: function))
            guard let estimate else { return nil }
            return ServedEstimate(
                pid: pid, comm: names[pid] ?? found.text, function: function, samples: found.count, calls: estimate.calls,
                callsLow: estimate.low, callsHigh: estimate.high)
        }
    }

    /// The calls of one process that ran in the vDSO's function and entered the kernel after all.
    private static func fellBack(_ entered: [VDSOEntry], pid: Int32, function: String) -> UInt64 {
        entered.filter { $0.id.name == function && $0.reason != .bypass && $0.reason != .noVDSO }
            .flatMap(\.processes).filter { $0.pid == pid }.reduce(0) { $0.addingSaturating($1.calls) }
    }

    private func vsyscalls(_ callers: [(key: syslat_caller_key, caller: syslat_caller)]) -> [VsyscallCount] {
        callers.filter { $0.key.abi == UInt8(SYSLAT_VSYSCALL.rawValue) }.map { key, caller in
            VsyscallCount(
                pid: Int32(bitPattern: key.tgid), comm: caller.text,
                name: SyscallID(abi: .x86_64, number: key.number).name, calls: caller.calls)
        }
    }

    private mutating func remarkOnUnnoted(_ total: syslat_counters) {
        if total.vsyscalls_unnoted > 0 {
            remarks.append(
                "\(total.vsyscalls_unnoted) calls through the vsyscall page are not shown: too many processes made some.")
        }
        if total.callers_unnoted > 0 {
            notes.append(
                "For \(total.callers_unnoted) calls past the vDSO the file that made them is not known: they came from more than "
                    + "\(SYSLAT_CALLERS) places.")
        }
        if total.ticks_unnoted > 0 {
            remarks.append(
                "\(total.ticks_unnoted) samples inside the vDSO are not in the estimates: more than "
                    + "\(SYSLAT_TICKED_FUNCTIONS) processes and functions were hit. Watch fewer processes.")
        }
    }
}
