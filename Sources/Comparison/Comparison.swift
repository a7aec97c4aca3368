public import Profile
import SyscallTable

/// What comparing two sides came to. Shifts, margins and deviations are in ln: 0.0488 is 5 % more.
public struct Comparison: Sendable, Hashable {
    public var options: ComparisonOptions
    public var base, new: SideSummary
    /// nil of profiles of anything else.
    public var workload: WorkloadSummary?
    /// What differs between the two sides before any figure does.
    public var differences: [IdentityDifference]
    /// What the reader must know before trusting the figures, each a sentence.
    public var warnings: [String]
    /// The cells that decide, by falling total time of their subjects in BASE.
    public var gated: [Cell]
    /// Subjects with more time than a gated one whose quantile BASE itself can't give.
    public var passedOver: [PassedOver]
    /// All other cells that both sides have, in the order of their subjects. Their p-values are not adjusted for their number.
    public var others: [Cell]
    /// Everything that is there on either side, in order.
    public var subjects: [SubjectChange]
    public var vdso: VDSOComparison
    /// How many boots a side can flag one cell of this family alone; nil where no number will do.
    public var bootsNeeded: Int?
    public var outcome: Outcome

    public enum Outcome: String, Sendable, Hashable {
        case passed, regressed, inconclusive
    }

    /// Whether there are enough boots to flag one cell alone.
    public var canDecide: Bool {
        min(base.boots, new.boots) > 1 && !gated.isEmpty
            && Resolution.canDecide(
                family: gated.count, baseBoots: base.boots, newBoots: new.boots, alpha: options.alpha)
    }

    /// The smallest p-value that so many boots can give.
    public var smallestP: Double { Resolution.smallestP(baseBoots: base.boots, newBoots: new.boots) }

    /// How a system call is named: its ABI stands before it where it is not the machines' own.
    public func label(_ name: Subject.Name) -> String {
        switch name {
        case .workloadCase(let name): name
        case .call(let id): id.abi.name == base.arch ? id.name : "\(id.abi.name):\(id.name)"
        }
    }

    /// The same with the calls that are meant: `openat (errors)`.
    public func label(_ subject: Subject) -> String {
        label(subject.name) + (subject.result == .error ? " (errors)" : "")
    }
}

/// One side, in short.
public struct SideSummary: Sendable, Hashable {
    public var files, boots: Int
    /// Each that occurs, in order.
    public var kernels: [String]
    /// The machine's own ABI.
    public var arch: String
    /// The median over the boots, in nanoseconds.
    public var probeFloor: Double?
}

/// Which workload was compared.
public struct WorkloadSummary: Sendable, Hashable {
    public var id: String
    public var version: Int
    public var isQuick: Bool
    /// What each side ran on.
    public var base, new: WorkloadResult.Machine
}

/// Something of which the two sides have different values.
public struct IdentityDifference: Sendable, Hashable {
    public var name: String
    /// Each value that occurs on a side, in order.
    public var base, new: [String]

    public init(name: String, base: [String], new: [String]) {
        (self.name, self.base, self.new) = (name, base, new)
    }
}

/// What is said of one figure of one subject.
public enum Verdict: String, Sendable, Hashable, CaseIterable {
    case regressed = "REGRESSED"
    case improved = "IMPROVED"
    case equivalent = "EQUIVALENT"
    case inconclusive = "INCONCLUSIVE"
    /// Not every boot has enough calls.
    case noData = "NO DATA"
    /// Only NEW has it, or only BASE.
    case new = "NEW"
    case gone = "GONE"
}

/// One figure of one subject on both sides.
public struct Cell: Sendable, Hashable {
    public var subject: Subject
    public var measure: Measure
    public var verdict = Verdict.noData
    /// The medians over the boots, in nanoseconds.
    public var base, new: Double?
    public var shift: ShiftEstimate?
    /// What does not matter yet: beyond it something regressed or improved.
    public var margin: Double
    /// Within this it is equivalent: ``margin``, or what is too little in nanoseconds if that is more.
    public var equivalenceMargin: Double
    /// How much two halves of boots of one kernel differ; 0 where that is not known.
    public var noise: Double
    /// A difference of the medians below this is no change, in nanoseconds.
    public var leastNanoseconds: Double
    /// The standard deviation between boots of one side; nil of one boot a side.
    public var deviation: Double?
    public var p: Evidence?
    /// The same, adjusted for the number of gated cells; nil of cells that are not gated.
    public var q: Evidence?
    /// The smallest change that so many boots find four times in five.
    public var detectable: Double?
    /// How many boots a side would probably decide; nil where it is decided, or where no number will do.
    public var bootsNeeded: Int?
    /// Why there are no data; nil where there are.
    public var absence: String?
}

/// p-values of the three hypotheses that a verdict takes back: no regression beyond the margin, no improvement beyond it, no
/// equivalence within it.
public struct Evidence: Sendable, Hashable {
    public var regressed, improved, equivalent: Double

    public init(regressed: Double, improved: Double, equivalent: Double) {
        (self.regressed, self.improved, self.equivalent) = (regressed, improved, equivalent)
    }
}

/// A figure that would have been gated if BASE had enough calls for it.
public struct PassedOver: Sendable, Hashable {
    public var subject: Subject
    public var measure: Measure
}

/// What is known of a subject beside its gated figures.
public struct SubjectChange: Sendable, Hashable {
    public var subject: Subject
    /// On how many boots of each side it is there.
    public var baseBoots, newBoots: Int
    /// How many calls each side has.
    public var baseCalls, newCalls: UInt64
    /// The median over the boots that have it, in nanoseconds of calls in each second; of a case in each operation.
    public var baseTime, newTime: Double?
    /// Calls per second, and ``baseTime``: how far NEW is from BASE, in ln.
    public var rate, time: ShiftEstimate?
    public var shape: ShapeChange?
    /// The shift function: the points that all boots have.
    public var shifts: [Shift]

    public struct Shift: Sendable, Hashable {
        public var point: ShiftPoint
        public var estimate: ShiftEstimate
    }

    public var isNew: Bool { baseBoots == 0 }
    public var isGone: Bool { newBoots == 0 }
}
