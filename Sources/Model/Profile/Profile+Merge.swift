import SaturatingMath
import LatencyHistogram
import SyscallTable

extension CallProfile {
    /// Adds another profile of the same call: the same as having recorded both.
    package func merged(with other: CallProfile) -> CallProfile {
        var counts = Dictionary(uniqueKeysWithValues: errnos.map { ($0.errno, $0.count) })
        for entry in other.errnos { counts[entry.errno] = (counts[entry.errno] ?? 0).addingSaturating(entry.count) }
        return CallProfile(
            id: id, series: series.merged(with: other.series), errnos: counts.map { ErrnoCount(errno: $0.key, count: $0.value) },
            afterExit: AfterExit.merged(afterExit, other.afterExit))
    }
}

extension [Series] {
    /// Adds series of the same calls: one for each outcome and result.
    package func merged(with others: [Series]) -> [Series] {
        var merged = self
        for addition in others {
            if let index = merged.firstIndex(where: { $0.outcome == addition.outcome && $0.failed == addition.failed }) {
                merged[index].merge(addition)
            } else {
                merged.append(addition)
            }
        }
        return merged.inOrder
    }

    /// The order in which a call's series stand everywhere.
    package var inOrder: [Series] {
        sorted { ($0.outcome.rawValue, $0.failed ? 1 : 0) < ($1.outcome.rawValue, $1.failed ? 1 : 0) }
    }
}

extension [CallProfile] {
    /// Adds calls of another profile or interval.
    package func merged(with others: [CallProfile]) -> [CallProfile] {
        var byID = Dictionary(uniqueKeysWithValues: map { ($0.id, $0) })
        for call in others { byID[call.id] = byID[call.id]?.merged(with: call) ?? call }
        return Array(byID.values).byFallingTotal
    }
}

extension [Interval] {
    /// All calls of a time series.
    ///
    /// Neighbours are added up first, so all distributions but the last few are small.
    package func merged() -> [CallProfile] {
        var sums = map(\.calls)
        while sums.count > 1 {
            sums = stride(from: 0, to: sums.count, by: 2).map { place in
                place + 1 < sums.count ? sums[place].merged(with: sums[place + 1]) : sums[place]
            }
        }
        return sums.first ?? []
    }
}

extension Balance {
    /// The sum of two balances; it closes if both do and nothing stops at `UInt64.max`.
    package func merged(with other: Balance) -> Balance {
        var causes = lostByCause
        for (cause, count) in other.lostByCause { causes[cause] = (causes[cause] ?? 0).addingSaturating(count) }
        return Balance(
            entered: entered.addingSaturating(other.entered), completed: completed.addingSaturating(other.completed),
            inFlight: inFlight.addingSaturating(other.inFlight),
            neverReturned: neverReturned.addingSaturating(other.neverReturned), lostByCause: causes,
            inBatches: inBatches.addingSaturating(other.inBatches),
            beganBefore: beganBefore.addingSaturating(other.beganBefore),
            newTaskReturns: newTaskReturns.addingSaturating(other.newTaskReturns),
            refused: refused.addingSaturating(other.refused), overflowed: overflowed.addingSaturating(other.overflowed),
            unmeasured: unmeasured.addingSaturating(other.unmeasured))
    }

    /// The sum of what is known.
    static func merged(_ first: Balance?, _ second: Balance?) -> Balance? {
        guard let first, let second else { return first ?? second }
        return first.merged(with: second)
    }

    /// Whether one of the figures stands at the largest number.
    var isSaturated: Bool {
        [entered, completed, inFlight, neverReturned, lost, beganBefore, newTaskReturns, refused, overflowed, unmeasured].contains(
            .max)
    }
}

extension CaptureSummary {
    /// Two captures as one: the times add up, what differs is named or left out.
    func merged(with other: CaptureSummary) -> CaptureSummary {
        func unique(_ first: [String], _ second: [String]) -> [String] { first + second.filter { !first.contains($0) } }
        return CaptureSummary(
            startedAtNanoseconds: min(startedAtNanoseconds, other.startedAtNanoseconds),
            durationNanoseconds: durationNanoseconds.addingSaturating(other.durationNanoseconds),
            scope: scope == other.scope ? scope : "\(scope); \(other.scope)",
            selection: selection == other.selection ? selection : nil, command: command == other.command ? command : nil,
            exitStatus: exitStatus == other.exitStatus ? exitStatus : nil,
            probeFloorNanoseconds: probeFloorNanoseconds == other.probeFloorNanoseconds ? probeFloorNanoseconds : nil,
            probeFloorSpread: probeFloorNanoseconds == other.probeFloorNanoseconds && probeFloorSpread == other.probeFloorSpread
                ? probeFloorSpread : nil, hooks: hooks == other.hooks ? hooks : nil,
            consumerCPUNanoseconds: consumerCPUNanoseconds.addingSaturating(other.consumerCPUNanoseconds),
            programs: ProgramCost.merged(programs, other.programs), sampling: CallSampling.merged(sampling, other.sampling),
            warnings: unique(warnings, other.warnings), notes: unique(notes, other.notes))
    }
}

