package import LatencyHistogram
package import Profile

/// One figure of a subject that is compared.
package enum Measure: String, Sendable, Hashable, CaseIterable {
    case p50, p90, p99
    case p999 = "p99.9"
    /// What one operation of a workload's case takes as the program sees it, untraced.
    case untraced
    /// What all calls of a service take, by their weights.
    case time

    /// The measures that can be asked for. The time of a service comes with its weights.
    package static let gateable: [Measure] = allCases.filter { $0 != .time }

    /// The measures that are quantiles, in rising order.
    package static let quantiles: [Measure] = allCases.filter { $0.quantile != nil }

    /// nil for a measure that isn't a quantile.
    package var quantile: Quantile? { Percentile.allCases.first { $0.label == rawValue }?.quantile }

    /// How many calls a run must have for the measure to mean anything.
    package var leastCalls: UInt64 { quantile?.leastCalls ?? 1 }
}

extension Quantile {
    /// How many calls a run must have for the quantile to mean anything: so many that 50 of them lie above it.
    var leastCalls: UInt64 { (50 * of + of - parts - 1) / (of - parts) }
}

/// What a comparison is to decide.
package struct ComparisonOptions: Sendable, Hashable {
    /// The relative change that does not matter yet, for each figure: 0.05 is 5 %.
    package var deltas: [Measure: Double]
    /// The absolute change that does not matter yet, in nanoseconds.
    package var minimumNanoseconds: Double
    /// The level of all tests.
    package var alpha: Double
    /// How many subjects are gated, by the total time that they take in BASE.
    package var top: Int
    /// The figures of them that are gated.
    package var gate: [Measure]
    package var multiplicity: Multiplicity
    /// Whether BASE itself says how much boots differ, where it has enough of them and nothing else does.
    package var learnsNoise = true
    /// Whether profiles that lost calls are compared all the same.
    package var acceptsLosses: Bool
    /// The calls to gate, by name as reports have it; nil for those that take the most time.
    package var gateCalls: [String]?
    /// The service whose calls are gated; nil for those of BASE.
    package var weights: ServiceWeights?

    /// Tails vary more than medians: what does not matter yet grows with the quantile.
    package static let defaultDeltas: [Measure: Double] = [
        .p50: 0.05, .p90: 0.10, .p99: 0.10, .p999: 0.20, .untraced: 0.05, .time: 0.05,
    ]

    package init(
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

    package func delta(_ measure: Measure) -> Double { deltas[measure] ?? 0 }

    /// ``alpha`` with some slack: 12 times 1/252 isn't a binary fraction either.
    var level: Double { alpha * (1 + 1e-12) }
}

/// Why profiles can't be compared: a sentence with the remedy.
package struct ComparisonError: Error, CustomStringConvertible, Sendable {
    /// What would help, if it is an option of the comparison's.
    package enum Remedy: Sendable, Hashable {
        /// ``ComparisonOptions/acceptsLosses``, or a capture that loses less.
        case acceptLosses
    }

    package let description: String
    package let remedy: Remedy?

    init(_ description: String, remedy: Remedy? = nil) {
        self.description = description
        self.remedy = remedy
    }
}

/// A profile and the file it was read from.
package struct ComparedFile: Sendable {
    package var path: String
    package var profile: Profile

    package init(path: String, profile: Profile) {
        (self.path, self.profile) = (path, profile)
    }
}
