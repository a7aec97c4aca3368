import CallSelection
import ArgumentParser
import Profile
import Exports
import TextReport
import SyscallTable

struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Show saved profiles, or convert them for other tools.",
        usage: "syslat report [options] FILE…",
        discussion: """
            Reads what `syslat profile -o FILE` wrote, and merges several profiles into one report. Needs neither root nor BPF. \
            FILE can be - for standard input.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json, csv, hgrm, hlog, openmetrics, folded
    }

    @Argument(help: ArgumentHelp("Profiles to report.", valueName: "file"), completion: .file())
    var files: [String] = []

    @Option(help: "Format of the report.")
    var format = Format.text

    @Option(
        name: [.customShort("o"), .long],
        help: ArgumentHelp("Write the report to this file instead of standard output.", valueName: "file"), completion: .file())
    var output: String?

    @Option(
        name: [.customShort("e"), .long], parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Show only these calls, selected as in `syslat profile`.", valueName: "calls"))
    var syscalls: [String] = []

    @OptionGroup(title: "Text")
    var view: ViewOptions

    func validate() throws {
        guard !files.isEmpty else {
            throw ValidationError("Name a profile to report: syslat report FILE. `syslat profile -o FILE` writes one.")
        }
        _ = try Selecting.selection(syscalls)
    }

    func run() throws {
        let destination = try Output(path: output, option: "-o")
        var profiles: [Profile] = []
        for file in files { profiles.append(try ProfileFiles.read(file)) }
        var profile = profiles.dropFirst().reduce(profiles[0]) { $0.merged(with: $1) }
        if let selection = try Selecting.selection(syscalls) {
            profile.keepOnly(selection, named: syscalls.joined(separator: ","))
        }
        if view.grouping == .interval && profile.intervals.isEmpty {
            throw CommandError(
                "There is no time series to show: --by interval needs a single profile that "
                    + "`syslat profile --interval 1s -o FILE` made.", status: .usage)
        }
        try destination.finish(try render(profile, for: destination))
    }

    private func render(_ profile: Profile, for output: borrowing Output) throws -> String {
        switch format {
        case .text: TextReport.render(profile, options: view.textOptions(for: output))
        case .json: try JSONReport.render(profile, pretty: output.isTerminal)
        case .csv: CSVReport.render(profile, byInterval: view.grouping == .interval)
        case .hgrm: HgrmReport.render(profile)
        case .hlog: HlogReport.render(profile)
        case .openmetrics: OpenMetricsReport.render(profile)
        case .folded: FoldedReport.render(profile)
        }
    }
}

/// The value of `-e`, for every subcommand that has it.
enum Selecting {
    static func selection(_ expressions: [String]) throws -> SyscallSelection? {
        guard !expressions.isEmpty else { return nil }
        do {
            return try SyscallSelection(parsing: expressions, architecture: .current)
        } catch {
            throw ValidationError("-e: \(error)")
        }
    }
}

extension Profile {
    /// Drops all other calls. The balance stays the balance of the whole capture, and a note says so.
    mutating func keepOnly(_ selection: SyscallSelection, named name: String) {
        calls.removeAll { !selection.contains($0.id) }
        inFlight.removeAll { !selection.contains($0.id) }
        refused.removeAll { !selection.contains($0.id) }
        for index in processes.indices { processes[index].series.removeAll { !selection.contains($0.id) } }
        processes.removeAll { $0.series.isEmpty }
        for index in processes.indices { processes[index].distribution = nil }
        for index in intervals.indices {
            intervals[index].calls.removeAll { !selection.contains($0.id) }
            intervals[index].inFlight?.calls.removeAll { !selection.contains($0.id) }
        }
        vdso?.entered.removeAll { !selection.contains($0.id) }
        capture.selection = capture.selection.map { "\($0); of these \(name)" } ?? name
        capture.notes.append("Only \(name) is shown; the balance covers all calls in the profile.")
    }
}
