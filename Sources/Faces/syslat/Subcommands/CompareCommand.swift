import ArgumentParser
import Comparison
import Profile
import Exports
import TextReport

struct CompareCommand: ParsableCommand {
    static let name = "compare"

    static let configuration = CommandConfiguration(
        commandName: name,
        abstract: "Compare profiles of two kernels, and say what regressed.",
        usage: "syslat compare [options] BASE… -- NEW…",
        discussion: """
            Each side is profiles of several boots: of the same workload, or of the same service under the same load. The boot \
            is the unit: seven on each side, taking turns, are a good start. Files of one boot are averaged.

            Exit status: 0 if nothing in the gate regressed and all of it was decided, 1 if something regressed or the command failed, \
            2 for files that can't be read or compared, 3 if it could not be decided, 64 for a wrong command line.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json, markdown
    }

    enum Inconclusive: String, ExpressibleByArgument, CaseIterable {
        case pass, fail
    }

    @Argument(help: ArgumentHelp("The profiles of the old kernel.", valueName: "base"), completion: .file())
    var base: [String] = []

    /// What stands after the two dashes: see ``Arguments``.
    @Option(name: .customLong(Arguments.newSide), parsing: .singleValue, help: .hidden)
    var new: [String] = []

    @OptionGroup(title: "Gate")
    var gate: GateOptions

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Profiles of several boots of one kernel: what their halves differ by does not matter either.", valueName: "file"),
        completion: .file())
    var noise: [String] = []

    @Option(help: "What to make of what could not be decided: exit 0 or 1 instead of 3.")
    var inconclusive: Inconclusive?

    @Flag(help: "Compare also profiles that lost more than 0.1 % of the calls.")
    var force = false

    @Option(help: "How to write the comparison.")
    var format = Format.text

    @Option(
        name: [.customShort("o"), .long],
        help: ArgumentHelp("Write the comparison to a file instead of standard output.", valueName: "file"), completion: .file())
    var output: String?

    func validate() throws {
        let missing = base.isEmpty ? "BASE" : new.isEmpty ? "NEW" : nil
        if let missing {
            let isSwallowed = base.isEmpty && !noise.isEmpty
            let swallowed = isSwallowed ? " --noise takes all files up to the next option: write it last before --." : ""
            throw ValidationError(
                "\(missing) has no files. Name profiles of both kernels, with two dashes between: "
                    + "syslat compare BASE… -- NEW…\(swallowed)")
        }
        if let option = new.first(where: { $0.hasPrefix("-") && $0 != "-" }) {
            throw ValidationError("What stands after -- is a file, also '\(option)'. Write options before BASE.")
        }
        if (base + new + noise).count(where: { $0 == "-" }) > 1 {
            throw ValidationError("Standard input (-) can be read once only.")
        }
    }

    func run() throws {
        let destination = try Output(path: output, option: "-o")
        let comparison = try Comparer.compare(
            base: try files(base), new: try files(new), noise: try files(noise), options: gate.options(acceptsLosses: force))
        let text =
            switch format {
            case .text: TextReport.render(comparison, color: destination.wantsColor, width: destination.columns)
            case .json: try JSONReport.render(comparison, pretty: destination.isTerminal)
            case .markdown: MarkdownReport.render(comparison)
            }
        try destination.finish(text)
        if let status = status(comparison.outcome) { throw status.code }
    }

    private func files(_ paths: [String]) throws -> [ComparedFile] {
        try paths.map { ComparedFile(path: $0, profile: try ProfileFiles.read($0)) }
    }

    /// nil for success.
    private func status(_ outcome: Comparison.Outcome) -> ExitStatus? {
        switch (outcome, inconclusive) {
        case (.passed, _), (.inconclusive, .pass): nil
        case (.regressed, _), (.inconclusive, .fail): .failure
        case (.inconclusive, nil): .undecided
        }
    }
}
