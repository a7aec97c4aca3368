import PlainText
import Presentation
import LatencyHistogram
import Profile
import SyscallTable

/// The drawings of the distributions that were asked for.
enum DistributionSection {
    /// A block of lines for each call.
    static func blocks(_ context: ReportContext) -> [[String]] {
        let calls = context.calls
        switch context.options.histograms {
        case .none: return []
        case .all: return calls.prefix(context.shown(of: calls.count)).map { block($0, context) }
        case .named(let names):
            let found = calls.filter { call in names.contains { call.id.isNamed($0, on: context.profile.host) } }
            let missing = names.filter { name in !found.contains { $0.id.isNamed(name, on: context.profile.host) } }
            let notes = missing.map { "No call of \(PlainText.line($0)) completed: no distribution to show." }
            return found.map { block($0, context) } + notes.map { DisplayText.wrapped($0, to: context.width) }
        }
    }

    private static func block(_ call: CallProfile, _ context: ReportContext) -> [String] {
        let drawing = DistributionDrawing(
            call, style: context.style, width: context.width, mostRows: context.options.histogramRows)
        let total = HumanFormat.duration(nanoseconds: call.distribution.sum)
        let summary = ": \(HumanFormat.count(call.calls, "call", "calls")), \(total) in total"
        let name = PlainText.line(call.id.label(on: context.profile.host))
        let title = DisplayText.truncated(name, to: context.width - DisplayText.width(summary))
        return [context.style.bold(title) + summary] + drawing.legend + drawing.rows
    }
}
