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
        // What is wrong with arguments may only show when a command runs: its usage is shown then too.
        var running: any ParsableCommand.Type = self
        do {
            do {
                var command = try parsed(arguments)
                running = type(of: command)
                try command.run()
            } catch  where exitCode(for: error).isSuccess {
                // Help or the version. Like any output, it may fail to be written.
                try Output(path: nil).finish(CompletionScript.mended(fullMessage(for: error)) + "\n")
            }
        } catch {
            end(for: error, arguments, of: running)
        }
    }

    /// The parser complains of a missing target before it complains of an option that there isn't, which says more: it may be the target,
    /// misspelt. Not where it is an option of a command to profile, as in `syslat profile ls -l`.
    private static func parsed(_ arguments: [String]) throws -> any ParsableCommand {
        func parse(_ arguments: [String]) -> Result<any ParsableCommand, any Error> {
            Result { try parseAsRoot(Arguments.prepared(arguments)) }
        }
        func words(_ result: Result<any ParsableCommand, any Error>) -> String {
            if case .failure(let error) = result { fullMessage(for: error) } else { "" }
        }
        let result = parse(arguments)
        guard words(result).hasPrefix(_errorPrefix + TargetOptions.noneGiven) else { return try result.get() }
        let withTarget = parse(arguments + ["-a"])
        guard let option = unknownOption(in: words(withTarget)),
            let place = arguments.firstIndex(where: { $0 == option || $0.hasPrefix("\(option)=") }),
            !words(parse(arguments[..<place] + ["-a"])).contains("nexpected argument")
        else { return try result.get() }
        return try withTarget.get()
    }

    /// The option that there isn't, of what the parser says of it.
    private static func unknownOption(in message: String) -> String? {
        let quoted = message.prefix { $0 != "\n" }.split(separator: "'", omittingEmptySubsequences: false)
        return quoted.count >= 3 && quoted[0] == "\(_errorPrefix)Unknown option " ? String(quoted[1]) : nil
    }

    /// Says why, and exits.
    private static func end(for error: any Error, _ arguments: [String], of command: any ParsableCommand.Type) -> Never {
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
        let message = withOwner(ofOptionIn: message(for: error, of: command), arguments)
        if !message.isEmpty { Terminal.say("\(message)\n") }
        Glibc.exit(exitCode(for: error).rawValue)
    }

    /// What the parser says, with the usage of a command, which doesn't know that it is one of several.
    private static func message(for error: any Error, of command: any ParsableCommand.Type) -> String {
        let found = command.fullMessage(for: error)
        guard command != self, found.hasPrefix(command._errorPrefix), let name = command.configuration.commandName else {
            return found
        }
        let lines = found.dropFirst(command._errorPrefix.count).split(separator: "\n", omittingEmptySubsequences: false)
        return _errorPrefix
            + lines.map { $0.hasPrefix("  See '\(name) ") ? "  See 'syslat " + $0.dropFirst(7) : String($0) }.joined(
                separator: "\n")
    }

    /// An option that another command has, and this one doesn't, is probably not misspelt.
    private static func withOwner(ofOptionIn message: String, _ arguments: [String]) -> String {
        guard let name = arguments.first, let option = unknownOption(in: message) else { return message }
        let owner = configuration.subcommands.first { $0.helpMessage().contains(" \(option) ") }?.configuration.commandName
        guard let owner else { return message }
        return "\(_errorPrefix)'\(option)' is an option of `syslat \(owner)`, not of `syslat \(name)`."
            + message.drop { $0 != "\n" }
    }

    /// Users of strace are used to `syslat ls`.
    private static func isCommandToProfile(_ word: String) -> Bool {
        let subcommands = configuration.subcommands.map { $0.configuration.commandName ?? "" } + ["help"]
        return !word.hasPrefix("-") && !subcommands.contains(word)
    }
}
