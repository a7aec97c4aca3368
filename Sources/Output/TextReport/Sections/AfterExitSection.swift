import LatencyHistogram
import Presentation
import Profile

/// The work that calls left to their threads: a line for each call.
enum AfterExitSection {
    private static let callsShown = 12
    private static let title = "After exit"
    private static let explanation = ": work that calls left, done before the program went on; not in the times above"

    private static let columns: [Table.Column] = [
        .init(title: "CALLS"), .init(title: "NOT MEASURED", dispensability: 1), .init(title: "TOTAL", startsGroup: true),
        .init(title: "MEAN", dispensability: 2), .init(title: "P50", startsGroup: true), .init(title: "P99"), .init(title: "MAX"),
    ]

    static func lines(_ context: ReportContext) -> [String] {
        let calls = context.profile.calls.filter { $0.afterExit != nil }
            .sorted(falling: { $0.afterExit?.distribution.sum ?? 0 }, then: \.id)
        guard !calls.isEmpty else { return [] }
        let rows = calls.prefix(callsShown).compactMap { call in
            call.afterExit.map { row(of: $0, named: SafeText.sanitized(call.id.label(on: context.profile.host))) }
        }
        let table = Table(nameTitle: "CALL", columns: columns, rows: rows, style: context.style)
        // The title is bold after the lines are made: escapes would count as text.
        var lines = DisplayText.wrapped(title + explanation, to: context.width)
        lines[0] = context.style.bold(title) + lines[0].dropFirst(title.count)
        lines += table.lines(width: context.width)
        let hidden = calls.count - rows.count
        if hidden > 0 { lines.append("… \(HumanFormat.count(UInt64(hidden), "more call", "more calls"))") }
        return lines
    }

    private static func row(of afterExit: AfterExit, named name: String) -> Table.Row {
        let figures = LatencyFigures(afterExit.distribution)
        func duration(_ value: UInt64?) -> Table.Cell { .duration(value.map { Double($0) }) }
        return Table.Row(
            name: name,
            cells: [
                .count(afterExit.calls), afterExit.unmeasured > 0 ? .count(afterExit.unmeasured) : .none,
                duration(figures.map { _ in afterExit.distribution.sum }), duration(figures?.mean), duration(figures?[.p50]),
                duration(figures?[.p99]), duration(figures?.maximum),
            ])
    }
}
