import Presentation
import Profile

/// How far the figures can be trusted, and what a column means that isn't obvious.
enum NotesSection {
    private static let blocked =
        "BLOCKED% is the share of calls that slept; their time is mostly waiting, not work in the kernel."

    private static let weak =
        "\(Table.weak) marks a figure that rests on fewer than \(Threshold.fewestCalls) measured calls. MAX is that of the measured calls: one "
        + "that took longer may have been among the others."

    static func lines(_ context: ReportContext) -> [String] {
        let columns =
            (context.callRows.contains { $0.blocked > 0 } ? [blocked] : [])
            + (context.callRows.contains { $0.figures != nil && $0.isWeak(0) } ? [weak] : [])
        return (columns + Notes.sentences(on: context.profile)).flatMap {
            DisplayText.wrapped(SafeText.sanitized($0), to: context.width, hanging: 2)
        }
    }
}
