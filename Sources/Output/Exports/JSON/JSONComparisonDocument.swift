import Presentation
package import Comparison
import Glibc
import Profile
import SyscallTable

extension JSONReport {
    /// A comparison with every figure (schema `syslat.comparison/2`).
    package static func render(_ comparison: Comparison, pretty: Bool = false) throws -> String {
        try text(ComparisonDocument(comparison), pretty: pretty)
    }
}

/// The shape and the names of a comparison in JSON. The names are a promise: renaming one is a new schema. Changes are ratios
/// less 1: 0.05 is 5 % slower; what is not known is left out.
private struct ComparisonDocument: Encodable {
    static let schema = "syslat.comparison/2"

    let comparison: Comparison

    init(_ comparison: Comparison) { self.comparison = comparison }

    private enum Key: String, CodingKey {
        case schema, outcome, verdict, base, new, workload, unit, paired, options, differences, warnings, gated, others, subjects,
            vdso
        case notGated = "not_gated"
        case passedOver = "passed_over"
        case service
        case bootsNeeded = "boots_needed"
        case canDecide = "can_decide"
        case smallestP = "smallest_p"
        case bucketWidth = "bucket_width"
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(Self.schema, forKey: .schema)
        try container.encode(comparison.outcome.rawValue, forKey: .outcome)
        try container.encode(ComparisonWords(comparison: comparison).verdict, forKey: .verdict)
        try container.encode(SidePart(comparison.base), forKey: .base)
        try container.encode(SidePart(comparison.new), forKey: .new)
        try container.encodeIfPresent(comparison.workload.map(WorkloadPart.init), forKey: .workload)
        try container.encode(comparison.replication.unit.rawValue, forKey: .unit)
        try container.encode(comparison.replication.isPaired, forKey: .paired)
        if comparison.replication.resolution > 0 {
            try container.encodeIfPresent(ratio(comparison.replication.resolution), forKey: .bucketWidth)
        }
        try container.encode(OptionsPart(comparison.options), forKey: .options)
        try container.encode(comparison.differences.map(DifferencePart.init), forKey: .differences)
        try container.encode(comparison.warnings, forKey: .warnings)
        try container.encode(comparison.gated.map { CellPart($0, comparison) }, forKey: .gated)
        try container.encode(comparison.others.map { CellPart($0, comparison) }, forKey: .others)
        try container.encode(comparison.subjects.map { ComparisonSubjectPart($0, comparison) }, forKey: .subjects)
        try container.encode(
            comparison.notGated.map { NotGatedPart(SubjectName($0.subject, comparison), $0.measure) }, forKey: .notGated)
        try container.encode(comparison.beside.waiting, forKey: .passedOver)
        try container.encodeIfPresent(comparison.service.map(ServicePart.init), forKey: .service)
        try container.encode(ComparisonVDSOPart(comparison.vdso), forKey: .vdso)
        try container.encodeIfPresent(comparison.bootsNeeded, forKey: .bootsNeeded)
        try container.encode(comparison.canDecide, forKey: .canDecide)
        try container.encode(comparison.smallestP, forKey: .smallestP)
    }

    private struct SidePart: Encodable {
        let files, boots: Int
        let kernels: [String]
        let probeFloor: Double?
        let source: String?

        init(_ side: SideSummary) {
            (files, boots, kernels, probeFloor) = (side.files, side.boots, side.kernels, side.probeFloor)
            source = side.source
        }

        enum CodingKeys: String, CodingKey {
            case probeFloor = "probe_floor_p50_ns"
            case files, boots, kernels, source
        }
    }

    private struct WorkloadPart: Encodable {
        let id: String
        let version: Int
        let quick: Bool
        let baseMachine, newMachine: String

        init(_ workload: WorkloadSummary) {
            (id, version, quick) = (workload.id, workload.version, workload.isQuick)
            (baseMachine, newMachine) = (workload.base.rawValue, workload.new.rawValue)
        }

        enum CodingKeys: String, CodingKey {
            case baseMachine = "base_machine"
            case newMachine = "new_machine"
            case id, version, quick
        }
    }

    private struct OptionsPart: Encodable {
        let delta: [String: Double]
        let minimum, alpha: Double
        let top: Int
        let gate: [String]
        let gateCalls: [String]?
        let adjustment: String

