import Glibc
import LatencyHistogram
import Profile
import SaturatingMath

/// Compares two sides of profiles. The boot is the unit: runs of one kernel differ from boot to boot by a thousand times what the
/// calls of one run tell, so a test of calls would find every pair of runs different.
///
/// Pure and deterministic: the same files give the same result in any order, and nothing is drawn by lot.
package enum Comparer {
    /// - Parameters:
    ///   - noise: boots of one kernel that tell how much boots differ; may be empty.
    ///   - replication: what a boot id tells apart.
    /// - Throws: ``ComparisonError`` where the files can't be compared.
    package static func compare(
        base: [ComparedFile], new: [ComparedFile], noise: [ComparedFile] = [], options: ComparisonOptions = ComparisonOptions(),
        replication: Replication = .boots
    ) throws(ComparisonError) -> Comparison {
        try ComparisonRun(base: base, new: new, noise: noise, options: options, replication: replication).comparison
    }

    /// The gated cells alone, with their verdicts: what decides, in a fraction of the time that all the rest takes.
    package static func gatedCells(
        base: [ComparedFile], new: [ComparedFile], options: ComparisonOptions = ComparisonOptions(),
        replication: Replication = .boots
    ) throws(ComparisonError) -> [Cell] {
        try ComparisonRun(base: base, new: new, noise: [], options: options, replication: replication).gatedCells
    }
}

/// The sides of one comparison, and all that follows from them.
private struct ComparisonRun {
    let base, new, noise: Side
    let options: ComparisonOptions
    let replication: Replication
    let family: Family
    let cells: Cells
    let service: ServiceSummary?
    /// What to know before trusting the figures.
    let doubts: [String]

    init(
        base: [ComparedFile], new: [ComparedFile], noise: [ComparedFile], options: ComparisonOptions, replication: Replication
    ) throws(ComparisonError) {
        var (mine, theirs) = (Side("BASE", base, replication.unit), Side("NEW", new, replication.unit))
        self.noise = Side("NOISE", noise)
        self.options = options
        self.replication = replication
        doubts = try Compatibility.check(mine, theirs, noise: self.noise, options: options, replication: replication)
        let index: ServiceIndex? =
            if let weights = options.weights {
                try ServiceIndex(weights, BoundaryMoves(Cells(base: mine, new: theirs, noise: self.noise, options: options)))
            } else { nil }
        index?.put(into: &mine, &theirs)
        service = index?.summary
        (self.base, self.new) = (mine, theirs)
        family = try Family(self.base, options, replication)
        cells = Cells(base: self.base, new: self.new, noise: self.noise, options: options, replication: replication)
    }

    var gatedCells: [Cell] { judged(family.cells.map { cells.cell($0.subject, $0.measure) }) }

    var comparison: Comparison {
        let names = Set((base.boots + new.boots).flatMap(\.subjects.keys)).sorted()
        let gated = gatedCells
        var comparison = Comparison(
            options: options, replication: replication, base: base.summary, new: new.summary, workload: workload,
            differences: Identity.differences(base, new), warnings: doubts + differentFloors + fewBootsOfNoise, gated: gated,
            notGated: family.notGated, beside: family.beside, service: service,
            others: others(names, beside: Set(gated.map { Key($0.subject, $0.measure) })),
            subjects: names.filter { $0 != ServiceIndex.subject }.map(change(of:)),
            vdso: VDSOComparison(base, new, cells.tests, alpha: options.alpha),
            bootsNeeded: replication.needed(family: max(1, gated.count), alpha: options.alpha), outcome: .inconclusive)
        comparison.outcome = outcome(of: comparison)
        for place in comparison.gated.indices {
            comparison.gated[place].bootsNeeded = bootsNeeded(for: comparison.gated[place], in: comparison)
        }
        return comparison
    }

    private struct Key: Hashable {
        let subject: Subject
        let measure: Measure

        init(_ subject: Subject, _ measure: Measure) { (self.subject, self.measure) = (subject, measure) }
    }

    private var workload: WorkloadSummary? {
        guard let mine = base.profiles.first?.workload, let theirs = new.profiles.first?.workload else { return nil }
        return WorkloadSummary(
            id: mine.id, version: mine.version, isQuick: mine.isQuick, base: mine.machine, new: theirs.machine)
    }

    private var differentFloors: [String] {
        guard let mine = base.probeFloor, let theirs = new.probeFloor else { return [] }
        let difference = abs(mine - theirs)
        guard 2 * difference > options.minimumNanoseconds else { return [] }
        func text(_ value: Double) -> String { "\(UInt64(exactly: value.rounded()) ?? .max) ns" }
        return [
            "Tracing itself costs \(text(difference)) more on one side (the probe floor): traced times that differ by less than "
                + "\(text(2 * difference)) are not called slower or faster."
        ]
    }

    private var fewBootsOfNoise: [String] {
        guard !noise.files.isEmpty, noise.boots.count < 8 else { return [] }
        return [
            "NOISE has only \(noise.boots.count) boots: halves of so few differ by chance alone. Give it eight or more."
        ]
    }

    // MARK: Verdicts

