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
            self[keyPath: figure].lessOrNone(earlier?[keyPath: figure] ?? 0)
        }
        var lost: [LossCause: UInt64] = [:]
        for (cause, count) in lostByCause { lost[cause] = count.lessOrNone(earlier?.lostByCause[cause] ?? 0) }
        let entered = since(\.entered).addingSaturating(carried)
        let neverReturned = since(\.neverReturned)
        let explained = lost.values.reduce(completed.addingSaturating(inFlight).addingSaturating(neverReturned)) {
            $0.addingSaturating($1)
        }
        let left = isLast ? 0 : entered.lessOrNone(explained)
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
        part.capture.consumerCPUNanoseconds = capture.consumerCPUNanoseconds.lessOrNone(before?.consumerCPUNanoseconds ?? 0)
        part.capture.programs = capture.programs.map { now in
            ProgramCost(
                runs: now.runs.lessOrNone(before?.programs?.runs ?? 0),
                nanoseconds: now.nanoseconds.lessOrNone(before?.programs?.nanoseconds ?? 0))
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
            part.calls = now.calls.lessOrNone(old[kind(now)] ?? 0)
            return part.calls > 0 ? part : nil
        }
    }
}

extension [ProcessProfile] {
    /// A process is known by its id and name, or by its id alone where no other process has had it: one that runs another program has
    /// another name.
    fileprivate func since(_ earlier: [ProcessProfile]) -> [ProcessProfile] {
        let old = Dictionary(grouping: earlier, by: \.pid)
        let counts = Dictionary(grouping: self, by: \.pid).mapValues(\.count)
        return compactMap { now in
            let candidates = old[now.pid] ?? []
            let renamed = candidates.count == 1 && counts[now.pid] == 1 ? candidates.first : nil
            guard let before = candidates.first(where: { $0.comm == now.comm }) ?? renamed else { return now }
            return now.since(before)
        }
    }
}

extension ProcessProfile {
    /// nil if there was nothing.
    fileprivate func since(_ earlier: ProcessProfile) -> ProcessProfile? {
        func kind(_ series: ProcessSeries) -> ProcessSeries {
            ProcessSeries(id: series.id, outcome: series.outcome, failed: series.failed, calls: 0, totalNanoseconds: 0)
        }
        let old = Dictionary(earlier.series.map { (kind($0), $0) }) { first, _ in first }
        var part = self
        part.series = series.compactMap { now in
            var rest = now
            rest.calls = now.calls.lessOrNone(old[kind(now)]?.calls ?? 0)
            rest.totalNanoseconds = now.totalNanoseconds.lessOrNone(old[kind(now)]?.totalNanoseconds ?? 0)
            return rest.calls > 0 ? rest : nil
        }
        guard !part.series.isEmpty else { return nil }
        if let distribution, let before = earlier.distribution { part.distribution = distribution.subtracting(before) }
        return part
    }
}
