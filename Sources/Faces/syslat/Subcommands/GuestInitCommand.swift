import ArgumentParser
import KernelLab

/// What syslat does as /init of a guest. Not for people.
struct GuestInitCommand: ParsableCommand {
    static let name = "guest-init"
    static let configuration = CommandConfiguration(
        commandName: name, abstract: "Run the jobs of a guest as its first process.", shouldDisplay: false)

    func run() throws { try GuestInit.run() }
}
