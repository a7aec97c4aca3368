import ArgumentParser
import Comparison
import Linux
import Presentation
import Probes
import Profile
import Exports
import TextReport
import Workload

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Run a fixed workload and report what each system call costs, to compare kernels.",
        usage: """
            syslat bench [options] [-o FILE]
            syslat bench --kernel IMAGE [--kernel IMAGE …] [options] -o FOLDER
            """,
        discussion: """
            Each case makes a known number of system calls: first untraced, which gives nanoseconds as the program sees them, then \
            traced. If a count is not exactly right, the case fails and the exit status is 1. With --kernel, the bench runs in \
            virtual machines and writes a profile for each boot: FOLDER/RELEASE-NUMBER.syslat. Without KVM, they emulate one \
            processor, and a nanosecond is one executed instruction.
            """)

    @Option(parsing: .unconditional, help: ArgumentHelp("Run the workload n times.", valueName: "n"))
    var runs = 5

    @Flag(help: "Make a twentieth of the calls. Too few to compare tails.")
    var quick = false

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "Run only matching cases, such as 'read-*'; repeatable. Compare the result only with results of the same patterns.",
            valueName: "glob")
    )
    var cases: [String] = []

    @Flag(help: "List the cases and their system calls, and exit.")
    var list = false

    @Option(
        name: [.customShort("o"), .long],
        help: ArgumentHelp(
            "Save the profile to this file, or - for standard output. With --kernel: the folder for the profiles.",
            valueName: "file"),
        completion: .file())
    var output: String?

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json
    }

    @Option(help: "Format of the report.")
    var format = Format.text

    @OptionGroup(title: "Report")
    var view: ViewOptions

    @OptionGroup(title: "Kernels")
    var guests: GuestOptions

    @OptionGroup(title: "Gate (with --until-decided)")
    var gate: GateRules

    @Option(
        help: ArgumentHelp("BTF file of the running kernel, if the kernel carries none.", valueName: "file"), completion: .file())
    var btf: String?

    @Option(help: .hidden)
    var machine = WorkloadResult.Machine.host

    /// For kernels that are compared with one that needs it.
    @Option(help: .hidden)
    var hook: TracepointHooks.Hook?

    /// For tests of comparisons.
    @Option(help: .hidden)
    var plant: String?

    func validate() throws {
        guard (1...1000).contains(runs) else {
            throw ValidationError("--runs \(runs) is out of range: give a number from 1 to 1000.")
        }
        if view.grouping == .interval {
            throw ValidationError("A bench has no intervals: leave out --by interval.")
        }
        if let kind = view.grouping.groups {
            throw ValidationError("A bench doesn't group its calls by \(kind.rawValue): leave out --by \(kind.rawValue).")
        }
        try view.check(for: format == .json ? .json : .text)
        if guests.untilDecided == nil, !gate.isUnused {
            throw ValidationError(
                "The options of the gate are for --until-decided TIME: add it, or give them to `syslat compare`.")
        }
        if !guests.kernel.isEmpty {
            guard output != nil, output != Output.standardStream else {
                throw ValidationError("Name a folder for the profiles: syslat bench --kernel IMAGE -o FOLDER")
            }
            if btf != nil {
                throw ValidationError(
                    "--btf is for this host's kernel. A guest kernel must carry its own BTF: leave the option out.")
            }
        }
    }

    /// The arguments of `syslat bench` in a guest.
    private var guestArguments: [String] {
        ["--runs", String(runs)] + (quick ? ["--quick"] : []) + cases.flatMap { ["--cases", $0] }
            + (plant.map { ["--plant", $0] } ?? [])
    }

    func run() throws {
        if list { return try Output(path: nil).finish(BenchCommand.listing) }
        guard let bench = guests.bench(folder: output, arguments: guestArguments) else { return try runHere() }
        // Refuse bad patterns here, before anything boots.
        _ = try WorkloadBench(options())
        guard let limit = guests.untilDecided else { return try bench.run() }
        let decision = DecidedBench(bench: bench, limit: limit, options: gate.options(weights: try gate.serviceWeights()))
        let (comparison, failures) = try decision.run()
        let destination = try Output(path: nil)
        try destination.finish(
            format == .json
                ? try JSONReport.render(comparison, pretty: destination.isTerminal)
                : TextReport.render(comparison, color: destination.wantsColor, width: destination.columns))
        if failures > 0 { Terminal.say("syslat: \(failures) boots failed, and are not in the comparison.\n") }
        // A kernel that doesn't boot is no better than a slower one.
        if let status = comparison.outcome.status ?? (failures > 0 ? .failure : nil) { throw status.code }
    }

    private func options() -> WorkloadOptions {
        var options = WorkloadOptions()
        (options.runs, options.isQuick, options.patterns) = (runs, quick, cases)
        (options.machine, options.btfPath, options.slowedCase) = (machine, btf, plant)
        options.hook = hook
        return options
    }

    private func runHere() throws {
        let isReportWanted = output != Output.standardStream
        let reporter = LiveReport(try Output(path: nil), view: view, isJSON: format == .json)
        var sink: ProfileSink?
        if let output { sink = try ProfileSink(path: output) }
        if isReportWanted { try sink?.checkIsApart(from: reporter.output) }
        let profile = try WorkloadBench(options()) { BenchCommand.show($0) }.run()
        Terminal.showLine("")
        try Delivery.finish(profile, to: &sink, and: isReportWanted ? reporter : nil)
        let problems = BenchCommand.problems(of: profile.workload?.cases ?? [])
        if !problems.text.isEmpty { Terminal.say(problems.text) }
        if problems.hasFailed { throw ExitStatus.failure.code }
    }

    /// The cases that were not measured, a line each.
    private static func problems(of cases: [WorkloadCase]) -> (text: String, hasFailed: Bool) {
        var (text, hasFailed) = ("", false)
        for entry in cases {
            switch entry.state {
            case .measured: break
            case .absent(let phrase): text += "\(entry.name) can't run here: \(phrase)\n"
            case .failed(let sentence):
                text += "\(entry.name) FAILED: \(sentence)\n"
                hasFailed = true
            }
        }
        return (text, hasFailed)
    }

    private static func show(_ progress: WorkloadBench.Progress) {
        let percent = Int(progress.share * 100)
        Terminal.showLine(
            "\(percent) %  run \(progress.run) of \(progress.runs) "
                + "\(progress.isTraced ? "traced" : "untraced")  \(progress.name)")
    }

    /// A line for each case: name, calls of one operation, what it does.
    private static var listing: String {
        let rows = CaseDefinition.all.map { definition in
            let calls = definition.calls.map { call in
                let times = call.times > 1 ? "\(call.times) " : ""
                return call.ending == .mayStayOutside ? "\(call.name) or none" : "\(times)\(call.name)"
            }
            return (definition.name, calls.joined(separator: ", "), definition.summary)
        }
        let widths = (rows.map(\.0.count).max() ?? 0, rows.map(\.1.count).max() ?? 0)
        func padded(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: width - text.count) }
        return rows.map { "\(padded($0.0, widths.0))  \(padded($0.1, widths.1))  \($0.2)\n" }.joined()
    }
}

extension WorkloadResult.Machine: ExpressibleByArgument {}
