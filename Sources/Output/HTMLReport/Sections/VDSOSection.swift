import Graphics
import LatencyHistogram
import Presentation
import Profile
import SyscallTable

/// What the vDSO served and what it did not, and what a call costs on each path.
enum VDSOSection {
    static func add(to html: inout HTML, _ context: PageContext) {
        guard let vdso = context.profile.vdso, !VDSOFindings.isNegligible(vdso, context.profile.capture) else { return }
        html.element(.section) { section in
            section.element(.h2, text: "vDSO")
            for sentence in VDSOFindings.explanations(vdso, context.profile.capture) { section.element(.p, text: sentence) }
            ladder(vdso, context, in: &section)
            entered(vdso, context, in: &section)
            served(vdso, in: &section)
        }
        html.newline()
    }

    /// For each function that was measured: the vDSO beside the system call, which is its time in the kernel and the boundary.
    private static func ladder(_ vdso: VDSOProfile, _ context: PageContext, in html: inout HTML) {
        let floor = context.profile.capture.probeFloorNanoseconds
        let rungs = vdso.functions.compactMap { function -> LadderPlot.Rung? in
            guard let syscall = function.syscall?.median, syscall.isFinite, syscall >= 0 else { return nil }
            var bars: [[LadderPlot.Step]] = []
            if function.isServed != false, let cost = function.vdso?.median, cost.isFinite, cost >= 0 {
                bars.append([LadderPlot.Step(name: "vDSO", nanoseconds: cost, style: "ran")])
            }
            if let boundary = function.boundaryNanoseconds(probeFloor: floor), boundary <= syscall {
                bars.append([
                    LadderPlot.Step(name: "boundary", nanoseconds: boundary, style: "preempted"),
                    LadderPlot.Step(name: "in the kernel", nanoseconds: syscall - boundary, style: "blocked"),
                ])
            } else {
                bars.append([LadderPlot.Step(name: "system call", nanoseconds: syscall, style: "blocked")])
            }
            let clock = function.clock.map { "(\($0.name))" } ?? ""
            return LadderPlot.Rung(name: function.name + clock + (function.isServed == false ? ": not served" : ""), bars: bars)
        }
        guard !rungs.isEmpty else { return }
        html.element(.p, [.class("key")]) { key in
            for (style, text) in [
                ("ran", "vDSO: answered without the kernel"), ("preempted", "boundary: entering and leaving the kernel"),
                ("blocked", "in the kernel, between the tracepoints"),
            ] {
                key.element(.span, [.class("k")]) { entry in
                    entry.element(.svg, [.class("sw"), .with(.viewBox, "0 0 10 10"), .with(.isHidden, "true")]) {
                        $0.empty(.rect, [.class(style), .with(.width, 10), .with(.height, 10)])
                    }
                    entry.text(text)
                }
            }
        }
        let half = (rungs.count + 1) / 2
        html.element(.div, [.class("plots")]) { plots in
            for part in [rungs.prefix(half), rungs.dropFirst(half)] where !part.isEmpty {
                CallChapters.figure(
                    &plots, "What one call costs a program", LadderPlot.draw(Array(part), title: "Cost of a call on each path"))
            }
        }
    }

    private static func entered(_ vdso: VDSOProfile, _ context: PageContext, in html: inout HTML) {
        guard !vdso.entered.isEmpty else { return }
        DataTable(
            caption: "Calls that the vDSO can serve and that entered the kernel all the same, and why.", style: "words",
            columns: [
                .init(title: "Call", isText: true), .init(title: "Calls"), .init(title: "Total"), .init(title: "p50"),
                .init(title: "p99"),
                .init(title: "Why", isText: true), .init(title: "Made by", isText: true, isSortable: false),
            ],
            rows: vdso.entered.map { entry in
                let figures = LatencyFigures(entry.distribution)
                let clock = entry.clock.map { "(\($0.name))" } ?? ""
                let makers = entry.processes.prefix(4).map {
                    "\($0.comm.isEmpty ? "other processes" : $0.comm)\($0.pid.map { " (\($0))" } ?? "") \(HumanFormat.count($0.calls, fitting: 9))"
                }
                return DataTable.Row(cells: [
                    .text(entry.id.label(on: context.host) + clock), .count(entry.distribution.count),
                    .duration(entry.distribution.sum),
                    .duration(figures?[.p50]), .duration(figures?[.p99]), .text(entry.reason.label),
                    .text((makers + (entry.processes.count > 4 ? ["…"] : [])).joined(separator: ", ")),
                ])
            }
        ).add(to: &html)
    }

    private static func served(_ vdso: VDSOProfile, in html: inout HTML) {
        guard !vdso.served.isEmpty else { return }
        DataTable(
            caption: "Calls that the vDSO served, as far as samples tell: estimates.", style: "words",
            columns: [
                .init(title: "Process", isText: true), .init(title: "Function", isText: true), .init(title: "Served (estimate)"),
            ],
            rows: vdso.served.prefix(50).map { estimate in
                DataTable.Row(cells: [
                    .text("\(estimate.comm.isEmpty ? "other processes" : estimate.comm)\(estimate.pid.map { " (\($0))" } ?? "")"),
                    .text(estimate.function), DataTable.Cell(text: HumanFormat.estimate(estimate), value: estimate.calls),
                ])
            }
        ).add(to: &html)
    }
}