    /// Adjusts the p-values of the gated cells and gives each its verdict. A cell without data counts as one that found nothing:
    /// otherwise NEW would choose the size of the family.
    private func judged(_ cells: [Cell]) -> [Cell] {
        func adjusted(_ value: (Evidence) -> Double) -> [Double] {
            options.multiplicity.adjusted(cells.map { $0.p.map(value) ?? 1 })
        }
        let (regressed, improved) = (adjusted(\.regressed), adjusted(\.improved))
        let equivalent = adjusted(\.equivalent)
        return cells.enumerated().map { place, cell in
            guard cell.p != nil else { return cell }
            var judged = cell
            let q = Evidence(regressed: regressed[place], improved: improved[place], equivalent: equivalent[place])
            judged.q = q
            judged.verdict = verdict(on: cell, by: q)
            return judged
        }.withMoves(BoundaryMoves(self.cells))
    }

    /// The cells that don't decide.
    private func others(_ subjects: [Subject], beside gated: Set<Key>) -> [Cell] {
        let found = subjects.flatMap { subject in
            Cells.measures(of: subject).compactMap { measure -> Cell? in
                guard !gated.contains(Key(subject, measure)) else { return nil }
                var cell = cells.cell(subject, measure)
                guard let p = cell.p else { return nil }
                cell.verdict = verdict(on: cell, by: p)
                return cell
            }
        }
        return found.withMoves(BoundaryMoves(cells))
    }

    private func verdict(on cell: Cell, by evidence: Evidence) -> Verdict {
        // One boot says nothing about how boots differ.
        guard min(base.boots.count, new.boots.count) > 1, let mine = cell.base, let theirs = cell.new else {
            return .inconclusive
        }
        let level = options.level
        if evidence.regressed <= level && theirs - mine >= cell.leastNanoseconds { return .regressed }
        if evidence.improved <= level && mine - theirs >= cell.leastNanoseconds { return .improved }
        return evidence.equivalent <= level ? .equivalent : .inconclusive
    }

    private func outcome(of comparison: Comparison) -> Comparison.Outcome {
        if comparison.gated.contains(where: { $0.verdict == .regressed }) { return .regressed }
        let isDecided = comparison.gated.allSatisfy { ![.inconclusive, .noData].contains($0.verdict) }
        return comparison.canDecide && isDecided ? .passed : .inconclusive
    }

    /// How many boots a side would probably decide a cell: enough for the family, and enough to tell its shift from its margin.
    private func bootsNeeded(for cell: Cell, in comparison: Comparison) -> Int? {
        guard cell.verdict == .inconclusive, let family = comparison.bootsNeeded else { return nil }
        guard let shift = cell.shift, let deviation = cell.deviation else { return family }
        let size = abs(shift.effect)
        let within = cell.equivalenceMargin - replication.resolution
        let distance = size < within ? within - size : cell.isHeldBack ? 0 : size - cell.margin
        guard let own = replication.toDecide(deviation: deviation, distance: distance) else { return nil }
        let present = min(comparison.base.boots, comparison.new.boots)
        return max(family, own, comparison.canDecide ? present + 1 : 0)
    }

    // MARK: Beside the cells

    private func change(of subject: Subject) -> SubjectChange {
        func calls(_ side: Side) -> UInt64 {
            side.boots.reduce(0) { $0.addingSaturating($1.subjects[subject]?.calls ?? 0) }
        }
        func time(_ side: Side) -> Double? { side.boots.compactMap { $0.subjects[subject]?.time }.median.map { exp($0) } }
        func shift(_ value: (BootSubject) -> Double?) -> ShiftEstimate? {
            cells.samples(subject, value).map { cells.tests.shift($0, alpha: options.alpha) }
        }
        func distributions(_ side: Side) -> [BootDistribution] {
            side.boots.compactMap { $0.subjects[subject] }.filter { !$0.shares.isEmpty }
                .map { BootDistribution(calls: $0.calls, shares: $0.shares) }
        }
        let (mine, theirs) = (distributions(base), distributions(new))
        let most = (Double(base.boots.count) * replication.leastShare, Double(new.boots.count) * replication.leastShare)
        let hasShape = !mine.isEmpty && !theirs.isEmpty && Double(mine.count) >= most.0 && Double(theirs.count) >= most.1
        return SubjectChange(
            subject: subject, baseBoots: base.boots(with: subject), newBoots: new.boots(with: subject), baseCalls: calls(base),
            newCalls: calls(new), baseTime: time(base), newTime: time(new), rate: shift(\.rate), time: shift(\.time),
            // To deal hosts out to two sides says nothing of pairs.
            shape: hasShape
                ? ShapeChange(base: mine.map(\.shares), new: theirs.map(\.shares), countsDeals: !replication.isPaired) : nil,
            shifts: ShiftPoint.all.indices.compactMap { place in
                shift { $0.points[place] }.map { SubjectChange.Shift(point: ShiftPoint.all[place], estimate: $0) }
            }, baseDistributions: mine, newDistributions: theirs)
    }
}

extension [Cell] {
    /// The same cells, with the moves of their cases. What is slower between the tracepoints of a call but not for the program has MOVED,
    /// and so has what is faster there alone.
    fileprivate func withMoves(_ moves: BoundaryMoves) -> [Cell] {
        map { cell in
            guard let name = cell.subject.name.caseName, [.regressed, .improved].contains(cell.verdict),
                let change = moves.change(of: cell),
                let move = moves.move(of: name, change: change, isOfCalls: cell.measure != .untraced)
            else { return cell }
            var cell = cell
            let isSlower = cell.verdict == .regressed
            if cell.measure == .untraced {
                // The verdict stands; the time that changed lies outside the calls.
                cell.move = move
            } else if !moves.hasOperationMoved(name, isSlower: isSlower) {
                (cell.verdict, cell.move) = (.moved, move)
            }
            return cell
        }
    }
}
