import PlainText
import LatencyHistogram
import Presentation
import Profile

/// The work that calls left to their threads: a line for each call.
enum AfterExitSection {
    private static let callsShown = 12
    private static let title = "After exit"
    private static let explanation =
        "work that was left to be done between the exit of a call and the program's next instruction. It is not in the times above."
    /// Work isn't listed that is below 1/100 of its call's time.
    private static let leastShare: UInt64 = 100

    private static let columns: [Table.Column] = [
        .init(title: "CALLS"), .init(title: "NOT MEASURED", dispensability: 1), .init(title: "TOTAL", startsGroup: true),
        .init(title: "MEAN", dispensability: 2), .init(title: "P50", startsGroup: true), .init(title: "P99"), .init(title: "MAX"),
    ]

    static func lines(_ context: ReportContext) -> [String] {
        let calls = context.profile.calls.filter { $0.afterExit != nil }
            .sorted(falling: { $0.afterExit?.distribution.sum ?? 0 }, then: \.id)
        guard !calls.isEmpty else { return [] }
        let shown = Array(calls.filter(matters).prefix(callsShown))
        let rows = shown.compactMap { call in
            call.afterExit.map { row(of: $0, named: PlainText.line(call.id.label(on: context.profile.host))) }
        }
        guard !rows.isEmpty else { return titled("work was left \(summary(of: calls)): too little to matter", context) }
        let table = Table(nameTitle: "LEFT BY", columns: columns, rows: rows, style: context.style)
        let ids = Set(shown.map(\.id))
        let others = calls.filter { !ids.contains($0.id) }
        return titled(explanation, context) + table.lines(width: context.width)
            + (others.isEmpty ? [] : ["… other calls: \(summary(of: others))"])
    }

    /// Whether the work takes a share of the call's time that counts, or was left by such a share of the calls and is unknown. A clock
    /// interrupt adds a microsecond of work to any call now and then.
    private static func matters(_ call: CallProfile) -> Bool {
        guard let work = call.afterExit else { return false }
        return work.distribution.sum >= max(1, call.distribution.sum / leastShare)
            || work.unmeasured >= max(2, call.calls / leastShare)
    }

    private static func summary(of calls: [CallProfile]) -> String {
        let work = calls.reduce(into: AfterExit?.none) { $0 = AfterExit.merged($0, $1.afterExit) } ?? AfterExit()
        let time = work.distribution.isEmpty ? "" : ", \(HumanFormat.duration(nanoseconds: work.distribution.sum)) in all"
        let unmeasured = work.unmeasured > 0 ? ", \(HumanFormat.count(work.unmeasured)) of them not measured" : ""
        return "\(HumanFormat.count(work.calls, "time", "times"))\(unmeasured)\(time)"
    }

    /// The title is bold after the lines are made: escapes would count as text.
    private static func titled(_ text: String, _ context: ReportContext) -> [String] {
        var lines = DisplayText.wrapped("\(title): \(text)", to: context.width)
        lines[0] = context.style.bold(title) + lines[0].dropFirst(title.count)
        return lines
    }

    private static func row(of afterExit: AfterExit, named name: String) -> Table.Row {
        let figures = LatencyFigures(afterExit.distribution)
        let isWeak = afterExit.inferred > 0 && afterExit.measured < Threshold.fewestCalls
        func duration(_ value: UInt64?) -> Table.Cell { .duration(value.map { Double($0) }).marked(isWeak) }
        let isEstimate = afterExit.inferred > 0
        return Table.Row(
            name: name,
            cells: [
                isEstimate ? .text("≈ \(HumanFormat.count(afterExit.calls))") : .count(afterExit.calls),
                afterExit.unmeasured > 0 ? .count(afterExit.unmeasured) : .none,
                duration(figures.map { _ in afterExit.distribution.sum }), duration(figures?.mean), duration(figures?[.p50]),
                duration(figures?[.p99]), duration(figures?.maximum),
            ])
    }
}
