package import Profile
import SyscallTable

/// The result of comparing two sides. Shifts, margins and deviations are in ln: 0.0488 is 5 % more.
package struct Comparison: Sendable, Hashable {
    package var options: ComparisonOptions
    package var replication: Replication
    package var base, new: SideSummary
    /// nil unless the profiles are of a workload.
    package var workload: WorkloadSummary?
    /// What differs between the two sides before any figure does.
    package var differences: [IdentityDifference]
    /// What the reader must know before trusting the figures, each a sentence.
    package var warnings: [String]
    /// The cells that decide, by falling total time of their subjects in BASE.
    package var gated: [Cell]
    /// Figures of subjects with more time than a gated one, for which BASE has too few calls.
    package var notGated: [NotGated]
    /// Calls that are not gated at all.
    package var beside: BesideGate
    /// What the service's weights stand for; nil without them.
    package var service: ServiceSummary?
    /// All other cells that both sides have, in the order of their subjects. Their p-values are not adjusted for their number.
    package var others: [Cell]
    /// Everything that is there on either side, in order.
    package var subjects: [SubjectChange]
    package var vdso: VDSOComparison
    /// How many boots a side it takes to flag a single cell of this family; nil where no number will do.
    package var bootsNeeded: Int?
    package var outcome: Outcome

    package enum Outcome: String, Sendable, Hashable {
        case passed, regressed, inconclusive
    }

    /// Whether there are enough boots to flag a single cell.
    package var canDecide: Bool {
        min(base.boots, new.boots) > 1 && !gated.isEmpty
            && replication.canDecide(family: gated.count, base: base.boots, new: new.boots, alpha: options.alpha)
    }

    /// The smallest p-value that this number of boots can give.
    package var smallestP: Double { replication.smallestP(base: base.boots, new: new.boots) }

    /// How a system call is named: its ABI stands before it where it is not the machines' own.
    package func label(_ name: Subject.Name) -> String {
        switch name {
        case .service: "this service"
        case .workloadCase(let name): name
        case .call(let id): id.label(arch: base.arch)
        case .caseCall(let call): call.caseName + (call.id.map { ": \($0.label(arch: base.arch))" } ?? "")
        }
    }

    /// The same with the calls that are meant: `openat (errors)`, `pipe-ping-pong: read (blocked)`.
    package func label(_ subject: Subject) -> String {
        let which = [subject.name.unusualOutcome, subject.result == .error ? "errors" : nil].compactMap { $0 }.joined(
            separator: ", ")
        return label(subject.name) + (which.isEmpty ? "" : " (\(which))")
    }
}

extension SyscallID {
    /// Its name, with its ABI before it unless that is the machine's own.
    func label(arch: String) -> String { abi.name == arch ? name : "\(abi.name):\(name)" }
}

/// One side, in short. Of a fleet, its boots are hosts.
package struct SideSummary: Sendable, Hashable {
    package var files, boots: Int
    /// Each that occurs, in order.
    package var kernels: [String]
    /// The machine's own ABI.
    package var arch: String
    /// The median over the boots, in nanoseconds.
    package var probeFloor: Double?
    /// Which hosts of a fleet, and when, as a phrase; nil of files.
    package var source: String?
}

/// Which workload was compared.
package struct WorkloadSummary: Sendable, Hashable {
    package var id: String
    package var version: Int
    package var isQuick: Bool
    /// What each side ran on.
    package var base, new: WorkloadResult.Machine
}

/// Something that differs between the two sides.
package struct IdentityDifference: Sendable, Hashable {
    package var name: String
    /// Each value that occurs on a side, in order.
    package var base, new: [String]

    package init(name: String, base: [String], new: [String]) {
        (self.name, self.base, self.new) = (name, base, new)
    }
}

/// The verdict on one figure of one subject.
package enum Verdict: String, Sendable, Hashable, CaseIterable {
    case regressed = "REGRESSED"
    case improved = "IMPROVED"
    case equivalent = "EQUIVALENT"
    /// Its calls changed between their tracepoints and the operation didn't: work moved across that boundary.
    case moved = "MOVED"
    case inconclusive = "INCONCLUSIVE"
    /// Not every boot has enough calls.
    case noData = "NO DATA"
    /// Only NEW has it, or only BASE.
    case new = "NEW"
    case gone = "GONE"
}

