import ArgumentParser
import Capture
import Glibc
import KernelLab
import Linux

@main
struct Syslat: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "syslat",
        abstract: "Profile the latency of system calls: exact counts, whole distributions, low overhead.",
        version: syslatVersion,
        subcommands: [
            ProfileCommand.self, TopCommand.self, RecordCommand.self, ServeCommand.self, ReportCommand.self, BenchCommand.self,
            CompareCommand.self,
            DiffCommand.self, TrialCommand.self, VDSOCommand.self, DoctorCommand.self, GuestInitCommand.self,
        ])

    /// Every message begins like this, including the parser's.
    static let _errorPrefix = "syslat: "

    static func main() {
        let words = ProgramStart.begin()
        StandardStreams.reserve()
        let arguments = GuestInit.isThisProcess ? [GuestInitCommand.name] : Array(words.dropFirst())
        do {
            do {
                var command = try parseAsRoot(Arguments.prepared(arguments))
                try command.run()
            } catch  where exitCode(for: error).isSuccess {
                // Help or the version. Like any output, it may fail to be written.
                try Output(path: nil).finish(fullMessage(for: error) + "\n")
            }
        } catch {
            end(for: error, arguments)
        }
    }

    /// Says why, and exits.
    private static func end(for error: any Error, _ arguments: [String]) -> Never {
        if let failure = CommandError(error) {
            if failure.isBrokenPipe { Signals.endForBrokenPipe() }
            Terminal.say("\(_errorPrefix)\(failure)\n" + (failure.log.isEmpty ? "" : "\(failure.log)\n"))
            Glibc.exit(failure.status.rawValue)
        }
        if let first = arguments.first, isCommandToProfile(first) {
            Terminal.say(
                "\(_errorPrefix)There is no subcommand '\(first)': `syslat --help` lists them. To profile a command, write it after "
                    + "two dashes: syslat profile -- \(first) …\n")
            Glibc.exit(ExitStatus.usage.rawValue)
        }
        // The parser's own, which quotes arguments. An exit status alone has no words.
        let message = fullMessage(for: error)
        if !message.isEmpty { Terminal.say("\(message)\n") }
        Glibc.exit(exitCode(for: error).rawValue)
    }

    /// Users of strace are used to `syslat ls`.
    private static func isCommandToProfile(_ word: String) -> Bool {
        let subcommands = configuration.subcommands.map { $0.configuration.commandName ?? "" } + ["help"]
        return !word.hasPrefix("-") && !subcommands.contains(word)
    }
}
