import PlainText
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
        let groups = groups(calls)
        let rest = groups.dropFirst(rowsShown).reduce(omitted) { $0.addingSaturating(UInt64($1.count)) }
        return rows("In flight at the end", groups.prefix(rowsShown), context)
            + (rest > 0 ? ["  … \(HumanFormat.count(rest)) more"] : []) + legend(calls)
    }

    /// A few of the calls in flight at the end of an interval, and how many more there were: a whole system is full of waiting daemons.
    static func lines(_ inFlight: CallsInFlight?, _ context: ReportContext) -> [String] {
        guard let inFlight, !inFlight.calls.isEmpty || inFlight.omitted > 0 else { return [] }
        let groups = groups(inFlight.calls.byUrgency(\.id, age: \.ageNanoseconds))
        let shown = groups.prefix(rowsOfInterval)
        let others = groups.dropFirst(rowsOfInterval).joined()
        let lines = rows("In flight at its end", shown, context)
        let rest = UInt64(others.count).addingSaturating(inFlight.omitted)
        guard rest > 0 else { return lines + legend(shown.joined()) }
        let waiting = others.count { $0.id.isIdleWait }
        let what = waiting == 0 ? "" : " (\(HumanFormat.count(UInt64(waiting))) of them wait, as in epoll_wait or futex)"
        return lines + ["  … \(HumanFormat.count(rest)) more\(what)"] + legend(shown.joined())
    }

    /// The requests of one thread to io_uring with one opcode are one group, in the order of the oldest. A call is a group of its own.
    private static func groups(_ calls: [InFlightCall]) -> [[InFlightCall]] {
        var groups: [[InFlightCall]] = []
        var places: [String: Int] = [:]
        for call in calls {
            let key = "\(call.pid) \(call.tid) \(call.id.number)"
            if call.id.abi == .ioUring, let place = places[key] {
                groups[place].append(call)
            } else {
                if call.id.abi == .ioUring { places[key] = groups.count }
                groups.append([call])
            }
        }
        return groups
    }

    private static func legend(_ calls: some Sequence<InFlightCall>) -> [String] {
        calls.contains(where: \.beganBefore) ? ["  ≥: entered before the capture began, and not in the balance."] : []
    }

    private static func rows(_ title: String, _ groups: ArraySlice<[InFlightCall]>, _ context: ReportContext) -> [String] {
        let rows = groups.map { group in
            let call = group[0]
            let times = group.count == 1 ? "" : " × \(HumanFormat.count(UInt64(group.count)))"
            let task = call.pid == call.tid ? "\(call.pid)" : "\(call.pid)/\(call.tid)"
            return (
                process: SlowCallLine.task(call.comm, call.thread), task: " (\(task))",
                call: PlainText.line(call.id.label(on: context.profile.host)) + times,
                age: (call.beganBefore ? "≥ " : "") + HumanFormat.duration(nanoseconds: call.ageNanoseconds),
                details: details(of: call, on: context.profile.host, width: context.width)
            )
        }
        let callWidth = min(30, rows.map { DisplayText.width($0.call) }.reduce(0, max))
        let ageWidth = rows.map { DisplayText.width($0.age) }.reduce(0, max)
        let processLimit = context.width - callWidth - ageWidth - 6
        let processWidth = min(processLimit, rows.map { DisplayText.width($0.process + $0.task) }.reduce(0, max))
        return [context.style.bold(title)]
            + rows.flatMap { row in
                let process = DisplayText.truncated(row.process, keeping: row.task, to: processWidth)
                let call = DisplayText.truncated(row.call, to: callWidth)
                let line =
                    "  " + DisplayText.leftAligned(process, in: processWidth) + "  "
                    + DisplayText.leftAligned(call, in: callWidth) + "  " + DisplayText.rightAligned(row.age, in: ageWidth)
                return [line] + row.details
            }
    }

    /// With which arguments the call was made, from where, and where it is.
    static func details(of call: InFlightCall, on host: Host, width: Int) -> [String] {
        guard let details = call.details else { return [] }
        let (name, text) = (PlainText.line(call.id.label(on: host)), CallText.of(call.id, details, on: host))
        return (text == name ? [] : CallDetailLines.call(text, width))
            + CallDetailLines.stack("from", details.userStack.line(in: .user), width)
            + CallDetailLines.stack("in", details.kernelStack.line(in: .kernel), width)
    }
}
