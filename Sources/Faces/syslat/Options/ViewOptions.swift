import ArgumentParser
package import Presentation
package import TextReport

/// What a text report shows.
struct ViewOptions: ParsableArguments {
    @Option(name: .customLong("by"), help: "Give each of these a row.")
    var grouping = TextReport.Grouping.call

    @Option(help: "Sort by this column.")
    var sort = SortKey.total

    @Option(parsing: .unconditional, help: ArgumentHelp("Show only the first n rows.", valueName: "n"))
    var top: Int?

    @Flag(
        name: .customLong("histogram"),
        help: "Draw the distribution of every call, or with --histogram=read,write of these calls only.")
    var drawsHistograms = false

    @Option(name: .customLong("histogram-of"), help: .hidden)
    var histogramNames: String?

    func validate() throws {
        if let top, top < 1 { throw ValidationError("--top \(top) shows nothing: give 1 or more.") }
        if let names = histogramNames, names.split(separator: ",").isEmpty {
            throw ValidationError("--histogram= names no call: write --histogram=read,write, or --histogram for all.")
        }
    }

    /// The options for a destination, which knows about colours and columns.
    func textOptions(for output: borrowing Output) -> TextReport.Options {
        TextReport.Options(
            sort: sort, top: top, grouping: grouping, histograms: histograms, color: output.wantsColor, width: output.columns)
    }

    private var histograms: TextReport.HistogramSelection {
        if let histogramNames { return .named(histogramNames.split(separator: ",").map(String.init)) }
        return drawsHistograms ? .all : .none
    }
}

extension SortKey: ExpressibleByArgument {}
extension TextReport.Grouping: ExpressibleByArgument {}
