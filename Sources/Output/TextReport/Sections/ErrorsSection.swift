import PlainText
import Presentation
import SaturatingMath
import Profile
import SyscallTable

/// Which errors the calls returned, a line for each call.
enum ErrorsSection {
    /// How many errors are named for a call, and how many calls are listed.
    private static let errnosPerCall = 5
    private static let callsListed = 12
    /// Holds a name and its count together until the lines are made.
    private static let noBreak: Character = "\u{a0}"

    static func lines(_ context: ReportContext) -> [String] {
        let failing = context.calls.filter { !$0.errnos.isEmpty }
        guard !failing.isEmpty else { return [] }
        let top = context.options.grouping == .call ? context.options.top : nil
        let shown = failing.prefix(min(callsListed, max(1, top ?? callsListed)))
        let labels = shown.map { PlainText.line($0.id.label(on: context.profile.host)) }
        let column = min(24, labels.map(DisplayText.width).reduce(0, max) + 1)
        var lines = [context.style.bold("Errors")]
        for (call, label) in zip(shown, labels) {
            let name = DisplayText.leftAligned(DisplayText.truncated(label, to: column - 1) + ":", in: column)
            let entries = DisplayText.wrapped(summary(of: call.errnos), to: context.width - column - 3)
            for (index, entry) in entries.enumerated() {
                let text = String(entry.map { $0 == noBreak ? " " : $0 })
                lines.append("  " + (index == 0 ? name : DisplayText.spaces(column)) + " " + text)
            }
        }
        let hidden = failing.count - shown.count
        if hidden > 0 { lines.append("  … \(HumanFormat.count(UInt64(hidden), "more call", "more calls")) with errors") }
        return lines
    }

    private static func summary(of errnos: [ErrnoCount]) -> String {
        var parts = errnos.prefix(errnosPerCall).map { "\(ErrnoTable.name($0.errno))\(noBreak)\(HumanFormat.count($0.count))" }
        let rest = errnos.dropFirst(errnosPerCall)
        if !rest.isEmpty {
            let count = rest.reduce(UInt64(0)) { $0.addingSaturating($1.count) }
            parts.append("other\(noBreak)\(HumanFormat.count(count))")
        }
        return parts.joined(separator: ", ")
    }
}
