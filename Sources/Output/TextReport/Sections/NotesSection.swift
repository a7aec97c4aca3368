import PlainText
import Presentation
import Profile
import SyscallTable

/// How far the figures can be trusted, and what a column means that isn't obvious.
enum NotesSection {
    private static let time =
        "\(LatencyTable.timeTitle) is the share of the time, in percent, in calls that ran, were preempted, and blocked (slept). "
        + "The time of blocked calls is mostly waiting, not work in the kernel."
    private static let slept = "\(LatencyTable.sleptTitle) is the share of the calls that blocked."

    private static let requests =
        "A request to io_uring ran if the thread that submitted it completed it before it left the CPU, and blocked if it completed later or "
        + "elsewhere."

    private static let files =
        "By file, P50 to MAX are right to 12.5 %. \(CallGroups.Kind.file.nameOfRest): calls that are on no descriptor, or that closed it."

    private static let otherFiles =
        "\(CallGroups.Kind.file.nameOfOthers): those that had the least time whenever there were too many for rows of their own. One that was "
        + "among them and got a row again has only its calls since there."

    private static let weak =
        "\(Table.weak) marks a figure that rests on fewer than \(Threshold.fewestCalls) measured calls. MAX is that of the measured calls: one "
        + "that took longer may have been among the others."

    /// Why rows with more time are below others, where they are.
    private static func orderNote(_ context: ReportContext) -> String? {
        guard context.options.sort == .active else { return nil }
        switch context.options.grouping {
        case .call: return OrderNote.ofCalls(context.callRows).map { "\($0); --sort total goes by time alone." }
        case .interval: return nil
        case .process, .thread, .comm, .cgroup, .file:
            return OrderNote.ofGroups(calls: context.callRows).map { "\($0); --sort total goes by all of it." }
        }
    }

    /// - Parameter titles: the titles of the table, where there is one.
    static func lines(_ context: ReportContext, titles: String) -> [String] {
        let isMixed = context.callRows.contains { $0.blocked > 0 || $0.times.preempted > 0 }
        var columns = [(LatencyTable.timeTitle, time), (LatencyTable.sleptTitle, slept)]
            .filter { isMixed && titles.contains($0.0) }.map(\.1)
        if !columns.isEmpty, context.profile.calls.contains(where: { $0.id.abi == .ioUring }) { columns.append(requests) }
        if context.callRows.contains(where: { $0.figures != nil && $0.isWeak(0) }) { columns.append(weak) }
        if let note = orderNote(context) { columns.append(note) }
        if context.options.grouping == .file {
            columns.append(files)
            if context.profile.groups(by: .file).groups.contains(where: { $0.key == .others }) { columns.append(otherFiles) }
        }
        return (columns + Notes.sentences(on: context.profile)).flatMap {
            DisplayText.wrapped(PlainText.line($0), to: context.width, hanging: 2)
        }
    }
}
