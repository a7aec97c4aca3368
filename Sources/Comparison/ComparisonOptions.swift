public import LatencyHistogram
public import Profile

/// One figure of a subject that is compared.
public enum Measure: String, Sendable, Hashable, CaseIterable {
    case p50, p90, p99
    case p999 = "p99.9"
    /// What one operation of a workload's case takes as the program sees it, while nothing is traced.
    case untraced

    /// nil of what is no quantile.
    public var quantile: Quantile? {
        switch self {
        case .p50: .p50
        case .p90: .p90
        case .p99: .p99
        case .p999: .p999
        case .untraced: nil
        }
    }

    /// How many calls a run must have for the quantile to be one: 50 of them lie above it.
    public var leastCalls: UInt64 {
        guard let quantile else { return 1 }
        return (50 * quantile.of + quantile.of - quantile.parts - 1) / (quantile.of - quantile.parts)
    }
}

/// What a comparison is to decide.
public struct ComparisonOptions: Sendable, Hashable {
    /// The relative change that does not matter yet, for each figure: 0.05 is 5 %.
    public var deltas: [Measure: Double]
    /// The absolute change that does not matter yet, in nanoseconds.
    public var minimumNanoseconds: Double
    /// The level of all tests.
    public var alpha: Double
    /// How many subjects are gated, by the total time that they take in BASE.
    public var top: Int
    /// The figures of them that are gated.
    public var gate: [Measure]
    public var multiplicity: Multiplicity
    /// Whether BASE itself says how much boots differ, where it has enough of them and nothing else does.
    public var learnsNoise = true
    /// Whether profiles that lost calls are compared all the same.
    public var acceptsLosses: Bool

    /// Tails vary more than medians: what does not matter yet grows with the quantile.
    public static let defaultDeltas: [Measure: Double] = [
        .p50: 0.05, .p90: 0.10, .p99: 0.10, .p999: 0.20, .untraced: 0.05,
    ]

    public init(
        deltas: [Measure: Double] = [:], minimumNanoseconds: Double = 20, alpha: Double = 0.05, top: Int = 6,
        gate: [Measure] = [.p50, .p99], multiplicity: Multiplicity = .benjaminiHochberg, acceptsLosses: Bool = false
    ) {
        self.deltas = Self.defaultDeltas.merging(deltas) { $1 }
        self.minimumNanoseconds = minimumNanoseconds
        self.alpha = alpha
        self.top = top
        // In the order of the figures, each once: how they were typed changes nothing.
        self.gate = Measure.allCases.filter(gate.contains)
        self.multiplicity = multiplicity
        self.acceptsLosses = acceptsLosses
    }

    public func delta(_ measure: Measure) -> Double { deltas[measure] ?? 0 }
}

/// Why profiles can't be compared: a sentence with the remedy.
public struct ComparisonError: Error, CustomStringConvertible, Sendable {
    public let description: String

    init(_ description: String) { self.description = description }
}

/// A profile and the file it was read from.
public struct ComparedFile: Sendable {
    public var path: String
    public var profile: Profile

    public init(path: String, profile: Profile) {
        (self.path, self.profile) = (path, profile)
    }
}
