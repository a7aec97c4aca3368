import Presentation
import Profile
import SaturatingMath
import SyscallTable

/// The calls that had not returned when the capture, or an interval of it, ended: what is blocked now.
enum InFlightSection {
    private static let rowsShown = 10
    private static let rowsOfInterval = 5

    static func lines(_ context: ReportContext) -> [String] {
        let calls = context.profile.inFlight
        guard !calls.isEmpty else { return [] }
        // Of requests to io_uring only the oldest are kept.
        let (requests, kept) = (context.profile.requests?.inFlight ?? 0, UInt64(calls.count { $0.id.abi == .ioUring }))
        let omitted = requests - min(kept, requests)
        let rest = UInt64(max(0, calls.count - rowsShown)).addingSaturating(omitted)
        return rows("In flight at the end", calls.prefix(rowsShown), context)
            + (rest > 0 ? ["  … \(HumanFormat.count(rest)) more"] : []) + legend(calls)
    }

    /// A few of the calls in flight at the end of an interval, and how many more there were: a whole system is full of waiting daemons.
    static func lines(_ inFlight: CallsInFlight?, _ context: ReportContext) -> [String] {
        guard let inFlight, !inFlight.calls.isEmpty || inFlight.omitted > 0 else { return [] }
        let calls = inFlight.calls.byUrgency(\.id, age: \.ageNanoseconds)
        let shown = calls.prefix(rowsOfInterval)
        let lines = rows("In flight at its end", shown, context)
        let rest = UInt64(calls.count - shown.count).addingSaturating(inFlight.omitted)
        guard rest > 0 else { return lines + legend(shown) }
        let waiting = calls.dropFirst(rowsOfInterval).count { $0.id.isIdleWait }
        let what = waiting == 0 ? "" : " (\(HumanFormat.count(UInt64(waiting))) of them wait, as in epoll_wait or futex)"
        return lines + ["  … \(HumanFormat.count(rest)) more\(what)"] + legend(shown)
    }

    private static func legend(_ calls: some Sequence<InFlightCall>) -> [String] {
        calls.contains(where: \.beganBefore) ? ["  ≥: entered before the capture began, and not in the balance."] : []
    }

    private static func rows(_ title: String, _ calls: ArraySlice<InFlightCall>, _ context: ReportContext) -> [String] {
        let rows = calls.map { call in
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
        return [context.style.bold(title)]
            + rows.map { row in
                let process = DisplayText.truncated(row.process, keeping: row.task, to: processWidth)
                let call = DisplayText.truncated(row.call, to: callWidth)
                return "  " + DisplayText.leftAligned(process, in: processWidth) + "  "
                    + DisplayText.leftAligned(call, in: callWidth) + "  " + DisplayText.rightAligned(row.age, in: ageWidth)
            }
    }
}
