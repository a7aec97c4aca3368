import Capture
import Profile
import Exports
import TextReport

/// Reports as they come: one for each interval while the capture goes on, and the whole at the end.
///
/// What goes into a file is kept until the end, since the file is to appear when it is whole.
final class LiveReport {
    private let output: Output
    private let view: ViewOptions
    private let isJSON: Bool
    /// Not every call is measured.
    private let isSampled: Bool
    private let host = Host.current()
    private var kept: [UInt8] = []
    private var intervals: [Interval] = []
    private var isSeries = false
    private var failure: CommandError?

    init(_ output: consuming Output, view: ViewOptions, isJSON: Bool, isSampled: Bool = false) {
        self.output = output
        self.view = view
        self.isJSON = isJSON
        self.isSampled = isSampled
    }

    /// Shows one interval. An error does not end the capture: it is kept for ``finish(_:)``.
    func add(_ interval: Interval) {
        isSeries = true
        if view.grouping == .interval {
            intervals.append(interval)
            return
        }
        guard isJSON else {
            let options = view.textOptions(for: output)
            return show(TextReport.render(interval, on: host, isSampled: isSampled, options: options))
        }
        do { show(try JSONReport.render(interval, isSampled: isSampled)) } catch {
            failure = CommandError("An interval can't be encoded: \(error).")
        }
    }

    private func show(_ text: String) {
        guard failure == nil else { return }
        guard output.isStream else { return kept += text.utf8 }
        do throws(CommandError) { try output.finish(text) } catch { failure = error }
    }

    /// Shows the whole.
    func finish(_ profile: Profile) throws {
        if let failure { throw failure }
        var profile = profile
        profile.intervals = intervals
        // Documents of a series stand in one line each.
        let isPretty = output.isTerminal && !isSeries
        let text =
            isJSON
            ? try JSONReport.render(profile, pretty: isPretty) : TextReport.render(profile, options: view.textOptions(for: output))
        try output.finish(kept + text.utf8)
    }
}
