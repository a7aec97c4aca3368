import ArgumentParser
package import Presentation
package import TextReport

/// What a text report shows.
struct ViewOptions: ParsableArguments {
    @Option(name: .customLong("by"), help: "What a row of the table is.")
    var grouping = TextReport.Grouping.call

    @Option(help: "Which column to sort by.")
    var sort = SortKey.total

    @Option(parsing: .unconditional, help: ArgumentHelp("Show only the first rows.", valueName: "n"))
    var top: Int?

    @Flag(name: .customLong("histogram"), help: "Draw the distribution of every call; --histogram=read,write of these only.")
    var drawsHistograms = false

    @Option(name: .customLong("histogram-of"), help: .hidden)
    var histogramNames: String?

    func validate() throws {
        if let top, top < 1 { throw ValidationError("--top \(top) shows nothing: give a number from 1 on.") }
        if let names = histogramNames, names.split(separator: ",").isEmpty {
            throw ValidationError("--histogram= names no call: write --histogram=read,write, or --histogram for all.")
        }
    }

    /// For a destination: only it knows of colours and columns.
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
