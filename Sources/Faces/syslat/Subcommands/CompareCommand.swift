import ArgumentParser
import Comparison
import FleetSamples
import Linux
import PlainText
import Profile
import Synchronization
import Exports
import HTMLReport
import TextReport
import Workload

struct CompareCommand: ParsableCommand {
    static let name = "compare"

    static let configuration = CommandConfiguration(
        commandName: name,
        abstract: "Compare profiles of two kernels and say what regressed.",
        usage: """
            syslat compare [options] BASE… -- NEW…
            syslat compare [options] --prometheus URL --base SELECTOR[@TIME] --new SELECTOR[@TIME]
            """,
        discussion: """
            Give each side profiles of several boots: of the same workload, or of the same service under the same load. The boot \
            is the unit: start with seven per side, taking turns. Files of one boot are averaged.

            Or give each side hosts of a fleet that Prometheus scrapes from `syslat serve`. The host is the unit then, and hosts that are on \
            both sides, before and after an upgrade, are each compared with themselves.

            Exit status: 0 if nothing gated regressed and every gated cell is decided, 1 if something regressed or the comparison \
            failed, 2 if a file or server can't be read or compared, 3 if a gated cell is undecided, 64 if the command line is wrong.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json, markdown, html
    }

    enum Inconclusive: String, ExpressibleByArgument, CaseIterable {
        case pass, fail
    }

    @Argument(help: ArgumentHelp("Profiles of the old kernel, or folders of them.", valueName: "base"), completion: .file())
    var base: [String] = []

    /// The files after the two dashes: see ``Arguments``.
    @Option(name: .customLong(Arguments.newSide), parsing: .singleValue, help: .hidden)
    var new: [String] = []

    @OptionGroup(title: "Fleet")
    var fleet: FleetOptions

    @OptionGroup(title: "Gate")
    var gate: GateOptions

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp(
            "Profiles of several boots of one kernel. Differences between halves of them count as noise and widen the margins.",
            valueName: "file"),
        completion: .file())
    var noise: [String] = []

    @Option(help: "Exit with 0 (pass) or 1 (fail) instead of 3 if a gated cell is undecided.")
    var inconclusive: Inconclusive?

    @Flag(help: "Accept profiles that lost more than 0.1 % of their calls.")
    var force = false

    @Option(help: "Format of the comparison.")
    var format = Format.text

    @Option(
        name: [.customShort("o"), .long],
        help: ArgumentHelp("Write the comparison to this file instead of standard output.", valueName: "file"), completion: .file())
    var output: String?

    func validate() throws {
        if fleet.prometheus != nil { return try checkFleet() }
        let missing = base.isEmpty ? "BASE" : new.isEmpty ? "NEW" : nil
        if let missing {
            let isSwallowed = base.isEmpty && !noise.isEmpty
            let swallowed = isSwallowed ? " --noise takes every file up to the next option: name the files of BASE first." : ""
            throw ValidationError(
                "\(missing) has no files. Name profiles of both kernels, separated by two dashes: "
                    + "syslat compare BASE… -- NEW…\(swallowed)")
        }
        if let option = new.first(where: { $0.hasPrefix("-") && $0 != "-" }) {
            throw ValidationError("Everything after -- is a file, even '\(option)'. Write options before BASE.")
        }
        if (base + new + noise + [gate.weights].compactMap { $0 }).count(where: { $0 == "-" }) > 1 {
            throw ValidationError("Standard input (-) can be read only once.")
        }
    }

    /// A server has no files.
    private func checkFleet() throws {
        if let file = (base + new).first {
            throw ValidationError("--prometheus gives both sides: leave out the file '\(file)', or compare files without a server.")
        }
        if !noise.isEmpty {
            throw ValidationError(
                "--noise takes files, which say nothing of a fleet's hosts. Leave it out: hosts of BASE show how hosts differ.")
        }
        if gate.weights != nil {
            throw ValidationError(
                "--weights is for profiles of `syslat bench`, not for a fleet, whose own calls are gated. Leave it out.")
        }
    }

    func run() throws {
        let destination = try Output(path: output, option: "-o")
        if format == .html { try ReportFormat.html.checkDestination(isTerminal: destination.isTerminal) }
        let comparison = try compare(destination)
        switch format {
        case .text:
            try destination.finish(TextReport.render(comparison, color: destination.wantsColor, width: destination.columns))
        case .json: try destination.finish(try JSONReport.render(comparison, pretty: destination.isTerminal))
        case .markdown: try destination.finish(MarkdownReport.render(comparison))
        case .html: try destination.finish(HTMLReport.render(comparison))
        }
        let status: ExitStatus? =
            switch (comparison.outcome, inconclusive) {
            case (.inconclusive, .pass): nil
            case (.inconclusive, .fail): .failure
            default: comparison.outcome.status
            }
        if let status { throw status.code }
    }

    private func compare(_ destination: borrowing Output) throws -> Comparison {
        if let samples = try fleet.samples() { return try samples.compare(options: gate.options(acceptsLosses: force)) }
        let (base, new) = (try ProfileFiles.inFolders(self.base), try ProfileFiles.inFolders(self.new))
        let noise = try ProfileFiles.inFolders(self.noise)
        for file in base + new + noise + (gate.weights.map { [$0] } ?? []) { try destination.checkIsApart(fromInput: file) }
        // The smallest input comes first: a mistake in it is found before all the others are read.
        let weights = try gate.rules.serviceWeights()
        let files = try ComparedFile.all(base + new + noise)
        let (old, others) = (files.prefix(base.count), files.dropFirst(base.count))
        return try Comparer.compare(
            base: Array(old), new: Array(others.prefix(new.count)), noise: Array(others.dropFirst(new.count)),
            options: gate.options(acceptsLosses: force, weights: weights))
    }
}

extension Comparison.Outcome {
    /// nil for success.
    var status: ExitStatus? {
        switch self {
        case .passed: nil
        case .regressed: .failure
        case .inconclusive: .undecided
        }
    }
}

extension ComparedFile {
    /// Reads a profile that was named on the command line.
    init(_ path: String) throws { self.init(path: ExactText.shown(path), profile: try ProfileFiles.read(path)) }

    /// Reads many, on all CPUs. Errors: that of the first file that has one.
    static func all(_ paths: [String]) throws -> [ComparedFile] {
        let state = Mutex((next: 0, read: [Int: Result<ComparedFile, any Error>]()))
        Threads.run(min(WorkloadBench.cpuCount, paths.count)) {
            while let place = state.withLock({ state in
                state.next += 1
                return state.next <= paths.count ? state.next - 1 : nil
            }) {
                let result = Result { try ComparedFile(paths[place]) }
                state.withLock { $0.read[place] = result }
            }
        }
        let read = state.withLock { $0.read }
        return try paths.indices.compactMap { try read[$0]?.get() }
    }
}
