import LatencyHistogram
import Presentation
import Profile
import ProfileSchema

/// A workload and its cases, in JSON. What was not measured is left out.
struct WorkloadFigures: Encodable {
    private let workload: WorkloadResult

    init(_ workload: WorkloadResult) { self.workload = workload }

    func encode(to encoder: any Encoder) throws {
        try WorkloadPart(workload).encode(to: encoder)
        var container = encoder.container(keyedBy: WorkloadKey.self)
        try container.encode(workload.cases.map(Case.init), forKey: .cases)
    }

    private struct Case: Encodable {
        let item: WorkloadCase

        init(_ item: WorkloadCase) { self.item = item }

        func encode(to encoder: any Encoder) throws {
            try WorkloadCasePart(item, withSeries: false).encode(to: encoder)
            var container = encoder.container(keyedBy: FigureKey.self)
            let all = item.series.mergedDistribution { _ in true }
            guard let figures = LatencyFigures(all) else { return }
            try container.encode(all.count, forKey: .calls)
            try container.encode(item.series.mergedDistribution(where: \.failed).count, forKey: .errors)
            try container.encode(all.sum, forKey: .total)
            try container.encode(figures, Percentile.allCases)
            let outcomes = Outcome.allCases.map { outcome in
                (outcome.name, item.series.mergedDistribution { $0.outcome == outcome }.count)
            }
            try container.encode(Dictionary(uniqueKeysWithValues: outcomes.filter { $0.1 > 0 }), forKey: .outcomes)
        }
    }
}
