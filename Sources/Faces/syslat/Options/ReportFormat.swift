import ArgumentParser
import Presentation

/// The format of a report of a profile.
enum ReportFormat: String, ExpressibleByArgument, CaseIterable {
    case text, json, csv, hgrm, hlog, openmetrics, prometheus, folded, pprof, html

    /// Why it can't break the calls down so; nil if it can.
    func objection(to grouping: Grouping) -> String? {
        switch (self, grouping) {
        case (_, .call), (.text, _), (.json, _), (.csv, _), (.hlog, .interval), (.openmetrics, .process), (.prometheus, .process),
            (.folded, .process), (.pprof, .process):
            nil
        case (.html, .thread), (.html, .comm), (.html, .cgroup), (.html, .file): nil
        case (.openmetrics, .interval), (.prometheus, .interval): "an exposition is of one moment"
        case (.openmetrics, _), (.prometheus, _): "it has series for each call or process"
        case (.folded, _): "a stack is a process, a call and an outcome"
        case (.pprof, _): "a sample is a stack with the name of its process"
        case (.hgrm, _): "it has one block of percentiles for each call"
        case (.html, _): "its page has calls, processes and intervals beside each other"
        case (.hlog, _): "it has lines for each call and outcome"
        }
    }

    /// Whether it is metrics.
    var isExposition: Bool { self == .openmetrics || self == .prometheus }

    /// Whether it shows stacks of programs, where a profile has any.
    var hasStacks: Bool { [.text, .json, .folded, .pprof, .html].contains(self) }

    /// Whether it is no text.
    var isBinary: Bool { self == .pprof }

    /// Refuses to fill a terminal with what is for another program.
    func checkDestination(isTerminal: Bool) throws(CommandError) {
        guard isTerminal else { return }
        if isBinary {
            throw CommandError("\(rawValue) is no text, and would go to a terminal. Name a file: -o slow.pb.gz", status: .usage)
        }
        if self == .html {
            throw CommandError("html is for a browser, and would go to a terminal. Name a file to open there.", status: .usage)
        }
    }

    static func listing(_ isIncluded: (ReportFormat) -> Bool) -> String {
        let names = allCases.filter(isIncluded).map(\.rawValue)
        return names.count < 2 ? names.joined() : names.dropLast().joined(separator: ", ") + " or " + names[names.count - 1]
    }
}
