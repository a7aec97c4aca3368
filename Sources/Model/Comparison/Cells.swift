import Glibc
import LatencyHistogram
import Profile

/// Makes the cells of two sides: effect, interval, margin and p-values, but no verdict yet.
struct Cells {
    let base, new, noise: Side
    let options: ComparisonOptions
    let replication: Replication
    let tests = RankTests()

    init(base: Side, new: Side, noise: Side, options: ComparisonOptions, replication: Replication = .boots) {
        (self.base, self.new, self.noise, self.options) = (base, new, noise, options)
        self.replication = replication
    }

    /// Of as many values as there are boots.
    var distribution: MannWhitney { tests.distribution(base.boots.count, new.boots.count) }

    /// One figure of one subject on both sides; nil where too few boots have it, which is where any lacks it, but for a fleet's hosts.
    func samples(_ subject: Subject, _ value: (BootSubject) -> Double?) -> Samples? {
        guard replication.unit == .host else {
            guard let mine = base.values(subject, value), let theirs = new.values(subject, value) else { return nil }
            return Samples(base: mine, new: theirs, isPaired: false)
        }
        func found(_ side: Side) -> [(id: String, value: Double)] {
            side.boots.compactMap { boot in boot.subjects[subject].flatMap(value).map { (boot.id, $0) } }
        }
        var (mine, theirs) = (found(base), found(new))
        if replication.isPaired {
            let both = Set(mine.map(\.id)).intersection(theirs.map(\.id))
            mine = mine.filter { both.contains($0.id) }.sorted { $0.id < $1.id }
            theirs = theirs.filter { both.contains($0.id) }.sorted { $0.id < $1.id }
        }
        guard isEnough(mine.count, of: base), isEnough(theirs.count, of: new) else { return nil }
        return Samples(base: mine.map(\.value), new: theirs.map(\.value), isPaired: replication.isPaired)
    }

    /// Whether so many of a side's boots can stand for all.
    private func isEnough(_ count: Int, of side: Side) -> Bool {
        count > 0 && Double(count) >= replication.leastShare * Double(side.boots.count)
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
        let samples = samples(subject) { $0[measure] }
        let noise = noise(subject, measure, base: base.values(subject) { $0[measure] } ?? samples?.base)
        // What buckets may hide or show is added: a change beyond the margin is one beyond the rest of it.
        let margin = log(1 + max(options.delta(measure), Cells.bucketWidth, exp(noise) - 1)) + replication.resolution
        var cell = Cell(
            subject: subject, measure: measure, margin: margin, equivalenceMargin: margin, noise: noise,
            leastNanoseconds: leastNanoseconds(measure))
        (cell.baseBoots, cell.newBoots) = (figures(subject, measure, of: base), figures(subject, measure, of: new))
        cell.base = base.boots.compactMap { $0.subjects[subject]?[measure] }.median.map { exp($0) }
        cell.new = new.boots.compactMap { $0.subjects[subject]?[measure] }.median.map { exp($0) }
        guard let samples else {
            cell.verdict = absenceVerdict(subject)
            cell.absence = absence(subject, measure)
            return cell
        }
        cell.equivalenceMargin = equivalenceMargin(cell)
        cell.shift = tests.shift(samples, alpha: options.alpha)
        cell.p = evidence(samples, margin: margin, equivalence: cell.equivalenceMargin - replication.resolution)
        if let deviation = samples.deviation {
            cell.deviation = deviation
            cell.detectable =
                margin + replication.reach(deviation: deviation, base: samples.base.count, new: samples.new.count)
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
        // Halves of one side differ by what its hosts differ by, and of pairs that falls out.
        guard options.learnsNoise, !replication.isPaired, let values, values.count >= enough else { return 0 }
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

    private func evidence(_ samples: Samples, margin: Double, equivalence: Double) -> Evidence {
        // Beyond the margin: NEW, moved back by it, is still the larger (or the smaller).
        let (beyond, beneath) = (tests.test(samples, movedBackBy: margin), tests.test(samples, movedBackBy: -margin))
        let (regressed, improved) = (beyond.greater, beneath.less)
        // Within it: both one-sided tests must succeed (TOST: Schuirmann, 1987).
        let isSame = equivalence == margin
        let below = (isSame ? beyond : tests.test(samples, movedBackBy: equivalence)).less
        let above = (isSame ? beneath : tests.test(samples, movedBackBy: -equivalence)).greater
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
            guard !isEnough(able, of: side) || (able < side.boots.count && replication.isPaired) else { continue }
            if measure == .untraced {
                return "not measured on \(side.boots.count - able) of \(side.boots.count) boots of \(side.name)"
            }
            let unit = replication.unit.rawValue
            return
                "\(measure.rawValue) needs \(measure.leastCalls) calls in \(replication.leastShare < 1 ? "nine of ten \(unit)s" : "each \(unit)"); "
                + "\(able) of \(side.boots.count) \(unit)s of \(side.name) have them"
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
