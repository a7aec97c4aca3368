import LatencyHistogram
import Presentation
import Profile
import ProfileSchema
import SaturatingMath
import SyscallTable

/// One process in full.
struct ProcessFigures: Encodable {
    private let process: ProcessProfile
    private let withBuckets: Bool

    init(_ process: ProcessProfile, withBuckets: Bool) { (self.process, self.withBuckets) = (process, withBuckets) }

    func encode(to encoder: any Encoder) throws {
        try ProcessTotalsPart(process).encode(to: encoder)
        try OwnerFigures(series: process.series, distribution: process.distribution, withBuckets: withBuckets).encode(to: encoder)
    }
}

/// The calls of a process or another group: the figures of its distribution where it has one, its outcomes, and its calls.
struct OwnerFigures: Encodable {
    let series: [ProcessSeries]
    let distribution: LatencyHistogram?
    let withBuckets: Bool

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: FigureKey.self)
        if let figures = distribution.flatMap(LatencyFigures.init) { try container.encode(figures) }
        if withBuckets, let distribution { try container.encode(buckets: distribution) }
        try container.encode(OutcomeTotals.byName(series), forKey: .outcomes)
        var calls = encoder.container(keyedBy: TopKey.self)
        let byCall = Dictionary(grouping: series, by: \.id).map { Call(id: $0.key, series: $0.value) }
        try calls.encode(byCall.sorted(falling: \.total, then: \.id), forKey: .syscalls)
    }

    private struct Call: Encodable {
        let id: SyscallID
        let series: [ProcessSeries]

        var total: UInt64 { series.reduce(0) { $0.addingSaturating($1.totalNanoseconds) } }

        func encode(to encoder: any Encoder) throws {
            try CallPart(id).encode(to: encoder)
            var container = encoder.container(keyedBy: FigureKey.self)
            try container.encode(series.reduce(UInt64(0)) { $0.addingSaturating($1.calls) }, forKey: .calls)
            let errors = series.reduce(UInt64(0)) { $1.failed ? $0.addingSaturating($1.calls) : $0 }
            try container.encode(errors, forKey: .errors)
            try container.encode(total, forKey: .total)
            try container.encode(OutcomeTotals.byName(series), forKey: .outcomes)
        }
    }
}

/// The calls of a process with one outcome.
private struct OutcomeTotals: Encodable {
    var calls: UInt64 = 0
    var total: UInt64 = 0

    static func byName(_ series: [ProcessSeries]) -> [String: OutcomeTotals] {
        var totals: [String: OutcomeTotals] = [:]
        for part in series where part.calls > 0 {
            let known = totals[part.outcome.name] ?? OutcomeTotals()
            totals[part.outcome.name] = OutcomeTotals(
                calls: known.calls.addingSaturating(part.calls), total: known.total.addingSaturating(part.totalNanoseconds))
        }
        return totals
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: FigureKey.self)
        try container.encode(calls, forKey: .calls)
        try container.encode(total, forKey: .total)
    }
}
