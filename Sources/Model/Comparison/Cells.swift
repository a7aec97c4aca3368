import Glibc
import LatencyHistogram
import Profile

/// Makes the cells of two sides: effect, interval, margin and p-values, but no verdict yet.
struct Cells {
    let base, new, noise: Side
    let options: ComparisonOptions
    let distribution: MannWhitney

    init(base: Side, new: Side, noise: Side, options: ComparisonOptions) {
        (self.base, self.new, self.noise, self.options) = (base, new, noise, options)
        distribution = MannWhitney(baseCount: base.boots.count, newCount: new.boots.count)
    }

    /// The figures of a subject that can be compared.
    static func measures(of subject: Subject) -> [Measure] {
        switch subject.name {
        case .service: [.time]
        case .workloadCase: [.untraced]
        case .call, .caseCall: Measure.quantiles
        }
    }

    /// - Returns: a cell, without p-values where not every boot has the figure.
    func cell(_ subject: Subject, _ measure: Measure) -> Cell {
        let (mine, theirs) = (base.values(subject) { $0[measure] }, new.values(subject) { $0[measure] })
        let noise = noise(subject, measure, base: mine)
        let margin = log(1 + max(options.delta(measure), Cells.bucketWidth, exp(noise) - 1))
        var cell = Cell(
            subject: subject, measure: measure, margin: margin, equivalenceMargin: margin, noise: noise,
            leastNanoseconds: leastNanoseconds(measure))
        (cell.baseBoots, cell.newBoots) = (figures(subject, measure, of: base), figures(subject, measure, of: new))
        cell.base = base.boots.compactMap { $0.subjects[subject]?[measure] }.median.map { exp($0) }
        cell.new = new.boots.compactMap { $0.subjects[subject]?[measure] }.median.map { exp($0) }
        guard let mine, let theirs else {
            cell.verdict = absenceVerdict(subject)
            cell.absence = absence(subject, measure)
            return cell
        }
        cell.equivalenceMargin = equivalenceMargin(cell)
        cell.shift = ShiftEstimate(base: mine, new: theirs, distribution: distribution, alpha: options.alpha)
        cell.p = evidence(mine, theirs, margin: margin, equivalence: cell.equivalenceMargin)
        let freedom = Double(mine.count + theirs.count - 2)
        if freedom > 0 {
            let deviation = ((mine.squaredDistances + theirs.squaredDistances) / freedom).squareRoot()
            cell.deviation = deviation
            cell.detectable =
                margin + Resolution.reach(deviation: deviation, baseBoots: mine.count, newBoots: theirs.count)
        }
        return cell
    }

    private func figures(_ subject: Subject, _ measure: Measure, of side: Side) -> [Double] {
        side.boots.compactMap { $0.subjects[subject]?[measure] }.map { exp($0) }
    }

    /// No quantile is known better than this.
    private static let bucketWidth = 1 / Double(1 << BucketScheme.subBucketBits)

    /// From the boots of NOISE, or from BASE itself if it has enough boots to halve.
    private func noise(_ subject: Subject, _ measure: Measure, base values: [Double]?) -> Double {
        let enough = 8
        if !noise.boots.isEmpty { return NoiseFloor.of(noise.boots.compactMap { $0.subjects[subject]?[measure] }) ?? 0 }
        guard options.learnsNoise, let values, values.count >= enough else { return 0 }
        return NoiseFloor.of(values) ?? 0
    }

    /// The cost of tracing is in every traced time, and may differ between kernels.
    private func leastNanoseconds(_ measure: Measure) -> Double {
        if measure == .time { return 0 }
        guard measure != .untraced else { return options.minimumNanoseconds }
        guard let mine = base.probeFloor, let theirs = new.probeFloor else {
            // What the hooks make of a call isn't known then.
            return Identity.hooksDiffer(base, new) ? .infinity : options.minimumNanoseconds
        }
        return max(options.minimumNanoseconds, 2 * abs(theirs - mine))
    }

    /// A change of too few nanoseconds to matter counts as none. A difference of the probe floors is another thing: it may hide a
    /// change, so it can prevent a verdict but never gives one.
    private func equivalenceMargin(_ cell: Cell) -> Double {
        guard cell.measure != .time, let base = cell.base, base > 0 else { return cell.margin }
        return max(cell.margin, log(1 + options.minimumNanoseconds / base))
    }

    private func evidence(_ base: [Double], _ new: [Double], margin: Double, equivalence: Double) -> Evidence {
        func moved(_ distance: Double) -> [Double] { new.map { $0 - distance } }
        // Beyond the margin: NEW, moved back by it, is still the larger (or the smaller).
        let regressed = distribution.test(base: base, new: moved(margin)).greater
        let improved = distribution.test(base: base, new: moved(-margin)).less
        // Within it: both one-sided tests must succeed (TOST: Schuirmann, 1987).
        let below = distribution.test(base: base, new: moved(equivalence)).less
        let above = distribution.test(base: base, new: moved(-equivalence)).greater
        return Evidence(regressed: regressed, improved: improved, equivalent: max(below, above))
    }

    // MARK: No data

    private func absenceVerdict(_ subject: Subject) -> Verdict {
        if state(subject, in: new)?.isFailure == true { return .noData }
        if base.boots(with: subject) == 0 { return .new }
        // A call that now ends in another way is not gone: how long it takes is an open question.
        return new.boots(with: subject) == 0 && !isMade(subject, in: new) ? .gone : .noData
    }

    /// Whether a side makes the call in the same case, however it ends.
    private func isMade(_ subject: Subject, in side: Side) -> Bool {
        guard case .caseCall(let call) = subject.name else { return false }
        return side.boots.contains { boot in
            boot.subjects.keys.contains { key in
                guard case .caseCall(let other) = key.name else { return false }
                return other.caseName == call.caseName && other.id == call.id
            }
        }
    }

    private func absence(_ subject: Subject, _ measure: Measure) -> String {
        for side in [base, new] {
            switch state(subject, in: side) {
            case .absent(let reason)?: return "absent on \(side.name): \(reason)"
            case .failed(let reason)?: return "failed on \(side.name): \(reason)"
            case .measured?, nil: break
            }
            let boots = side.boots(with: subject)
            if boots == 0 {
                return isMade(subject, in: side)
                    ? "the calls of \(side.name) end in other ways (outcome or result)" : "not there on \(side.name)"
            }
            let able = side.boots.count { $0.subjects[subject]?[measure] != nil }
            guard able < side.boots.count else { continue }
            if measure == .untraced {
                return "not measured on \(side.boots.count - able) of \(side.boots.count) boots of \(side.name)"
            }
            return "\(measure.rawValue) needs \(measure.leastCalls) calls in each boot; "
                + "\(able) of \(side.boots.count) boots of \(side.name) have them"
        }
        return ""
    }

    private func state(_ subject: Subject, in side: Side) -> WorkloadCase.State? {
        guard let name = subject.name.caseName else { return nil }
        return side.boots.lazy.compactMap { $0.states[name] }.first
    }
}

extension WorkloadCase.State {
    fileprivate var isFailure: Bool { if case .failed = self { true } else { false } }
}
