import Presentation
import Profile
import SyscallTable

/// The calls that had not returned when the capture ended: what is blocked now.
enum InFlightSection {
    private static let rowsShown = 10

    static func lines(_ context: ReportContext) -> [String] {
        let calls = context.profile.inFlight
        guard !calls.isEmpty else { return [] }
        let rows = calls.prefix(rowsShown).map { call in
            let name = [call.comm.isEmpty ? "?" : call.comm, call.thread ?? ""].filter { !$0.isEmpty }.joined(separator: "/")
            let task = call.pid == call.tid ? "\(call.pid)" : "\(call.pid)/\(call.tid)"
            return (
                process: SafeText.sanitized(name), task: " (\(task))",
                call: SafeText.sanitized(call.id.label(on: context.profile.host)),
                age: (call.beganBefore ? "≥ " : "") + HumanFormat.duration(nanoseconds: call.ageNanoseconds)
            )
        }
        let callWidth = min(30, rows.map { DisplayText.width($0.call) }.reduce(0, max))
        let ageWidth = rows.map { DisplayText.width($0.age) }.reduce(0, max)
        let processLimit = context.width - callWidth - ageWidth - 6
        let processWidth = min(processLimit, rows.map { DisplayText.width($0.process + $0.task) }.reduce(0, max))
        var lines = [context.style.bold("In flight at the end")]
        for row in rows {
            let process = DisplayText.truncated(row.process, keeping: row.task, to: processWidth)
            let call = DisplayText.truncated(row.call, to: callWidth)
            lines.append(
                "  " + DisplayText.leftAligned(process, in: processWidth) + "  "
                    + DisplayText.leftAligned(call, in: callWidth) + "  "
                    + DisplayText.rightAligned(row.age, in: ageWidth))
        }
        if calls.count > rowsShown { lines.append("  … \(calls.count - rowsShown) more") }
        if calls.contains(where: \.beganBefore) {
            lines.append("  ≥: entered before the capture began, and not in the balance.")
        }
        return lines
    }
}
