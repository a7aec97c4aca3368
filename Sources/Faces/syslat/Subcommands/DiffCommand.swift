import ArgumentParser
import Comparison
import Exports
import HTMLReport
import Profile
import TextReport

struct DiffCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Show what changed between two profiles of one service.",
        usage: "syslat diff [options] BEFORE AFTER",
        discussion: """
            Ranks calls by their part in the whole change: an hour ago and now, before and after a deployment. Where both profiles have \
            a time series (`syslat profile --interval`), the range of its intervals stands beside each figure. It describes; whether a \
            kernel is slower, `syslat compare` decides from several boots.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json, markdown, html
    }

    @Argument(help: ArgumentHelp("The earlier profile, or - for standard input.", valueName: "before"), completion: .file())
    var before: String

    @Argument(help: ArgumentHelp("The later profile.", valueName: "after"), completion: .file())
    var after: String

    @Option(
        help: ArgumentHelp(
            "Rank by the change in time: all of it, that of calls that ran (oncpu), or in calls or errors.", valueName: "key")
    )
    var sort = DiffKey.time

    @Option(parsing: .unconditional, help: ArgumentHelp("Show the first n calls. JSON has all.", valueName: "n"))
    var top = 10

    @Option(help: "Format of the output.")
    var format = Format.text

    @Option(
        name: [.customShort("o"), .long],
        help: ArgumentHelp("Write to this file instead of standard output.", valueName: "file"), completion: .file())
    var output: String?

    func validate() throws {
        guard (1...100_000).contains(top) else {
            throw ValidationError("--top \(top) is out of range: give a number from 1 to 100000.")
        }
        if before == Output.standardStream, after == Output.standardStream {
            throw ValidationError("Standard input (-) can be read only once.")
        }
    }

    func run() throws {
        let destination = try Output(path: output, option: "-o")
        if format == .html { try ReportFormat.html.checkDestination(isTerminal: destination.isTerminal) }
        for file in [before, after] { try destination.checkIsApart(fromInput: file) }
        let (first, second) = (try ComparedFile(before), try ComparedFile(after))
        let diff = try ProfileDiff(before: first, after: second, key: sort)
        let arch = first.profile.host.arch
        switch format {
        case .text:
            try destination.finish(
                TextReport.render(diff, arch: arch, top: top, color: destination.wantsColor, width: destination.columns))
        case .json: try destination.finish(try JSONReport.render(diff, arch: arch, pretty: destination.isTerminal))
        case .markdown: try destination.finish(MarkdownReport.render(diff, arch: arch, top: top))
        case .html: try destination.finish(HTMLReport.render(diff, arch: arch, top: top))
        }
    }
}

extension DiffKey: ExpressibleByArgument {}
