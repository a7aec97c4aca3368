import ArgumentParser
import Capture
import KernelLab
import ProfileFile

@main
struct Syslat: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "syslat",
        abstract: "Profiles the latency of system calls: exact counts, whole distributions, low overhead.",
        version: syslatVersion,
        subcommands: [
            ProfileCommand.self, ReportCommand.self, BenchCommand.self, CompareCommand.self, VDSOCommand.self,
            DoctorCommand.self, GuestInitCommand.self,
        ])

    /// Every message begins like this, whoever found the mistake.
    static let _errorPrefix = "syslat: "

    static func main() {
        StandardStreams.reserve()
        let arguments = GuestInit.isThisProcess ? [GuestInitCommand.name] : Array(CommandLine.arguments.dropFirst())
        do {
            do {
                var command = try parseAsRoot(Arguments.prepared(arguments))
                try command.run()
            } catch  where exitCode(for: error).isSuccess {
                // Help or the version: an answer like any other, which may fail to be written.
                try Output(path: nil).finish(fullMessage(for: error) + "\n")
            }
        } catch let error as CaptureError {
            Terminal.say(report(error))
            exit(withError: ExitCode(error.status.rawValue))
        } catch let error as KernelLabError {
            Terminal.say("\(_errorPrefix)\(error)\n")
            exit(withError: ExitCode.failure)
        } catch let error as ProfileFileError {
            Terminal.say("\(_errorPrefix)\(error)\n")
            exit(withError: ExitCode(CaptureError.Status.badFile.rawValue))
        } catch {
            if let first = arguments.first, isCommandToProfile(first) {
                Terminal.say(
                    "\(_errorPrefix)There is no subcommand '\(first)': `syslat --help` lists them. To profile a command, write it "
                        + "after two dashes: syslat profile -- \(first) …\n")
                exit(withError: ExitCode.validationFailure)
            }
            if arguments.first == CompareCommand.name, exitCode(for: error) == .validationFailure {
                // As diff(1) has it: 2 for whatever can't be compared.
                Terminal.say("\(fullMessage(for: error))\n")
                exit(withError: ExitCode(CaptureError.Status.badFile.rawValue))
            }
            exit(withError: error)
        }
    }

    /// People who come from strace write the command at once.
    private static func isCommandToProfile(_ word: String) -> Bool {
        let subcommands = configuration.subcommands.map { $0.configuration.commandName ?? "" } + ["help"]
        return !word.hasPrefix("-") && !subcommands.contains(word)
    }

    private static func report(_ error: CaptureError) -> String {
        let advice = error.isHostFault ? " `syslat doctor` says what is missing here." : ""
        return "\(_errorPrefix)\(error)\(advice)\n" + (error.log.isEmpty ? "" : "\(error.log)\n")
    }
}
