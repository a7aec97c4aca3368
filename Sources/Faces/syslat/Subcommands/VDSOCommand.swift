import ArgumentParser
import Exports
import HostCheck
import TextReport
import SyscallTable

struct VDSOCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vdso",
        abstract: "Show which calls this host's vDSO serves without entering the kernel, and what each costs.",
        usage: "syslat vdso [options]",
        discussion: """
            Calls each function of the vDSO with each clock, through the vDSO and as a system call, and traces itself to see which \
            calls enter the kernel. Takes a few seconds. Without root it skips what needs tracing, and says so.
            """)

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Test only this function, such as clock_gettime; repeatable.", valueName: "name"))
    var function: [String] = []

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Test only this clock, such as MONOTONIC; repeatable.", valueName: "name"))
    var clock: [String] = []

    enum Format: String, ExpressibleByArgument, CaseIterable {
        case text, json
    }

    @Option(help: "Format of the result.")
    var format = Format.text

    @Option(
        name: [.customShort("o"), .long],
        help: ArgumentHelp("Write the result to this file instead of standard output.", valueName: "file"), completion: .file())
    var output: String?

    @Option(
        help: ArgumentHelp("BTF file of the running kernel, if the kernel carries none.", valueName: "file"), completion: .file())
    var btf: String?

    func validate() throws { _ = try survey() }

    private func survey() throws -> VDSOSurvey {
        var survey = VDSOSurvey()
        survey.btfPath = btf
        let known = VDSOSurvey.functionNames
        survey.functions = try function.map { name in
            let stem = ["__vdso_", "__kernel_"].reduce(name) { $0.hasPrefix($1) ? String($0.dropFirst($1.count)) : $0 }
            guard known.contains(stem) || known.isEmpty else {
                throw ValidationError("This host's vDSO has no function '\(name)'. Choose from \(known.joined(separator: ", ")).")
            }
            return stem
        }
        survey.clocks = try clock.map { name in
            guard let clock = ClockID(name: name), VDSOSurvey.clocks.contains(clock) else {
                throw ValidationError(
                    "There is no clock '\(name)' to test. Choose from \(VDSOSurvey.clocks.map(\.name).joined(separator: ", ")).")
            }
            return clock
        }
        return survey
    }

    func run() throws {
        let destination = try Output(path: output, option: "-o")
        let report = try survey().make()
        switch format {
        case .text: try destination.finish(VDSOTextReport.render(report, color: destination.wantsColor, width: destination.columns))
        case .json: try destination.finish(JSONReport.render(report, pretty: destination.isTerminal))
        }
    }
}
