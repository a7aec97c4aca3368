import CallSelection
import ArgumentParser
import FlightRecorder
import Presentation
import Profile
import Exports
import HTMLReport
import TextReport
import SyscallTable

struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Show saved profiles, or convert them for other tools.",
        usage: "syslat report [options] FILE…",
        discussion: """
            Reads what `syslat profile -o FILE` wrote, and merges several profiles into one report. Needs neither root nor BPF. \
            FILE can be - for standard input, or the folder of `syslat record`: the segments in it are one time series.
            """)

    @Argument(help: ArgumentHelp("Profiles to report.", valueName: "file"), completion: .file())
    var files: [String] = []

    @Option(help: "Format of the report.")
    var format = ReportFormat.text

    @Option(
        help: ArgumentHelp("Draw the distribution of one call as a picture (SVG) instead of a report.", valueName: "call"))
    var plot: String?

    @Flag(
        help: "Give each value the time of the capture's end, to fill a server with old profiles; openmetrics and prometheus only.")
    var timestamps = false

    @Flag(help: "Show the files beside each other instead of merged; html only.")
    var overlay = false

    @Option(
        name: [.customShort("o"), .long],
        help: ArgumentHelp("Write the report to this file instead of standard output.", valueName: "file"), completion: .file())
    var output: String?

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            """
            Name functions of saved stacks that have no names, from debug files or binaries below this folder, by build-id; may be \
            repeated. Then those of this host are looked at too. /usr/lib/debug has the system's.
            """, valueName: "dir"), completion: .directory)
    var debugDir: [String] = []

    @Option(
        name: [.customShort("e"), .long], parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Show only these calls, selected as in `syslat profile`.", valueName: "calls"))
    var syscalls: [String] = []

    @Flag(help: "Report each interval of a time series first, as `syslat profile --interval` does.")
    var eachInterval = false

    @OptionGroup(title: "Report")
    var view: ViewOptions

    func validate() throws {
        guard !files.isEmpty else {
            throw ValidationError("Name a profile to report: syslat report FILE. `syslat profile -o FILE` writes one.")
        }
        if let plot, format != .text || eachInterval || overlay {
            let other = overlay ? "--overlay" : eachInterval ? "--each-interval" : "--format \(format.rawValue)"
            throw ValidationError("--plot \(plot) makes a picture of one call, and \(other) a report. Keep one.")
        }
        try view.check(for: plot == nil ? format : .html)
        if overlay && format != .html {
            throw ValidationError("--overlay shows files beside each other on a page: add --format html.")
        }
        if timestamps && !format.isExposition {
            throw ValidationError(
                "--timestamps goes with --format openmetrics or prometheus: other formats say when by themselves.")
        }
        if eachInterval && view.grouping == .interval {
            throw ValidationError("--each-interval and --by interval show the same intervals in two ways. Keep one.")
        }
        if eachInterval && format != .text && format != .json {
            throw ValidationError("--each-interval goes with --format text or json; csv and hlog have --by interval.")
        }
        _ = try Selecting.selection(syscalls)
        if !debugDir.isEmpty, plot != nil || !format.hasStacks {
            throw ValidationError(
                "--debug-dir names functions of stacks, and \(plot == nil ? format.rawValue : "--plot") shows none. "
                    + "These do: --format \(ReportFormat.listing(\.hasStacks)).")
        }
    }

    func run() throws {
        let destination = try Output(path: output, option: "-o")
        if plot != nil, destination.isTerminal {
            throw CommandError("A plot is a picture (SVG), and would go to a terminal. Name a file: -o read.svg", status: .usage)
        }
        try format.checkDestination(isTerminal: destination.isTerminal)
        for file in files { try destination.checkIsApart(fromInput: file) }
        try DebugNames.check(debugDir)
        var profiles: [Profile] = []
        for file in files {
            if let error = MistakenProcess.error(file, watching: false) { throw error }
            profiles.append(try ProfileFiles.read(file))
        }
        if overlay {
            if !debugDir.isEmpty {
                for index in profiles.indices { DebugNames.name(&profiles[index], from: debugDir) }
            }
            return try destination.finish(try page(overlaying: profiles))
        }
        guard var profile = profiles.joined() else { return }
        profile.capture.warnings += ProfileFiles.repeatedCaptures(profiles, files)
        if let selection = try Selecting.selection(syscalls) {
            profile.keepOnly(selection, named: syscalls.joined(separator: ","))
        }
        if !debugDir.isEmpty { DebugNames.name(&profile, from: debugDir) }
        try check(profile)
        if view.grouping.groups != nil, !syscalls.isEmpty {
            profile.capture.notes.append(
                "Percentiles by \(view.grouping.rawValue) cover all calls of a \(view.grouping.nouns.one), so they are left out here: "
                    + "`syslat profile -e CALLS --by \(view.grouping.rawValue) -o FILE` records those of some calls.")
        }
        if view.grouping == .process { profile.noteMissingPercentiles(isSelection: !syscalls.isEmpty) }
        if let plot {
            guard let picture = HTMLReport.plot(plot, of: profile) else {
                throw CommandError(
                    "No call named \(plot) completed, so there is nothing to draw. `syslat report` without --plot lists the calls.",
                    status: .usage)
            }
            return try destination.finish(picture)
        }
        guard eachInterval else { return try destination.finish(try render(profile, for: destination)) }
        let isSampled = profile.capture.sampling != nil
        let report = LiveReport(destination, view: view, isJSON: format == .json, isSampled: isSampled, host: profile.host)
        for interval in profile.intervals { report.add(interval) }
        try report.finish(profile)
    }

    /// Refuses what the profile doesn't have.
    private func check(_ profile: Profile) throws {
        if profile.intervals.isEmpty,
            let option = eachInterval ? "--each-interval" : view.grouping == .interval ? "--by interval" : nil
        {
            throw CommandError(
                "There is no time series to show: \(option) needs a single profile that "
                    + "`syslat profile --interval 1s -o FILE` made.", status: .usage)
        }
        if view.grouping == .process && view.buckets && format == .csv && profile.processesWithoutDistribution > 0 {
            throw CommandError(
                "There are no buckets by process to show, or not of all processes. Record them with "
                    + "`syslat profile --by process -o FILE`, and select calls there instead of here.", status: .usage)
        }
        if let kind = view.grouping.groups, profile.groups?.kind != kind {
            throw CommandError(
                "This profile doesn't have its calls by \(kind.rawValue)\(profile.groups.map { ", but by \($0.kind.rawValue)" } ?? ""). "
                    + "Record them: `syslat profile --by \(kind.rawValue) -o FILE`.", status: .usage)
        }
        if let groups = profile.groups, view.grouping.groups == groups.kind, view.buckets, format == .csv,
            groups.groups.contains(where: { $0.distribution == nil })
        {
            throw CommandError(
                "There are no buckets by \(groups.kind.rawValue) of some calls only: select calls when you record, with "
                    + "`syslat profile -e CALLS --by \(groups.kind.rawValue) -o FILE`.", status: .usage)
        }
        if format == .pprof && profile.slowCalls == nil {
            throw CommandError(
                "There are no slow calls to show in pprof: `syslat profile --slowest 100 --stacks user -o FILE` keeps some with their "
                    + "stacks.", status: .usage)
        }
    }

    private func render(_ profile: Profile, for output: borrowing Output) throws -> [UInt8] {
        func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
        return switch format {
        case .text: bytes(TextReport.render(profile, options: view.textOptions(for: output)))
        case .json:
            bytes(try JSONReport.render(profile, by: view.grouping, withBuckets: view.buckets, pretty: output.isTerminal))
        case .csv: bytes(CSVReport.render(profile, by: view.grouping, withBuckets: view.buckets))
        case .hgrm: bytes(HgrmReport.render(profile))
        case .hlog: bytes(HlogReport.render(profile, byInterval: view.grouping == .interval))
        case .openmetrics: exposition(profile, .openMetrics)
        case .prometheus: exposition(profile, .prometheusText)
        case .folded: bytes(FoldedReport.render(profile))
        case .pprof: PprofReport.render(profile)
        case .html: HTMLReport.render(profile)
        }
    }

    private func exposition(_ profile: Profile, _ format: ExpositionFormat) -> [UInt8] {
        Exposition(profile, byProcess: view.grouping == .process).render(format, isTimestamped: timestamps)
    }

    /// Each profile by the name of its file, with its folders where two files have the same name.
    private func page(overlaying profiles: [Profile]) throws -> [UInt8] {
        let selection = try Selecting.selection(syscalls)
        let names = files.map { file in
            let name = String(file[(file.lastIndex(of: "/").map(file.index(after:)) ?? file.startIndex)...])
            return files.count { $0 == name || $0.hasSuffix("/\(name)") } > 1 ? file : name
        }
        let named = zip(names, profiles).map { name, profile in
            var profile = profile
            if let selection { profile.keepOnly(selection, named: syscalls.joined(separator: ",")) }
            return HTMLReport.Named(name: name == Output.standardStream ? "standard input" : name, profile: profile)
        }
        return HTMLReport.render(overlaying: named)
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
        slowCalls?.keepOnly(selection.contains)
        for index in processes.indices { processes[index].series.removeAll { !selection.contains($0.id) } }
        processes.removeAll { $0.series.isEmpty }
        groups?.keepOnly(selection.contains)
        for index in processes.indices { processes[index].distribution = nil }
        for index in intervals.indices {
            intervals[index].calls.removeAll { !selection.contains($0.id) }
            intervals[index].inFlight?.calls.removeAll { !selection.contains($0.id) }
        }
        vdso?.entered.removeAll { !selection.contains($0.id) }
        capture.selection = capture.selection.map { "\($0); of these \(name)" } ?? name
        capture.notes.append("Only \(name) is shown; the balance covers all calls in the profile.")
    }

    /// How many processes have calls and no distribution of them.
    var processesWithoutDistribution: Int { processes.count { $0.calls > 0 && $0.distribution == nil } }

    /// Says which percentiles a report by process lacks, and how to get them.
    mutating func noteMissingPercentiles(isSelection: Bool) {
        let missing = processesWithoutDistribution
        guard missing > 0 else { return }
        if isSelection {
            return capture.notes.append(
                "Percentiles by process cover all calls of a process, so they are left out here: "
                    + "`syslat profile -e CALLS --by process -o FILE` records those of some calls.")
        }
        capture.notes.append(
            (missing == processes.count { $0.calls > 0 }
                ? "Percentiles by process were not recorded" : "Some percentiles by process were not recorded")
                + ": `syslat profile --by process -o FILE` records them, and takes 36 KiB of memory for each process.")
    }
}
