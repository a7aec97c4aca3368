import LatencyHistogram
import SaturatingMath
import SyscallTable

/// What serving calls from the vDSO would save.
package struct VDSOSavings: Sendable, Hashable {
    /// Nanoseconds of CPU in each second of the capture.
    package var nanosecondsPerSecond: Double
    /// Whether it may be less: what a served call would cost on this host could not be measured, only something cheaper.
    package var isUpperBound: Bool
    /// The calls that it is calculated from.
    package var calls: UInt64

    package init(nanosecondsPerSecond: Double, isUpperBound: Bool, calls: UInt64) {
        self.nanosecondsPerSecond = nanosecondsPerSecond
        self.isUpperBound = isUpperBound
        self.calls = calls
    }

    /// Whether there were enough calls to say what as many would save in each second.
    package var isTelling: Bool { calls >= Threshold.fewestCalls }

    /// The savings of two kinds of calls together.
    package static func + (left: VDSOSavings, right: VDSOSavings) -> VDSOSavings {
        VDSOSavings(
            nanosecondsPerSecond: left.nanosecondsPerSecond + right.nanosecondsPerSecond,
            isUpperBound: left.isUpperBound || right.isUpperBound, calls: left.calls.addingSaturating(right.calls))
    }
}

extension VDSOProfile {
    /// What it would save to have the vDSO serve all calls of an entry; nil where no cure is known or a figure is missing.
    package func savings(of entry: VDSOEntry, in capture: CaptureSummary) -> VDSOSavings? {
        savings(calls: entry.distribution.count, total: entry.distribution.sum, of: entry, in: capture)
    }

    /// The same for one process's share of the entry.
    package func savings(of process: VDSOEntryProcess, in entry: VDSOEntry, _ capture: CaptureSummary) -> VDSOSavings? {
        savings(calls: process.calls, total: process.totalNanoseconds, of: entry, in: capture)
    }

    /// Whether something can be done to have the vDSO of this host serve these calls.
    package func isCurable(_ entry: VDSOEntry) -> Bool {
        entry.reason.isCurable && !isBypassInVain(entry)
    }

    /// Whether the self-test saw the vDSO give up on just this: calls made through it would enter the kernel too.
    package func isBypassInVain(_ entry: VDSOEntry) -> Bool {
        entry.reason == .bypass && function(entry.function, entry.clock)?.isServed == false
    }

    /// A call costs what lies between the tracepoints, less what tracing adds to it, and the way into the kernel and back.
    private func savings(
        calls: UInt64, total: UInt64, of entry: VDSOEntry, in capture: CaptureSummary
    ) -> VDSOSavings? {
        guard isCurable(entry), capture.durationNanoseconds > 0,
            let floor = capture.probeFloorNanoseconds, let boundary = boundary(of: entry, probeFloor: floor)
        else { return nil }
        let served = servedCost(of: entry)
        let nanoseconds = Double(total) + Double(calls) * (boundary - Double(floor) - served.nanoseconds)
        return VDSOSavings(
            nanosecondsPerSecond: max(0, nanoseconds) * 1e9 / Double(capture.durationNanoseconds),
            isUpperBound: served.isLowerBound, calls: calls)
    }

    /// The way into the kernel and back is much the same for all calls: another function's will do.
    private func boundary(of entry: VDSOEntry, probeFloor: UInt64) -> Double? {
        let sameName = functions.filter { $0.name == entry.function }
        let candidates = sameName.filter { $0.clock == entry.clock } + sameName + functions
        for function in candidates {
            if let boundary = function.boundaryNanoseconds(probeFloor: probeFloor) { return boundary }
        }
        return nil
    }

    /// What one call would cost if it were served. Where the counter can't be read, a clock that needs none is cheaper than any
    /// that does.
    private func servedCost(of entry: VDSOEntry) -> (nanoseconds: Double, isLowerBound: Bool) {
        func cost(_ function: VDSOFunction?) -> Double? { function?.isServed == true ? function?.vdso?.median : nil }
        if let known = cost(function(entry.function, entry.clock)) { return (known, false) }
        return (cost(function("clock_gettime", .monotonicCoarse)) ?? 0, true)
    }
}
