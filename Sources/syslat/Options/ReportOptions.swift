public import ArgumentParser
public import Rendering

/// What the report looks like.
struct ReportOptions: ParsableArguments {
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json
    }

    enum Grouping: String, ExpressibleByArgument, CaseIterable {
        case call, process
    }

    @Option(help: "How to write the report.")
    var format = Format.text

    @Option(help: ArgumentHelp("Write the report to a file instead of standard output.", valueName: "file"))
    var report: String?

    @Option(name: .customLong("by"), help: "What a row of the table is.")
    var grouping = Grouping.call

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
}

extension SortKey: ExpressibleByArgument {}
