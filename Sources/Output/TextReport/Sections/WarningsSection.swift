import PlainText
import Presentation
import Profile

/// What the reader must know before trusting the figures, each marked `warning:`.
enum WarningsSection {
    private static let mark = "warning:"

    static func lines(_ context: ReportContext) -> [String] {
        Warning.all(of: context.profile).flatMap { warning in
            lines(warning.sentence, warning.severity == .problem ? .red : .yellow, context.style, context.width)
        }
    }

    /// One sentence, marked.
    static func lines(_ sentence: String, _ emphasis: TextStyle.Emphasis, _ style: TextStyle, _ width: Int) -> [String] {
        var lines = DisplayText.wrapped("\(mark) \(PlainText.line(sentence))", to: width, hanging: 2)
        lines[0] = style.apply(emphasis, mark) + lines[0].dropFirst(mark.count)
        return lines
    }
}
