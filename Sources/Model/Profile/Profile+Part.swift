import LatencyHistogram
import SaturatingMath

extension Balance {
    /// What came since `earlier`, an older balance of the same capture. It takes over the calls that had entered and were not accounted for
    /// by then, and leaves to the next part those that have completed and are not taken in yet.
    /// - Parameters:
    ///   - carried: how many it takes over.
    ///   - completed: the calls that completed since, as they were taken in.
    ///   - isLast: no more is to come: what nothing explains is lost.
    /// - Returns: the balance, and how many calls the next part takes over.
    package func part(
        since earlier: Balance?, carried: UInt64, completed: UInt64, isLast: Bool
    ) -> (balance: Balance, carried: UInt64) {
        func since(_ figure: KeyPath<Balance, UInt64>) -> UInt64 {
            self[keyPath: figure].subtractingSaturating(earlier?[keyPath: figure] ?? 0)
        }
        var lost: [LossCause: UInt64] = [:]
        for (cause, count) in lostByCause { lost[cause] = count.subtractingSaturating(earlier?.lostByCause[cause] ?? 0) }
        let entered = since(\.entered).addingSaturating(carried)
        let neverReturned = since(\.neverReturned)
        let explained = lost.values.reduce(completed.addingSaturating(inFlight).addingSaturating(neverReturned)) {
            $0.addingSaturating($1)
        }
        let left = isLast ? 0 : entered.subtractingSaturating(explained)
        let balance = Balance(
            entered: entered - left, completed: completed, inFlight: inFlight, neverReturned: neverReturned, lostByCause: lost,
            beganBefore: since(\.beganBefore), newTaskReturns: since(\.newTaskReturns), refused: since(\.refused),
            overflowed: since(\.overflowed), unmeasured: since(\.unmeasured))
        return (balance, inFlight.addingSaturating(left))
    }
}

extension Profile {
    /// What happened since `earlier`, an older state of this profile, beside its calls, which are in intervals: processes, refused calls, and
    /// own cost. The balances, what is known of the vDSO, and the times are the caller's.
    package func part(since earlier: Profile?) -> Profile {
        var part = self
        (part.calls, part.intervals, part.vdso, part.workload) = ([], [], nil, nil)
        part.processes = processes.since(earlier?.processes ?? [])
        part.refused = refused.since(earlier?.refused ?? [])
        let before = earlier?.capture
        part.capture.consumerCPUNanoseconds = capture.consumerCPUNanoseconds.subtractingSaturating(
            before?.consumerCPUNanoseconds ?? 0)
        part.capture.programs = capture.programs.map { now in
            ProgramCost(
                runs: now.runs.subtractingSaturating(before?.programs?.runs ?? 0),
                nanoseconds: now.nanoseconds.subtractingSaturating(before?.programs?.nanoseconds ?? 0))
        }
        return part
    }
}

extension [RefusedCalls] {
    fileprivate func since(_ earlier: [RefusedCalls]) -> [RefusedCalls] {
        func kind(_ refused: RefusedCalls) -> RefusedCalls {
            RefusedCalls(id: refused.id, by: refused.by, errno: refused.errno, calls: 0)
        }
        let old = Dictionary(earlier.map { (kind($0), $0.calls) }) { first, _ in first }
        return compactMap { now in
            var part = now
            part.calls = now.calls.subtractingSaturating(old[kind(now)] ?? 0)
            return part.calls > 0 ? part : nil
        }
    }
}

extension [ProcessProfile] {
    /// A process is known by its id and name, or by its id alone where no other process has had it: one that runs another program has
    /// another name. A process whose row is gone is in the row of the others by now, with all that it ever did.
    fileprivate func since(_ earlier: [ProcessProfile]) -> [ProcessProfile] {
        let old = Dictionary(grouping: earlier.indices, by: { earlier[$0].pid })
        let counts = Dictionary(grouping: self, by: \.pid).mapValues(\.count)
        var gone = Set(earlier.indices)
        func before(_ now: ProcessProfile) -> ProcessProfile? {
            let candidates = (old[now.pid] ?? []).filter { gone.contains($0) && now.goesOn(from: earlier[$0]) }
            let renamed = candidates.count == 1 && counts[now.pid] == 1 ? candidates.first : nil
            guard let place = candidates.first(where: { earlier[$0].comm == now.comm }) ?? renamed else { return nil }
            gone.remove(place)
            return earlier[place]
        }
        let named = filter { $0.pid != nil }.compactMap { now in before(now).map { now.since($0) } ?? now }
        guard let others = first(where: { $0.pid == nil }) else { return named }
        let sum = ProcessProfile(sumOf: gone.sorted().map { earlier[$0] }, like: others)
        return named + (others.since(sum).map { [$0] } ?? [])
    }
}

extension ProcessProfile {
    /// What these processes did, as a row like that of the others.
    fileprivate init(sumOf processes: [ProcessProfile], like others: ProcessProfile) {
        var sums: [ProcessSeries: ProcessSeries] = [:]
        for series in processes.lazy.flatMap(\.series) {
            let sum = sums[ProcessProfile.kind(series)]
            var next = series
            next.calls = next.calls.addingSaturating(sum?.calls ?? 0)
            next.totalNanoseconds = next.totalNanoseconds.addingSaturating(sum?.totalNanoseconds ?? 0)
            sums[ProcessProfile.kind(series)] = next
        }
        var distribution = others.distribution.map { _ in LatencyHistogram() }
        for process in processes { if let own = process.distribution { distribution?.merge(own) } }
        self.init(pid: nil, comm: others.comm, series: Array(sums.values), distribution: distribution)
    }

    private static func kind(_ series: ProcessSeries) -> ProcessSeries {
        ProcessSeries(id: series.id, outcome: series.outcome, failed: series.failed, calls: 0, totalNanoseconds: 0)
    }

    /// Whether it may be the same process, later. One with less of some kind of call is another with the same id.
    fileprivate func goesOn(from earlier: ProcessProfile) -> Bool {
        let now = Dictionary(series.map { (ProcessProfile.kind($0), $0) }) { first, _ in first }
        return earlier.series.allSatisfy { before in
            guard let now = now[ProcessProfile.kind(before)] else { return false }
            // Without another call there is no more time.
            return before.calls < now.calls && before.totalNanoseconds <= now.totalNanoseconds || before == now
        }
    }

    /// nil if there was nothing.
    fileprivate func since(_ earlier: ProcessProfile) -> ProcessProfile? {
        let old = Dictionary(earlier.series.map { (ProcessProfile.kind($0), $0) }) { first, _ in first }
        var part = self
        part.series = series.compactMap { now in
            var rest = now
            let before = old[ProcessProfile.kind(now)]
            rest.calls = now.calls.subtractingSaturating(before?.calls ?? 0)
            rest.totalNanoseconds = now.totalNanoseconds.subtractingSaturating(before?.totalNanoseconds ?? 0)
            return rest.calls > 0 ? rest : nil
        }
        guard !part.series.isEmpty else { return nil }
        if let distribution, let before = earlier.distribution { part.distribution = distribution.subtracting(before) }
        return part
    }
}
