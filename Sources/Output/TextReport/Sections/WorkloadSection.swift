import PlainText
import Presentation
import LatencyHistogram
import Profile

/// The cases of a workload: what one operation takes for the program, and what its calls take in the kernel.
enum WorkloadSection {
    private static let columns: [Table.Column] = [
        .init(title: "UNTRACED"), .init(title: "CALLS", dispensability: 1), .init(title: "P50"), .init(title: "P99"),
        .init(title: "OUTCOME", isWords: true, dispensability: 2),
    ]

    static func lines(_ context: ReportContext) -> [String] {
        guard let workload = context.profile.workload else { return [] }
        let rows = workload.cases.filter { $0.state == .measured }.flatMap { Self.rows($0, on: context.profile.host) }
        let table = Table(nameTitle: "CASE", columns: columns, rows: rows, style: context.style)
        return DisplayText.wrapped(PlainText.line(workload.sentence), to: context.width, hanging: 2)
            + (rows.isEmpty ? [] : table.lines(width: context.width)) + others(workload, context)
    }

    /// A row for the case, and one for each of its calls if there are several: a percentile of different calls says nothing.
    private static func rows(_ item: WorkloadCase, on host: Host) -> [Table.Row] {
        let isPooled = item.calls.count > 1
        let first = row(PlainText.line(item.name), item.series, untraced: item.untraced?.median, hasPercentiles: !isPooled)
        return [first]
            + (isPooled ? item.calls : []).map { call in
                row(call.id?.label(on: host) ?? "", call.series, untraced: nil, hasPercentiles: true, indent: 2)
            }
    }

    private static func row(
        _ name: String, _ series: [Series], untraced: Double?, hasPercentiles: Bool, indent: Int = 0
    ) -> Table.Row {
        let all = series.mergedDistribution { _ in true }
        let figures = hasPercentiles ? LatencyFigures(all) : nil
        return Table.Row(
            name: name, indent: indent,
            cells: [
                .cost(untraced), all.isEmpty ? .none : .count(all.count),
                .duration(figures.map { Double($0[.p50]) }), .duration(figures.map { Double($0[.p99]) }),
                outcome(of: series, calls: all.count).map { .text($0) } ?? .none,
            ])
    }

    /// How most of the calls ended, and that most returned an error where they did.
    private static func outcome(of series: [Series], calls: UInt64) -> String? {
        let counts = Outcome.allCases.map { outcome in (outcome, series.mergedDistribution { $0.outcome == outcome }.count) }
        guard let most = counts.max(by: { $0.1 < $1.1 }), most.1 > 0 else { return nil }
        let share = most.1 == calls ? "" : " \(HumanFormat.percentage(most.1, of: calls))"
        let failed = series.mergedDistribution(where: \.failed).count
        return "\(most.0.name)\(share)\(failed > calls / 2 ? ", error" : "")"
    }

    /// What has no row, and why.
    private static func others(_ workload: WorkloadResult, _ context: ReportContext) -> [String] {
        workload.cases.flatMap { item -> [String] in
            let name = PlainText.line(item.name)
            switch item.state {
            case .measured: return []
            case .absent(let reason):
                return DisplayText.wrapped("absent: \(name): \(PlainText.line(reason))", to: context.width, hanging: 2)
            case .failed(let reason):
                return WarningsSection.lines("the case \(name) failed: \(reason)", .red, context.style, context.width)
            }
        }
    }
}
