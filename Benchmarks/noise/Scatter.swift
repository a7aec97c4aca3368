import Foundation
import LatencyHistogram
import Profile

/// How far the figures of runs differ: the standard deviation of their ln, over all figures that every run has.
struct Scatter {
    let p50, untraced: Summary

    struct Summary: CustomStringConvertible {
        let deviations: [Double]

        var description: String {
            guard !deviations.isEmpty else { return "no figures" }
            let sorted = deviations.sorted()
            return "\(percent(sorted[sorted.count / 2]))  \(percent(sorted[sorted.count * 3 / 4]))  of \(sorted.count)"
        }
    }

    init(_ workloads: [WorkloadResult]) {
        var (medians, times): ([String: [Double]], [String: [Double]]) = ([:], [:])
        for item in workloads.flatMap(\.cases) {
            if let cost = item.untraced { times[item.name, default: []].append(log(cost.median)) }
            for call in item.calls {
                for series in call.series where series.distribution.count >= 100 {
                    let name = "\(item.name) \(call.id.map { "\($0)" } ?? "") \(series.outcome) \(series.failed)"
                    if let value = series.distribution.value(at: .p50) { medians[name, default: []].append(log(Double(value))) }
                }
            }
        }
        func summary(_ figures: [String: [Double]]) -> Summary {
            Summary(deviations: figures.values.filter { $0.count == workloads.count }.map(Self.deviation))
        }
        (p50, untraced) = (summary(medians), summary(times))
    }

    private static func deviation(_ values: [Double]) -> Double {
        let mean = values.reduce(0, +) / Double(values.count)
        return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)).squareRoot()
    }
}

func percent(_ share: Double) -> String { String(format: "%.1f %%", share * 100) }
