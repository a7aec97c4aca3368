import ArgumentParser
import Capture

@main
struct Syslat: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "syslat",
        abstract: "Profiles the latency of system calls: exact counts, whole distributions, low overhead.",
        version: syslatVersion,
        subcommands: [ProfileCommand.self, DoctorCommand.self])

    static func main() {
        do {
            var command = try parseAsRoot(Arguments.prepared(Array(CommandLine.arguments.dropFirst())))
            try command.run()
        } catch {
            // People who come from strace or perf write the command without the dashes.
            if message(for: error).contains("nexpected argument") {
                Terminal.say("To profile a command, write it after two dashes: syslat profile -- COMMAND ARGUMENT…\n")
            }
            exit(withError: error)
        }
    }
}
