import PlainText
import Presentation
import LatencyHistogram
import Profile
import SyscallTable

/// What one call costs on each path: as it was seen in the kernel, as a system call the way a program sees it, and in the vDSO.
enum VDSOCostTable {
    private static let columns: [Table.Column] = [
        .init(title: "CALLS", dispensability: 3), .init(title: "P50"), .init(title: "P99", dispensability: 2),
        .init(title: "SYSCALL"), .init(title: "BOUNDARY"), .init(title: "VDSO"), .init(title: "RATIO", dispensability: 1),
        .init(title: "WHY", isWords: true),
    ]

    static func lines(_ vdso: VDSOProfile, _ context: ReportContext) -> [String] {
        let rows = vdso.entered.map { row(of: $0, vdso, context) } + served(vdso, context)
        guard !rows.isEmpty else { return [] }
        let table = Table(nameTitle: "ONE CALL", columns: columns, rows: rows, style: context.style, leastName: 29)
        let hasCosts = rows.contains { !$0.cells[3].isNone || !$0.cells[5].isNone }
        return table.lines(width: context.width)
            + (hasCosts ? DisplayText.wrapped(meaning, to: context.width, hanging: 2) : [])
    }

    private static let meaning =
        "P50 and P99 are of the calls above, between the tracepoints and with the probe floor; SYSCALL and VDSO are what a "
        + "program waits for one call, untraced; BOUNDARY is the part of SYSCALL that no tracepoint sees."

    private static func row(of entry: VDSOEntry, _ vdso: VDSOProfile, _ context: ReportContext) -> Table.Row {
        let figures = LatencyFigures(entry.distribution)
        // The functions that were measured are those of 64-bit programs.
        let isNative = entry.id.abi.name == context.profile.host.arch
        let function = isNative ? vdso.function(entry.function, entry.clock) : nil
        let name = entry.id.label(on: context.profile.host)
        return Table.Row(
            name: entry.clock.map { "\(name)(\($0.name))" } ?? name,
            cells: [
                .count(entry.distribution.count), .duration(figures.map { Double($0[.p50]) }),
                .duration(figures.map { Double($0[.p99]) }),
            ] + costs(function, context) + [.text(PlainText.line(entry.reason.label))])
    }

    /// Functions that only have estimates: one row each, of the clock that is asked for most.
    private static func served(_ vdso: VDSOProfile, _ context: ReportContext) -> [Table.Row] {
        let names = vdso.served.reduce(into: [String]()) { if !$0.contains($1.function) { $0.append($1.function) } }
        return names.compactMap { name in
            let measured = vdso.functions.filter { $0.name == name && $0.isServed == true && $0.vdso != nil }
            guard let function = measured.first(where: { $0.clock == .monotonic }) ?? measured.first,
                !vdso.entered.contains(where: { $0.function == name && $0.clock == function.clock })
            else { return nil }
            let label = PlainText.line(name)
            return Table.Row(
                name: function.clock.map { "\(label)(\($0.name))" } ?? label,
                cells: [.none, .none, .none] + costs(function, context) + [.text("served")])
        }
    }

    /// Of a function that was not served, VDSO would be the system call once more.
    private static func costs(_ function: VDSOFunction?, _ context: ReportContext) -> [Table.Cell] {
        let isServed = function?.isServed != false
        let floor = context.profile.capture.probeFloorNanoseconds
        return [
            .cost(function?.syscall?.median), .cost(function?.boundaryNanoseconds(probeFloor: floor)),
            .cost(isServed ? function?.vdso?.median : nil),
            isServed ? function?.ratio.map { .text(HumanFormat.factor($0)) } ?? .none : .none,
        ]
    }
}
