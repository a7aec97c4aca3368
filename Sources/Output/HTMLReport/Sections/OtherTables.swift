import Graphics
import LatencyHistogram
import Presentation
import Profile
import SyscallTable

/// The processes that made the calls, or other groups of them, and what is known by call but not by group.
enum ProcessSection {
    private static let rowsShown = 200

    static func add(to html: inout HTML, _ context: PageContext) {
        let processes = context.profile.allProcesses
        guard !processes.isEmpty else { return }
        var rows = processes.map { TableRow(process: $0) }
        if context.profile.capture.sampling != nil {
            for index in rows.indices { rows[index].basis = .some }
        }
        add(rows, .process, title: "Processes", caption: "The processes that made the calls.", to: &html, context)
    }

    /// The other groups that the calls are in, if any.
    static func addGroups(to html: inout HTML, _ context: PageContext) {
        let shown = Grouping.allCases.first { $0.groups != nil && $0.groups == context.profile.groups?.kind }
        guard let shown, let kind = shown.groups, let rows = context.profile.rows(of: kind), !rows.isEmpty else { return }
        let title = shown.nouns.many.prefix(1).uppercased() + shown.nouns.many.dropFirst()
        add(rows, shown, title: title, caption: "The same calls by \(kind.rawValue).", to: &html, context)
    }

    private static func add(
        _ found: [TableRow], _ grouping: Grouping, title: String, caption: String, to html: inout HTML, _ context: PageContext
    ) {
        let (nouns, rows) = (grouping.nouns, context.sort.sorted(found))
        let note = context.sort == .active ? OrderNote.ofGroups(calls: context.rows).map { " \($0)." } : nil
        let hasFigures = rows.contains { $0.figures != nil }
        var lines = rows.prefix(rowsShown).map { row($0, hasFigures) }
        if rows.count > rowsShown {
            let rest = UInt64(rows.count - rowsShown)
            var sum = row(
                TableRow(sumOf: rows[rowsShown...], name: HumanFormat.count(rest, "more \(nouns.one)", "more \(nouns.many)")),
                hasFigures)
            sum.isSum = true
            lines.append(sum)
        }
        let percentiles: [DataTable.Column] = hasFigures ? [.init(title: "p50"), .init(title: "p99"), .init(title: "Max")] : []
        html.element(.section) { section in
            section.element(.h2, text: title)
            DataTable(
                caption: caption + (note ?? ""), style: "words",
                columns: [
                    .init(title: nouns.one.prefix(1).uppercased() + nouns.one.dropFirst(), isText: true), .init(title: "Calls"),
                    .init(title: "Errors"), .init(title: "Total"),
                    .init(title: "Time", isText: true, isSortable: false), .init(title: "Mean"),
                ] + percentiles, rows: lines
            ).add(to: &section)
        }
        html.newline()
    }

    private static func row(_ row: TableRow, _ hasFigures: Bool) -> DataTable.Row {
        let isKnown = row.calls == 0 || row.meanNanoseconds != nil
        let figures: [DataTable.Cell] =
            hasFigures
            ? [
                .duration(row.figures?[.p50]), .duration(row.figures?[.p99], isWeak: row.isWeak(0.01)),
                .duration(row.figures?.maximum, isWeak: row.isWeak(0)),
            ]
            : []
        return DataTable.Row(
            cells: [
                .text(row.name + row.suffix), .count(row.calls), .count(row.errors),
                .duration(isKnown ? row.totalNanoseconds : nil),
                .content(OutcomeBar.draw(row.times)), .duration(row.meanNanoseconds.map { UInt64(min($0, 1.8e19)) }),
            ] + figures)
    }
}

/// The work that calls left to their threads.
enum AfterExitSection {
    static func add(to html: inout HTML, _ context: PageContext) {
        let calls = context.calls.filter { $0.afterExit != nil }
        guard !calls.isEmpty else { return }
        html.element(.section) { section in
            section.element(.h2, text: "After exit")
            DataTable(
                caption:
                    "Work that was left to be done between the exit of a call and the program's next instruction. It is not in the times "
                    + "above.", style: "words",
                columns: [
                    .init(title: "Left by", isText: true), .init(title: "Calls"), .init(title: "Not measured"),
                    .init(title: "Total"),
                    .init(title: "p50"), .init(title: "p99"), .init(title: "Max"),
                ],
                rows: calls.compactMap { call in call.afterExit.map { row(call.id.label(on: context.host), $0) } }
            ).add(to: &section)
        }
        html.newline()
    }

