import ArgumentParser
import Presentation
import TextReport

/// What a report shows.
struct ViewOptions: ParsableArguments {
    @Option(name: .customLong("by"), help: "Give each of these a row.")
    var grouping = Grouping.call

    @Option(
        help: """
            Sort by this column, by the total time outside idle waits (active), or by time on a CPU (oncpu); text only (default: active).
            """)
    var sort: SortKey?

    @Option(parsing: .unconditional, help: ArgumentHelp("Show only the first n rows; text only.", valueName: "n"))
    var top: Int?

    @Flag(
        name: .customLong("histogram"),
        help: "Draw the distribution of every call, or with --histogram=read,write of these calls only; text only.")
    var drawsHistograms = false

    @Option(name: .customLong("histogram-of"), help: .hidden)
    var histogramNames: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Draw distributions as finely as n rows allow (default: 24); of every call, unless --histogram names some.",
            valueName: "n"))
    var histogramRows: Int?

    @Flag(help: "Add the buckets of every distribution; json and csv only.")
    var buckets = false

    func validate() throws {
        if let top, top < 1 { throw ValidationError("--top \(top) shows nothing: give 1 or more.") }
        try checkHistograms()
    }

    private func checkHistograms() throws {
        let limits = TextReport.histogramRowLimits
        if let histogramRows, !limits.contains(histogramRows) {
            throw ValidationError(
                "--histogram-rows \(histogramRows) is out of range: give a number from \(limits.lowerBound) to \(limits.upperBound)."
            )
        }
        if let names = histogramNames, names.split(separator: ",").isEmpty {
            throw ValidationError("--histogram= names no call: write --histogram=read,write, or --histogram for all.")
        }
    }

    /// Refuses what a format can't show: nothing that was asked for is left out in silence.
    func check(for format: ReportFormat) throws {
        if let objection = format.objection(to: grouping) {
            let others = ReportFormat.listing { $0.objection(to: grouping) == nil }
            throw ValidationError(
                "--by \(grouping.rawValue) can't be shown in \(format.rawValue): \(objection). These can: --format \(others).")
        }
        let textOnly = [
            (sort != nil, "--sort"), (top != nil, "--top"), (drawsHistograms || histogramNames != nil, "--histogram"),
            (histogramRows != nil, "--histogram-rows"),
        ]
        if format != .text, let (_, option) = textOnly.first(where: \.0) {
            throw ValidationError(
                "\(option) shapes the text report; \(format.rawValue) always has everything. Drop \(option) or --format.")
        }
        if buckets && format != .json && format != .csv {
            let instead = format == .text ? "; in text, --histogram draws distributions" : ""
            throw ValidationError("--buckets goes with --format json or csv, not \(format.rawValue)\(instead).")
        }
    }

    /// The options for a destination, which knows about colours and columns.
    func textOptions(for output: borrowing Output) -> TextReport.Options {
        TextReport.Options(
            sort: sort ?? .active, top: top, grouping: grouping, histograms: histograms,
            histogramRows: histogramRows ?? 24, color: output.wantsColor, width: output.columns)
    }

    private var histograms: TextReport.HistogramSelection {
        if let histogramNames { return .named(histogramNames.split(separator: ",").map(String.init)) }
        return drawsHistograms || histogramRows != nil ? .all : .none
    }
}

extension SortKey: ExpressibleByArgument {}
extension Grouping: ExpressibleByArgument {}
