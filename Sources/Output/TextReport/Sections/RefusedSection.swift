import PlainText
import Presentation
import Profile
import SyscallTable

/// The calls that were kept from being made: a line for each kind.
enum RefusedSection {
    private static let kindsShown = 12

    static func lines(_ context: ReportContext) -> [String] {
        let refused = context.profile.refused
        guard !refused.isEmpty else { return [] }
        let rows = refused.prefix(kindsShown).map { kind in
            (
                name: DisplayText.truncated(PlainText.line(kind.id.label(on: context.profile.host)), to: 24),
                result: kind.errno.map(ErrnoTable.name) ?? "answered", calls: HumanFormat.count(kind.calls), by: kind.by.phrase
            )
        }
        let nameWidth = rows.map { DisplayText.width($0.name) }.reduce(0, max)
        let resultWidth = rows.map { DisplayText.width($0.result) }.reduce(0, max)
        let callsWidth = rows.map { DisplayText.width($0.calls) }.reduce(0, max)
        var lines = [context.style.bold("Refused before entry")]
        for row in rows {
            let columns = [
                DisplayText.leftAligned(row.name, in: nameWidth), DisplayText.leftAligned(row.result, in: resultWidth),
                DisplayText.rightAligned(row.calls, in: callsWidth), "by \(row.by)",
            ]
            lines.append(DisplayText.truncated("  " + columns.joined(separator: "  "), to: context.width))
        }
        let hidden = refused.count - rows.count
        if hidden > 0 { lines.append("  … \(HumanFormat.count(UInt64(hidden), "more kind", "more kinds"))") }
        return lines
    }
}
