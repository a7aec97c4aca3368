import LatencyHistogram
import Profile

/// What the reader must know before trusting the figures, each marked `warning:`.
enum WarningsSection {
    private static let mark = "warning:"

    static func lines(_ context: ReportContext) -> [String] {
        let balance = context.profile.balance
        let problems = [unbalanced(balance), lost(balance)].compactMap { $0 }
        let cautions = [overflowed(balance)].compactMap { $0 } + context.profile.capture.remarks
        return problems.flatMap { lines($0, .red, context.style, context.width) }
            + cautions.flatMap { lines($0, .yellow, context.style, context.width) }
    }

    /// One sentence, marked.
    static func lines(_ sentence: String, _ emphasis: TextStyle.Emphasis, _ style: TextStyle, _ width: Int) -> [String] {
        var lines = DisplayText.wrapped("\(mark) \(DisplayText.sanitized(sentence))", to: width, hanging: 2)
        lines[0] = style.apply(emphasis, mark) + lines[0].dropFirst(mark.count)
        return lines
    }

    private static func unbalanced(_ balance: Balance) -> String? {
        guard !balance.closes else { return nil }
        let entered = HumanFormat.count(balance.entered, "call was", "calls were")
        return "the balance does not close: \(entered) entered, but what became of them adds up to another number. Some were "
            + "counted twice or not at all; please report this as a bug of syslat."
    }

    private static func lost(_ balance: Balance) -> String? {
        guard balance.lost > 0 else { return nil }
        let lost = HumanFormat.count(balance.lost, "call was", "calls were")
        let share = HumanFormat.percentage(balance.lost, of: balance.entered)
        let causes = balance.lostByCause.filter { $0.value > 0 }
            .sorted { ($1.value, $0.key.rawValue) < ($0.value, $1.key.rawValue) }
            .map { "\($0.key.sentence) (\(HumanFormat.count($0.value)))" }
        return "\(lost) lost, \(share) of those entered: \(causes.joined(separator: "; ")). They are in no row above."
    }

    private static func overflowed(_ balance: Balance) -> String? {
        guard balance.overflowed > 0 else { return nil }
        let overflowed = HumanFormat.count(balance.overflowed, "call was", "calls were")
        let share = HumanFormat.percentage(balance.overflowed, of: balance.completed)
        return
            "\(overflowed) counted in the kernel's overflow histograms, \(share) of those completed: their latency is coarser "
            + "(12.5 %) and their process is missing; their errors are kept."
    }
}