extension Profile {
    /// Adds another profile, as if one capture had made both. Time series are added up; hosts that differ give a warning.
    package func merged(with other: Profile) -> Profile {
        var capture = capture.merged(with: other.capture)
        let isSameHost = host.kernelRelease == other.host.kernelRelease && host.cpuModel == other.host.cpuModel
        if !isSameHost {
            capture.warnings.append(
                "The profiles are of different hosts: \(host.kernelRelease) on \(host.cpuModel), and "
                    + "\(other.host.kernelRelease) on \(other.host.cpuModel). Their sum says little about either.")
        }
        let vdso = vdso(with: other, isSameHost: isSameHost, warnings: &capture.warnings)
        if (self.capture.sampling == nil) != (other.capture.sampling == nil) {
            let warning = "Only some of the profiles measured every call: in those that sampled, latencies are estimates."
            if !capture.warnings.contains(warning) { capture.warnings.append(warning) }
        }
        if (requests == nil) != (other.requests == nil), (requests ?? other.requests)?.entered ?? 0 > 0 {
            let warning = "Only some of the profiles watched requests to io_uring: their rows are from those alone."
            if !capture.warnings.contains(warning) { capture.warnings.append(warning) }
        }
        let workload = workload(with: other, warnings: &capture.warnings)
        let slowCalls = slowCalls(with: other, warnings: &capture.warnings)
        let groups = groups(with: other, warnings: &capture.warnings)
        let merged = Profile(
            tool: tool, host: host, capture: capture, balance: balance.merged(with: other.balance),
            calls: calls.merged(with: other.calls), processes: processes.merged(with: other.processes),
            inFlight: inFlight + other.inFlight, vdso: vdso, workload: workload, refused: refused.merged(with: other.refused),
            requests: Balance.merged(requests, other.requests), slowCalls: slowCalls, groups: groups)
        return merged.markedIfSaturated
    }

    /// The groups of both, with a warning where only one has them, or they are of different kinds.
    private func groups(with other: Profile, warnings: inout [String]) -> CallGroups? {
        let warning = "The profiles don't group calls alike, so the groups are left out."
        if groups?.kind != other.groups?.kind, !warnings.contains(warning) { warnings.append(warning) }
        return CallGroups.merged(groups, other.groups)
    }

    /// What both saw of the vDSO, with a warning where only one of them can say it. Costs are those of one host or of none.
    private func vdso(with other: Profile, isSameHost: Bool, warnings: inout [String]) -> VDSOProfile? {
        func warn(_ sentence: String) {
            if !warnings.contains(sentence) { warnings.append(sentence) }
        }
        guard let mine = vdso, let theirs = other.vdso else {
            if vdso != nil || other.vdso != nil {
                warn("Only some of the profiles say something about the vDSO: what is said about it is from those alone.")
            }
            return vdso ?? other.vdso
        }
        var merged = mine.merged(with: theirs)
        if mine.ticks != theirs.ticks {
            warn(
                mine.ticks.isOn && theirs.ticks.isOn
                    ? "The profiles took vDSO ticks at different rates."
                    : "Only some of the profiles estimated the calls that the vDSO served: the estimates are from those alone.")
        }
        if !isSameHost {
            merged.functions = []
        } else if mine.contradicts(theirs) {
            warn("The vDSO did not serve the same calls in all of the profiles: its costs are those where it served less.")
        }
        return merged
    }

    /// Counts that do not fit stop at the largest number, which must not go unsaid.
    private var markedIfSaturated: Profile {
        let isSaturated =
            calls.contains { call in
                let distribution = call.distribution
                return distribution.count == .max || distribution.sum == .max || call.errnos.contains { $0.count == .max }
            }
            || refused.contains { $0.calls == .max }
            || processes.contains { $0.calls == .max || $0.totalNanoseconds == .max }
            || capture.durationNanoseconds == .max || balance.isSaturated || requests?.isSaturated == true
            || slowCalls?.unkept == .max || vdso?.isSaturated == true
            || workload?.isSaturated == true
        guard isSaturated else { return self }
        var marked = self
        let warning = "Some counts or times exceed 2^64 and stop there: they are too low."
        if !marked.capture.warnings.contains(warning) { marked.capture.warnings.append(warning) }
        return marked
    }
}

extension [ProcessProfile] {
    /// Adds processes of another profile; those of the same id and name are taken for one.
    func merged(with others: [ProcessProfile]) -> [ProcessProfile] {
        var order: [ProcessKey] = []
        var byKey: [ProcessKey: ProcessProfile] = [:]
        for process in self + others {
            let key = ProcessKey(pid: process.pid, comm: process.comm)
            guard var known = byKey[key] else {
                order.append(key)
                byKey[key] = process
                continue
            }
            // Of two titles one stands, whatever the order of the profiles.
            known.title = [known.title, process.title].compactMap { $0 }.min()
            known.beforeEntry.formUnion(process.beforeEntry)
            for series in process.series { known.series.add(series) }
            // A distribution of some of the calls would look like one of all of them.
            if let distribution = process.distribution { known.distribution?.merge(distribution) } else { known.distribution = nil }
            byKey[key] = known
        }
        return order.compactMap { byKey[$0] }
    }
}

/// What tells processes of several profiles apart.
private struct ProcessKey: Hashable {
    let pid: Int32?
    let comm: String
}
