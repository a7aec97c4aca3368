package import Comparison
import Presentation
import Profile
import SyscallTable

extension JSONReport {
    /// What changed between two profiles, with every figure (schema `syslat.diff/1`).
    package static func render(_ diff: ProfileDiff, arch: String, pretty: Bool = false) throws -> String {
        try text(DiffDocument(diff, arch: arch), pretty: pretty)
    }
}

/// The shape and the names of a diff in JSON. The names are a promise: renaming one is a new schema. Changes are ratios less 1.
private struct DiffDocument: Encodable {
    private let schema = "syslat.diff/1"
    private let purpose: String
    private let before, after: SidePart
    private let warnings: [String]
    private let rankedBy: String
    private let calls: [RowPart]

    init(_ diff: ProfileDiff, arch: String) {
        purpose = DiffWords(diff: diff, arch: arch).purpose
        (before, after, warnings, rankedBy) = (SidePart(diff.before), SidePart(diff.after), diff.warnings, diff.key.rawValue)
        calls = diff.rows.map(RowPart.init)
    }

    enum CodingKeys: String, CodingKey {
        case rankedBy = "ranked_by"
        case schema, purpose, before, after, warnings, calls
    }

    private struct SidePart: Encodable {
        private let path, kernel, start: String
        private let duration, interval: UInt64
        private let callsPerSecond, timePerSecond: Double
        private let intervals: Int

        init(_ side: DiffSide) {
            (path, kernel, duration) = (side.path, side.kernel, side.durationNanoseconds)
            start = Timestamp.rfc3339(nanosecondsSince1970: side.startedAtNanoseconds)
            (callsPerSecond, timePerSecond) = (side.callsPerSecond, side.nanosecondsPerSecond)
            (intervals, interval) = (side.intervals, side.intervalNanoseconds)
        }

        enum CodingKeys: String, CodingKey {
            case start = "started_at"
            case duration = "duration_ns"
            case interval = "interval_ns"
            case kernel = "kernel_release"
            case callsPerSecond = "calls_per_s"
            case timePerSecond = "ns_per_s"
            case path, intervals
        }
    }

    private struct RowPart: Encodable {
        private let abi, name: String
        private let number: Int32
        private let before, after: FiguresPart?
        private let part, callsChange, timeChange, p50Change, p99Change: Double?
        private let isWithinScatter: Bool?

        init(_ row: DiffRow) {
            (abi, name, number) = (row.id.abi.name, row.id.name, row.id.number)
            (before, after) = (row.before.map(FiguresPart.init), row.after.map(FiguresPart.init))
            (part, isWithinScatter) = (row.part, row.isWithinScatter)
            func change(_ value: (DiffFigures) -> Double?) -> Double? {
                guard let first = row.before.flatMap(value), let second = row.after.flatMap(value), first > 0 else { return nil }
                return (second / first - 1).ifFinite
            }
            (callsChange, timeChange) = (change(\.callsPerSecond), change(\.nanosecondsPerSecond))
            (p50Change, p99Change) = (change { $0.p50.map { Double($0) } }, change { $0.p99.map { Double($0) } })
        }

        enum CodingKeys: String, CodingKey {
            case callsChange = "calls_change"
            case timeChange = "time_change"
            case p50Change = "p50_change"
            case p99Change = "p99_change"
            case isWithinScatter = "within_scatter"
            case abi, number, name, part, before, after
        }
    }

    private struct FiguresPart: Encodable {
        private let calls, time, onCPU, errors, blocked: Double
        private let p50, p99: UInt64?
        private let callsScatter, timeScatter, p50Scatter, p99Scatter: [Double]?

        init(_ figures: DiffFigures) {
            (calls, time, onCPU) = (figures.callsPerSecond, figures.nanosecondsPerSecond, figures.onCPUPerSecond)
            (errors, blocked, p50, p99) = (figures.errorsPerSecond, figures.blockedShare, figures.p50, figures.p99)
            func ends(_ range: ClosedRange<Double>?) -> [Double]? { range.map { [$0.lowerBound, $0.upperBound] } }
            (callsScatter, timeScatter) = (ends(figures.scatter?.calls), ends(figures.scatter?.time))
            (p50Scatter, p99Scatter) = (ends(figures.scatter?.p50), ends(figures.scatter?.p99))
        }

        enum CodingKeys: String, CodingKey {
            case calls = "calls_per_s"
            case time = "ns_per_s"
            case onCPU = "oncpu_ns_per_s"
            case errors = "errors_per_s"
            case blocked = "blocked_share"
            case p50 = "p50_ns"
            case p99 = "p99_ns"
            case callsScatter = "calls_per_s_p10_p90"
            case timeScatter = "ns_per_s_p10_p90"
            case p50Scatter = "p50_ns_p10_p90"
            case p99Scatter = "p99_ns_p10_p90"
        }
    }
}
