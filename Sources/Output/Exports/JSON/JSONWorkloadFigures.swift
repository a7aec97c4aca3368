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

        private enum Key: String, CodingKey { case byCall = "by_call" }

        func encode(to encoder: any Encoder) throws {
            try WorkloadCasePart(item, withSeries: false).encode(to: encoder)
            guard !item.calls.isEmpty else { return }
            // A percentile of different calls says nothing.
            try WorkloadFigures.encode(item.series, hasPercentiles: item.calls.count == 1, to: encoder)
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(item.calls.map(OfCall.init), forKey: .byCall)
        }
    }

    /// The figures of one call of a case. Profiles of syslat 0.1.0 don't say which it is.
    private struct OfCall: Encodable {
        let call: CaseCall

        init(_ call: CaseCall) { self.call = call }

        func encode(to encoder: any Encoder) throws {
            try call.id.map(CallPart.init)?.encode(to: encoder)
            try WorkloadFigures.encode(call.series, hasPercentiles: true, to: encoder)
        }
    }

    private static func encode(_ series: [Series], hasPercentiles: Bool, to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: FigureKey.self)
        let all = series.mergedDistribution { _ in true }
        guard let figures = LatencyFigures(all) else { return }
        try container.encode(all.count, forKey: .calls)
        try container.encode(series.mergedDistribution(where: \.failed).count, forKey: .errors)
        try container.encode(all.sum, forKey: .total)
        if hasPercentiles { try container.encode(figures, Percentile.allCases) }
        let outcomes = Outcome.allCases.map { outcome in
            (outcome.name, series.mergedDistribution { $0.outcome == outcome }.count)
        }
        try container.encode(Dictionary(uniqueKeysWithValues: outcomes.filter { $0.1 > 0 }), forKey: .outcomes)
    }
}
