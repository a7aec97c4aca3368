import PlainText
import Presentation
package import Profile
import SyscallTable

/// The self-test of a host's vDSO as people read it.
package enum VDSOTextReport {
    /// The report, ending with a newline. A width of less than 60 counts as 60.
    package static func render(_ report: VDSOReport, color: Bool = false, width: Int = 100) -> String {
        let style = TextStyle(isEnabled: color)
        let width = max(60, width)
        let table = table(report, style, width)
        let sections = [
            heading(report, style, width), mitigations(report, style, width), table, absences(report, style, width),
            notes(report, on: table[0], width), warnings(report, style, width),
        ]
        return sections.document
    }

    private static func heading(_ report: VDSOReport, _ style: TextStyle, _ width: Int) -> [String] {
        let tool = PlainText.line(report.tool.hasPrefix("syslat") ? report.tool : "syslat \(report.tool)")
        let host = report.host
        let machine = ["Linux \(host.kernelRelease)", host.arch, host.cpuModel].filter { !$0.isEmpty }
            .map(PlainText.line).joined(separator: " · ")
        let clocksource = " · clocksource \(PlainText.line(host.clocksource))"
        return [
            style.bold(DisplayText.truncated("\(tool) · self-test of the vDSO", to: width)),
            DisplayText.truncated(machine, keeping: clocksource, to: width), "",
        ]
            + [report.imageSentence, report.vsyscallSentence].flatMap {
                DisplayText.wrapped(PlainText.line($0), to: width, hanging: 2)
            }
    }

    private static func mitigations(_ report: VDSOReport, _ style: TextStyle, _ width: Int) -> [String] {
        guard !report.boundaryMitigations.isEmpty else {
            return DisplayText.wrapped(
                "No mitigation that is known to make system calls slower is in force.", to: width, hanging: 2)
        }
        return [style.bold("What mitigations add to each system call")]
            + report.boundaryMitigations.flatMap { mitigation in
                let sentence = "\(mitigation.name): \(mitigation.effect)"
                return DisplayText.wrapped(PlainText.line(sentence), to: width - 2, hanging: 2).map { "  " + $0 }
            }
    }

    // MARK: The table

    private static let columns: [Table.Column] = [
        .init(title: "SERVED", isWords: true), .init(title: "VDSO"), .init(title: "SYSCALL"), .init(title: "KERNEL P50"),
        .init(title: "BOUNDARY"), .init(title: "RATIO"), .init(title: "SPREAD", dispensability: 1),
    ]

    private static func table(_ report: VDSOReport, _ style: TextStyle, _ width: Int) -> [String] {
        let trials = report.functions.filter { $0.absence == nil }.map { trial in
            let served = trial.function.isServed.map { $0 ? "yes" : "entered" } ?? "?"
            return row(trial.function, label: label(trial.function), served: .text(served), report)
        }
        let null = row(report.nullCall, label: "\(label(report.nullCall)), does nothing", served: .none, report)
        return Table(nameTitle: "FUNCTION", columns: columns, rows: trials + [null], style: style).lines(width: width)
    }

    private static func row(
        _ function: VDSOFunction, label: String, served: Table.Cell, _ report: VDSOReport
    ) -> Table.Row {
        let spreads = [function.vdso, function.syscall].compactMap { cost -> Double? in
            guard let cost, cost.median > 0, cost.upperQuartile >= cost.lowerQuartile else { return nil }
            return (cost.upperQuartile - cost.lowerQuartile) * 100 / cost.median
        }
        return Table.Row(
            name: label,
            cells: [
                served, .cost(function.vdso?.median), .cost(function.syscall?.median),
                .duration(function.kernelP50Nanoseconds.map { Double($0) }),
                .cost(function.boundaryNanoseconds(probeFloor: report.probeFloorNanoseconds)),
                function.ratio.map { .text(HumanFormat.factor($0)) } ?? .none,
                spreads.max().map { .text($0 < 1 ? "<1%" : "\(HumanFormat.compactCount($0))%") } ?? .none,
            ])
    }

    private static func label(_ function: VDSOFunction) -> String {
        PlainText.line(function.name) + (function.clock.map { "(\($0.name))" } ?? "")
    }

    // MARK: Below the table

    private static func absences(_ report: VDSOReport, _ style: TextStyle, _ width: Int) -> [String] {
        let lines = report.functions.flatMap { trial -> [String] in
            let reason =
                switch trial.absence {
                case .notCalled(let reason): "not called: \(reason)"
                case .failed(let error): "fails with \(error)"
                case nil: ""
                }
            guard !reason.isEmpty else { return [] }
            let sentence = "\(label(trial.function)): \(PlainText.line(reason))"
            return DisplayText.wrapped(sentence, to: width - 2, hanging: 2).map { "  " + $0 }
        }
        return lines.isEmpty ? [] : [style.bold("Without figures")] + lines
    }

    /// What the columns mean that are there.
    private static func notes(_ report: VDSOReport, on header: String, _ width: Int) -> [String] {
        var notes: [String] = []
        if report.isTraced, header.contains("SERVED") {
            notes.append("SERVED: yes where the vDSO answered by itself, entered where it called the kernel.")
        }
        let spread = "; SPREAD is the distance between quartiles, of the noisier of the two"
        let costs =
            header.contains("VDSO")
            ? "VDSO and SYSCALL are what a program waits for one call on each path, untraced"
            : "SYSCALL is what a program waits for one call, untraced"
        notes.append(costs + (header.contains("SPREAD") ? "\(spread)." : "."))
        if let floor = report.probeFloorNanoseconds {
            notes.append(
                "KERNEL P50 is measured between the tracepoints and includes the probe floor of "
                    + "\(HumanFormat.duration(nanoseconds: floor)), the cost of tracing. BOUNDARY is SYSCALL less KERNEL P50 "
                    + "without that floor: entry, exit and mitigations, which no tracepoint sees.")
        }
        if !report.isTraced {
            notes.append("SERVED, KERNEL P50 and BOUNDARY need a trace, and nothing was traced.")
        }
        return notes.flatMap { DisplayText.wrapped($0, to: width, hanging: 2) }
    }

    private static func warnings(_ report: VDSOReport, _ style: TextStyle, _ width: Int) -> [String] {
        report.warnings.flatMap { WarningsSection.lines($0, .yellow, style, width) }
    }
}