/// One figure of one subject on both sides.
package struct Cell: Sendable, Hashable {
    package var subject: Subject
    package var measure: Measure
    package var verdict = Verdict.noData
    /// The medians over the boots, in nanoseconds.
    package var base, new: Double?
    /// The boots' own figures, in nanoseconds, in the order in which they began; without those that lack the figure.
    package var baseBoots: [Double] = []
    package var newBoots: [Double] = []
    package var shift: ShiftEstimate?
    /// The change that doesn't matter yet: beyond it something regressed or improved.
    package var margin: Double
    /// Within this it is equivalent: ``margin``, or more where that is too few nanoseconds to matter.
    package var equivalenceMargin: Double
    /// How much two halves of the boots of one kernel differ; 0 where that isn't known.
    package var noise: Double
    /// A difference of the medians below this, in nanoseconds, doesn't count as a change.
    package var leastNanoseconds: Double
    /// The standard deviation between boots of one side; nil of one boot a side.
    package var deviation: Double?
    package var p: Evidence?
    /// The same, adjusted for the number of gated cells; nil of cells that are not gated.
    package var q: Evidence?
    /// The smallest change that so many boots find four times in five.
    package var detectable: Double?
    /// How many boots a side would probably decide; nil where it is decided, or where no number will do.
    package var bootsNeeded: Int?
    /// Why there are no data; nil where there are.
    package var absence: String?
    /// How the time of its case moved across the boundary of the tracepoints; nil where that isn't shown.
    package var move: BoundaryMove?

    /// Whether its change is large enough to matter, but smaller than what tracing itself may cost more on one side. No number of boots decides it
    /// then.
    package var isHeldBack: Bool {
        guard let shift, let base, let new else { return false }
        return abs(shift.effect) > equivalenceMargin && abs(new - base) < leastNanoseconds
    }
}

/// p-values of the three hypotheses that a verdict rejects: no regression beyond the margin, no improvement beyond it, no
/// equivalence within it.
package struct Evidence: Sendable, Hashable {
    package var regressed, improved, equivalent: Double

    package init(regressed: Double, improved: Double, equivalent: Double) {
        (self.regressed, self.improved, self.equivalent) = (regressed, improved, equivalent)
    }
}

/// A figure that would have been gated if BASE had enough calls for it.
package struct NotGated: Sendable, Hashable {
    package var subject: Subject
    package var measure: Measure
}

/// The calls of BASE of which no figure is gated.
package struct BesideGate: Sendable, Hashable {
    /// By falling time in BASE.
    package var subjects: [Subject]
    /// Of the time of all calls in BASE.
    package var share: Double
    /// Cases that were passed over, whatever their time, since their calls wait for another CPU; in the order of their names.
    package var waiting: [String]
}

/// What is known about a subject, apart from its gated figures.
package struct SubjectChange: Sendable, Hashable {
    package var subject: Subject
    /// How many boots of each side have it.
    package var baseBoots, newBoots: Int
    /// How many calls each side has.
    package var baseCalls, newCalls: UInt64
    /// The median over the boots that have it, in nanoseconds of calls in each second; of a case in each operation.
    package var baseTime, newTime: Double?
    /// Calls per second, and ``baseTime``: how far NEW is from BASE, in ln.
    package var rate, time: ShiftEstimate?
    package var shape: ShapeChange?
    /// The shift function: the points that all boots have.
    package var shifts: [Shift]
    /// How long the calls of each boot took, in the order in which they began; without those that have too few calls to say.
    package var baseDistributions, newDistributions: [BootDistribution]

    package struct Shift: Sendable, Hashable {
        package var point: ShiftPoint
        package var estimate: ShiftEstimate
    }

    package var isNew: Bool { baseBoots == 0 }
    package var isGone: Bool { newBoots == 0 }
}

/// How long the calls of a subject took in one boot.
package struct BootDistribution: Sendable, Hashable {
    package var calls: UInt64
    /// By rising bucket.
    package var shares: [BucketShare]
}
