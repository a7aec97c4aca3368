import Presentation
import Profile

/// How far the figures can be trusted, and what a column means that isn't obvious.
enum NotesSection {
    private static let blocked =
        "BLOCKED% is the share of calls that slept; their time is mostly waiting, not work in the kernel."

    static func lines(_ context: ReportContext) -> [String] {
        let columns = context.callRows.contains { $0.blocked > 0 } ? [blocked] : []
        return (columns + Notes.sentences(on: context.profile)).flatMap {
            DisplayText.wrapped(SafeText.sanitized($0), to: context.width, hanging: 2)
        }
    }
}
