import Presentation
import Profile

/// How far the figures can be trusted, and what a column means that isn't obvious.
enum NotesSection {
    private static let time =
        "\(LatencyTable.timeTitle) is the share of the time, in percent, in calls that ran, were preempted, and blocked (slept). "
        + "The time of blocked calls is mostly waiting, not work in the kernel."
    private static let slept = "\(LatencyTable.sleptTitle) is the share of the calls that blocked."

    /// - Parameter titles: the titles of the table, where there is one.
    static func lines(_ context: ReportContext, titles: String) -> [String] {
        let isMixed = context.callRows.contains { $0.blocked > 0 || $0.times.preempted > 0 }
        let columns = [(LatencyTable.timeTitle, time), (LatencyTable.sleptTitle, slept)]
            .filter { isMixed && titles.contains($0.0) }.map(\.1)
        return (columns + Notes.sentences(on: context.profile)).flatMap {
            DisplayText.wrapped(SafeText.sanitized($0), to: context.width, hanging: 2)
        }
    }
}
