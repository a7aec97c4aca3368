import LatencyHistogram
import Profile

/// The cases of a workload: what one operation takes for the program, and what its calls take in the kernel.
enum WorkloadSection {
    private static let columns: [CellTable.Column] = [
        .init(title: "UNTRACED"), .init(title: "CALLS", dispensability: 1), .init(title: "P50"), .init(title: "P99"),
        .init(title: "OUTCOME", isWords: true, dispensability: 2),
    ]

    static func lines(_ context: ReportContext) -> [String] {
        guard let workload = context.profile.workload else { return [] }
        let rows = workload.cases.filter { $0.state == .measured }.map(row)
        let table = CellTable(nameTitle: "CASE", columns: columns, rows: rows, style: context.style)
        return DisplayText.wrapped(title(workload), to: context.width, hanging: 2)
            + (rows.isEmpty ? [] : table.lines(width: context.width)) + others(workload, context)
    }

    private static func title(_ workload: WorkloadResult) -> String {
        let machine =
            switch workload.machine {
            case .host: "on this host"
            case .kvm: "in a virtual machine (KVM)"
            case .emulation: "in an emulated machine, whose nanoseconds say nothing about any hardware"
            case .countedEmulation:
                "in an emulated machine, where a nanosecond is one instruction executed and says nothing about the time of any hardware"
            }
        let runs = workload.runs == 1 ? "one run" : "\(workload.runs) runs"
        return "Workload \(DisplayText.sanitized(workload.id)) \(workload.version)\(workload.isQuick ? " (quick)" : ""): \(runs) "
            + "\(machine). UNTRACED is one operation as the program sees it; the rest is of its calls in the kernel."
    }

    private static func row(_ item: WorkloadCase) -> CellTable.Row {
        let all = item.series.mergedDistribution { _ in true }
        let figures = LatencyFigures(all)
        return CellTable.Row(
            name: DisplayText.sanitized(item.name),
            cells: [
                .cost(item.untraced?.median), all.isEmpty ? .none : .count(all.count),
                .duration(figures.map { Double($0[.p50]) }), .duration(figures.map { Double($0[.p99]) }),
                outcome(of: item, calls: all.count).map { .text($0) } ?? .none,
            ])
    }

    /// How most of the calls ended, and that most returned an error where they did.
    private static func outcome(of item: WorkloadCase, calls: UInt64) -> String? {
        let counts = Outcome.allCases.map { outcome in
            (outcome, item.series.mergedDistribution { $0.outcome == outcome }.count)
        }
        guard let most = counts.max(by: { $0.1 < $1.1 }), most.1 > 0 else { return nil }
        let share = most.1 == calls ? "" : " \(HumanFormat.percentage(most.1, of: calls))"
        let failed = item.series.mergedDistribution(where: \.failed).count
        return "\(most.0.name)\(share)\(failed > calls / 2 ? ", error" : "")"
    }

    /// What has no row, and why.
    private static func others(_ workload: WorkloadResult, _ context: ReportContext) -> [String] {
        workload.cases.flatMap { item -> [String] in
            let name = DisplayText.sanitized(item.name)
            switch item.state {
            case .measured: return []
            case .absent(let reason):
                return DisplayText.wrapped("absent: \(name): \(DisplayText.sanitized(reason))", to: context.width, hanging: 2)
            case .failed(let reason):
                return WarningsSection.lines("the case \(name) failed: \(reason)", .red, context.style, context.width)
            }
        }
    }
}
