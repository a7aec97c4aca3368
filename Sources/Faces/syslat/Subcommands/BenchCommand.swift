import ArgumentParser
import Linux
package import Profile
import Exports
import TextReport
import Workload

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Run a fixed workload and report what each system call costs, to compare kernels by.",
        usage: """
            syslat bench [options] [-o FILE]
            syslat bench --kernel IMAGE [--kernel IMAGE …] [options] -o DIRECTORY
            """,
        discussion: """
            Each case makes known numbers of system calls: first untraced, which gives nanoseconds as the program sees them, then \
            traced. Counts that are not exactly right make the case fail, and the exit status 1. With --kernel it does so in virtual \
            machines, and makes a profile for each boot: DIRECTORY/RELEASE-NUMBER.syslat. Where KVM does not work, those emulate one \
            processor, and a nanosecond is one instruction executed.
            """)

    @Option(parsing: .unconditional, help: ArgumentHelp("Run the whole so many times.", valueName: "n"))
    var runs = 5

    @Flag(help: "Make a twentieth of the calls: for a look, not for a comparison of tails.")
    var quick = false

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "Only the cases that match: read-*. Repeatable. It compares only with results of the same patterns.", valueName: "glob")
    )
    var cases: [String] = []

    @Flag(help: "List the cases with their system calls, and run nothing.")
    var list = false

    @Option(
        name: [.customShort("o"), .long],
        help: ArgumentHelp(
            "Save the profile to a file, - for standard output; with --kernel, the folder for the profiles.", valueName: "file"),
        completion: .file())
    var output: String?

    @Option(help: "How to write the report.")
    var format = ProfileCommand.Format.text

    @OptionGroup(title: "Report")
    var view: ViewOptions

    @OptionGroup(title: "Kernels")
    var guests: GuestOptions

    @Option(help: ArgumentHelp("BTF file of the running kernel, if it carries none.", valueName: "file"), completion: .file())
    var btf: String?

    @Option(help: .hidden)
    var machine = WorkloadResult.Machine.host

    /// For tests of comparisons.
    @Option(help: .hidden)
    var plant: String?

    func validate() throws {
        guard (1...1000).contains(runs) else {
            throw ValidationError("--runs \(runs) can't be done: give a number from 1 to 1000.")
        }
        if view.grouping == .interval {
            throw ValidationError("--by interval needs intervals, and a workload has none: leave it out.")
        }
        if !guests.kernel.isEmpty {
            guard output != nil, output != Output.standardStream else {
                throw ValidationError("Name a folder for the profiles of the boots: syslat bench --kernel IMAGE -o DIRECTORY")
            }
            if btf != nil { throw ValidationError("--btf is for this host's kernel: a kernel in a guest needs BTF of its own.") }
        }
    }

    /// What this same command is told in a guest.
    private var guestArguments: [String] {
        ["--runs", String(runs)] + (quick ? ["--quick"] : []) + cases.flatMap { ["--cases", $0] }
            + (plant.map { ["--plant", $0] } ?? [])
    }

    func run() throws {
        if list { return try Output(path: nil).finish(BenchCommand.listing) }
        guard let bench = guests.bench(folder: output, arguments: guestArguments) else { return try runHere() }
        // The same refusals here, before anything boots.
        _ = try WorkloadBench(options())
        try bench.run()
    }

    private func options() -> WorkloadOptions {
        var options = WorkloadOptions()
        (options.runs, options.isQuick, options.patterns) = (runs, quick, cases)
        (options.machine, options.btfPath, options.slowedCase) = (machine, btf, plant)
        return options
    }

    private func runHere() throws {
        let isReportWanted = output != Output.standardStream
        let reporter = LiveReport(try Output(path: nil), view: view, isJSON: format == .json)
        var sink: ProfileSink?
        if let output { sink = try ProfileSink(path: output) }
        let profile = try WorkloadBench(options()) { BenchCommand.show($0) }.run()
        Terminal.showLine("")
        let saved = Result { try sink?.finish(profile) }
        if isReportWanted { try reporter.finish(profile) }
        try saved.get()
        let problems = BenchCommand.problems(of: profile.workload?.cases ?? [])
        if !problems.text.isEmpty { Terminal.say(problems.text) }
        if problems.hasFailed { throw ExitStatus.failure.code }
    }

    /// What was not measured, a line for each.
    private static func problems(of cases: [WorkloadCase]) -> (text: String, hasFailed: Bool) {
        var (text, hasFailed) = ("", false)
        for entry in cases {
            switch entry.state {
            case .measured: break
            case .absent(let phrase): text += "\(entry.name) is absent here: \(phrase)\n"
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
