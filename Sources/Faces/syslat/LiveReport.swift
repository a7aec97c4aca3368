import Capture
import Presentation
import Profile
import Exports
import HTMLReport
import TextReport

/// Writes a report of each interval, during the capture or from a file, and the whole report at the end.
///
/// A file gets its name only when it is whole, so its text is kept until the end.
final class LiveReport {
    let output: Output
    private let view: ViewOptions
    private let isJSON: Bool
    /// One page at the end, with the intervals in it.
    private let isPage: Bool
    /// Only some calls are measured.
    private let isSampled: Bool
    private let host: Host
    /// The reports of intervals.
    private var shown = Backlog()
    private var intervals: [Interval] = []
    /// A document for each interval stands before the last one.
    private var isSeries = false

    init(
        _ output: consuming Output, view: ViewOptions, isJSON: Bool, isPage: Bool = false, isSampled: Bool = false,
        host: Host = .current()
    ) {
        self.output = output
        self.view = view
        self.isJSON = isJSON
        self.isPage = isPage
        self.isSampled = isSampled
        self.host = host
    }

    /// Shows an interval. An error doesn't end the capture; ``finish(_:)`` throws it.
    func add(_ interval: Interval) {
        if view.grouping == .interval || isPage {
            intervals.append(interval)
            return
        }
        isSeries = true
        guard isJSON else {
            let options = view.textOptions(for: output)
            return show(TextReport.render(interval, on: host, isSampled: isSampled, options: options))
        }
        do { show(try JSONReport.render(interval, on: host, isSampled: isSampled, withBuckets: view.buckets)) } catch {
            shown.failure = CommandError("Can't encode an interval: \(error).")
        }
    }

    private func show(_ text: String) { shown.add(Array(text.utf8), to: output) }

    /// Nobody reads what it shows any more.
    var hasLostItsReader: Bool { shown.failure?.isBrokenPipe == true }

    /// Shows the whole report.
    /// - Parameter isOnlyCopy: nothing else keeps what was captured. If the report can't go where it should, it goes to standard output.
    func finish(_ profile: Profile, isOnlyCopy: Bool = false) throws {
        let text = try bytes(of: profile)
        do {
            if let failure = shown.failure { throw failure }
            try output.finish(shown.bytes + text)
        } catch let error as CommandError {
            // What a reader has begun to take of the intervals is no use without its beginning.
            let rest = output.isStream ? text : shown.bytes + text
            guard isOnlyCopy, !output.isStandardOutput, (try? Output(path: nil).finish(rest)) != nil else {
                throw error
            }
            throw CommandError("\(error) The report is on standard output instead.")
        }
    }

    private func bytes(of profile: Profile) throws -> [UInt8] {
        var profile = profile
        profile.intervals = intervals
        if shown.omitted > 0 {
            profile.capture.warnings.append("\(shown.omitted) intervals are not shown: the reader of the report took nothing.")
        }
        if isPage { return HTMLReport.render(profile) }
        // In a series, each document is one line.
        let isPretty = output.isTerminal && !isSeries
        let text =
            isJSON
            ? try JSONReport.render(profile, by: view.grouping, withBuckets: view.buckets, pretty: isPretty)
            : TextReport.render(profile, options: view.textOptions(for: output))
        return Array(text.utf8)
    }
}
