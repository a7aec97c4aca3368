import Presentation
import LatencyHistogram
import Profile

/// The cases of a workload, in JSON. What was not measured is left out.
struct WorkloadPart: Encodable {
    private let id, machine: String
    private let version, runs: Int
    private let quick: Bool
    private let cases: [Case]

    init(_ workload: WorkloadResult) {
        (id, version, quick, runs) = (workload.id, workload.version, workload.isQuick, workload.runs)
        machine = workload.machine.rawValue
        cases = workload.cases.map(Case.init)
    }

    private struct Case: Encodable {
        let item: WorkloadCase

        init(_ item: WorkloadCase) { self.item = item }

        enum Key: String, CodingKey {
            case name, state, reason, syscalls, operations, untraced, calls, errors, outcomes
            case total = "total_ns"
            case p50 = "p50_ns"
            case p90 = "p90_ns"
            case p99 = "p99_ns"
            case p999 = "p999_ns"
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(item.name, forKey: .name)
            switch item.state {
            case .measured: try container.encode("measured", forKey: .state)
            case .absent(let reason):
                try container.encode("absent", forKey: .state)
                try container.encode(reason, forKey: .reason)
            case .failed(let reason):
                try container.encode("failed", forKey: .state)
                try container.encode(reason, forKey: .reason)
            }
            try container.encode(item.syscalls, forKey: .syscalls)
            try container.encode(item.operations, forKey: .operations)
            try container.encodeIfPresent(item.untraced.map(CostPart.init), forKey: .untraced)
            try encodeFigures(into: &container)
        }

        private func encodeFigures(into container: inout KeyedEncodingContainer<Key>) throws {
            let all = item.series.mergedDistribution { _ in true }
            guard let figures = LatencyFigures(all) else { return }
            try container.encode(all.count, forKey: .calls)
            try container.encode(item.series.mergedDistribution(where: \.failed).count, forKey: .errors)
            try container.encode(all.sum, forKey: .total)
            try container.encode(figures[.p50], forKey: .p50)
            try container.encode(figures[.p90], forKey: .p90)
            try container.encode(figures[.p99], forKey: .p99)
            try container.encode(figures[.p999], forKey: .p999)
            let outcomes = Outcome.allCases.map { outcome in
                (outcome.name, item.series.mergedDistribution { $0.outcome == outcome }.count)
            }
            try container.encode(Dictionary(uniqueKeysWithValues: outcomes.filter { $0.1 > 0 }), forKey: .outcomes)
        }
    }
}

/// What one operation takes, and its quartiles.
struct CostPart: Encodable {
    let median, lower, upper: Double

    init(_ cost: CallCost) { (median, lower, upper) = (cost.median, cost.lowerQuartile, cost.upperQuartile) }

    enum CodingKeys: String, CodingKey {
        case median = "median_ns"
        case lower = "lower_quartile_ns"
        case upper = "upper_quartile_ns"
    }
}