    private static func row(_ name: String, _ work: AfterExit) -> DataTable.Row {
        let figures = LatencyFigures(work.distribution)
        let isWeak = work.inferred > 0 && work.measured < Threshold.fewestCalls
        func duration(_ value: UInt64?) -> DataTable.Cell { .duration(value, isWeak: isWeak) }
        return DataTable.Row(cells: [
            .text(name), .count(work.calls), work.unmeasured > 0 ? .count(work.unmeasured) : .none,
            duration(figures.map { _ in work.distribution.sum }), duration(figures?[.p50]), duration(figures?[.p99]),
            duration(figures?.maximum),
        ])
    }
}

/// The calls that were kept from being made.
enum RefusedSection {
    static func add(to html: inout HTML, _ context: PageContext) {
        let refused = context.profile.refused
        guard !refused.isEmpty else { return }
        html.element(.section) { section in
            section.element(.h2, text: "Refused before entry")
            DataTable(
                caption: "Calls that were kept from being made. They are in no other figure.", style: "words",
                columns: [
                    .init(title: "Call", isText: true), .init(title: "Result", isText: true), .init(title: "Calls"),
                    .init(title: "By", isText: true),
                ],
                rows: refused.map { kind in
                    DataTable.Row(cells: [
                        .text(kind.id.label(on: context.host)), .text(kind.errno.map(ErrnoTable.name) ?? "answered"),
                        .count(kind.calls),
                        .text(kind.by.phrase),
                    ])
                }
            ).add(to: &section)
        }
        html.newline()
    }
}

/// The cases of a fixed workload.
enum WorkloadSection {
    static func add(to html: inout HTML, _ context: PageContext) {
        guard let workload = context.profile.workload else { return }
        html.element(.section) { section in
            section.element(.h2, text: "Workload")
            section.element(.p, text: workload.sentence)
            DataTable(
                caption: "What one operation of each case takes for the program, and what its calls take in the kernel.",
                style: "words",
                columns: [
                    .init(title: "Case", isText: true), .init(title: "Untraced"), .init(title: "Calls"), .init(title: "p50"),
                    .init(title: "p99"),
                    .init(title: "Note", isText: true),
                ],
                rows: workload.cases.flatMap { rows($0, context.host) }, isSortable: false
            ).add(to: &section)
        }
        html.newline()
    }

    /// A row for the case, and one for each of its calls if there are several: a percentile of different calls says nothing.
    private static func rows(_ item: WorkloadCase, _ host: Host) -> [DataTable.Row] {
        switch item.state {
        case .absent(let reason):
            return [DataTable.Row(cells: [.text(item.name), .none, .none, .none, .none, .text("absent: \(reason)")])]
        case .failed(let reason):
            return [DataTable.Row(cells: [.text(item.name), .none, .none, .none, .none, .text("failed: \(reason)")])]
        case .measured: break
        }
        func row(_ name: String, _ series: [Series], _ untraced: Double?, hasPercentiles: Bool, isIndented: Bool) -> DataTable.Row {
            let all = series.mergedDistribution { _ in true }
            let figures = hasPercentiles ? LatencyFigures(all) : nil
            return DataTable.Row(
                cells: [
                    .text(name), .cost(untraced), all.isEmpty ? .none : .count(all.count), .duration(figures?[.p50]),
                    .duration(figures?[.p99]), .text(""),
                ], isIndented: isIndented)
        }
        let isPooled = item.calls.count > 1
        return [row(item.name, item.series, item.untraced?.median, hasPercentiles: !isPooled, isIndented: false)]
            + (isPooled ? item.calls : []).map {
                row($0.id?.label(on: host) ?? "", $0.series, nil, hasPercentiles: true, isIndented: true)
            }
    }
}

/// How far the figures can be trusted.
enum NotesSection {
    static func add(to html: inout HTML, _ context: PageContext) {
        var notes = Notes.sentences(on: context.profile)
        if context.rows.contains(where: { $0.figures != nil && $0.isWeak(0) }) {
            notes.insert(
                "~ marks a figure that rests on fewer than \(Threshold.fewestCalls) measured calls. Max is that of the measured calls: one that "
                    + "took longer may have been among the others.", at: 0)
        }
        guard !notes.isEmpty else { return }
        html.element(.section, [.class("notes")]) { section in
            section.element(.h2, text: "Notes")
            section.element(.ul) { list in
                for note in notes { list.element(.li, text: note) }
            }
        }
        html.newline()
    }
}