        init(_ options: ComparisonOptions) {
            delta = Dictionary(uniqueKeysWithValues: Measure.allCases.map { ($0.rawValue, options.delta($0)) })
            (minimum, alpha, top) = (options.minimumNanoseconds, options.alpha, options.top)
            gate = options.gate.map(\.rawValue)
            gateCalls = options.gateCalls
            adjustment = options.multiplicity.rawValue
        }

        enum CodingKeys: String, CodingKey {
            case minimum = "min_abs_ns"
            case gateCalls = "gate_calls"
            case delta, alpha, top, gate, adjustment
        }
    }

    private struct DifferencePart: Encodable {
        let name: String
        let base, new: [String]

        init(_ difference: IdentityDifference) {
            (name, base, new) = (difference.name, difference.base, difference.new)
        }
    }

    private struct NotGatedPart: Encodable {
        let subject: SubjectName
        let measure: String
        let leastCalls: UInt64

        init(_ subject: SubjectName, _ measure: Measure) {
            (self.subject, self.measure, leastCalls) = (subject, measure.rawValue, measure.leastCalls)
        }

        func encode(to encoder: any Encoder) throws {
            try subject.encode(to: encoder)
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(measure, forKey: .measure)
            try container.encode(leastCalls, forKey: .leastCalls)
        }

        enum Key: String, CodingKey {
            case measure
            case leastCalls = "least_calls"
        }
    }

    private struct CellPart: Encodable {
        let cell: Cell
        let subject: SubjectName

        init(_ cell: Cell, _ comparison: Comparison) {
            self.cell = cell
            subject = SubjectName(cell.subject, comparison)
        }

        private enum Key: String, CodingKey {
            case measure, verdict, change, margin, noise, p, q, absence, moved
            case base = "base_ns"
            case new = "new_ns"
            case interval = "change_interval"
            case least = "min_abs_ns"
            case deviation = "boot_sd_ln"
            case equivalenceMargin = "equivalence_margin"
            case detectable = "smallest_detectable_change"
            case bootsNeeded = "boots_needed"
        }

        func encode(to encoder: any Encoder) throws {
            try subject.encode(to: encoder)
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(cell.measure.rawValue, forKey: .measure)
            try container.encode(cell.verdict.rawValue, forKey: .verdict)
            if cell.measure != .time {
                try container.encodeIfPresent(cell.base?.ifFinite, forKey: .base)
                try container.encodeIfPresent(cell.new?.ifFinite, forKey: .new)
            }
            try container.encodeIfPresent(cell.shift?.change, forKey: .change)
            try container.encodeIfPresent(cell.shift?.changeInterval, forKey: .interval)
            try container.encodeIfPresent(ratio(cell.margin), forKey: .margin)
            try container.encodeIfPresent(ratio(cell.equivalenceMargin), forKey: .equivalenceMargin)
            try container.encodeIfPresent(ratio(cell.noise), forKey: .noise)
            try container.encode(cell.leastNanoseconds, forKey: .least)
            try container.encodeIfPresent(cell.deviation, forKey: .deviation)
            try container.encodeIfPresent(cell.p.map(EvidencePart.init), forKey: .p)
            try container.encodeIfPresent(cell.q.map(EvidencePart.init), forKey: .q)
            try container.encodeIfPresent(cell.detectable.flatMap(ratio), forKey: .detectable)
            try container.encodeIfPresent(cell.bootsNeeded, forKey: .bootsNeeded)
            try container.encodeIfPresent(cell.absence, forKey: .absence)
            try container.encodeIfPresent(cell.move.map(MovePart.init), forKey: .moved)
        }
    }

    private struct EvidencePart: Encodable {
        let regressed, improved, equivalent: Double

        init(_ evidence: Evidence) {
            (regressed, improved, equivalent) = (evidence.regressed, evidence.improved, evidence.equivalent)
        }
    }
}

/// A shift in ln as a ratio less 1; nil of what no double holds.
func ratio(_ shift: Double) -> Double? { expm1(shift).ifFinite }

extension ShiftEstimate {
    var change: Double? { ratio(effect) }
    var changeInterval: [Double]? {
        guard let interval, let low = ratio(interval.lowerBound), let high = ratio(interval.upperBound) else { return nil }
        return [low, high]
    }
}
