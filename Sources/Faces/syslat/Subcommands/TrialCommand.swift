import ArgumentParser
import Glibc
import Linux
import PlainText
import Trial

struct TrialCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trial",
        abstract: "Reboot this machine into kernels in turn, measure in each boot, and compare them.",
        discussion: """
            For real hardware, unattended: a unit of systemd runs the bench after each boot, saves a profile, chooses the next kernel for \
            one boot alone, and reboots. After the last boot the usual kernel is back, and the comparison lies beside the profiles. The \
            default entry of the boot loader is never changed: a boot that fails falls back to the usual kernel, is noted, and tried again, \
            three times in all.
            """,
        subcommands: [TrialStartCommand.self, TrialStatusCommand.self, TrialAbortCommand.self, TrialStepCommand.self])
}

struct TrialStartCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "start",
        abstract: "Begin a trial: this reboots the machine.",
        usage: """
            syslat trial start --kernel RELEASE --kernel RELEASE [options] -o FOLDER
            syslat trial start --kernel RELEASE --kernel RELEASE --profile unit:NAME --for TIME -o FOLDER
            """,
        discussion: """
            Needs root, systemd, and grub or systemd-boot with an entry for each kernel. The machine must boot without a person: no \
            passphrase for a disk. A kernel that panics reboots only with panic=SECONDS on its command line, one that hangs only with a \
            watchdog; otherwise somebody has to reset the machine, and the trial goes on then.
            """)

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "A kernel with an entry in the boot loader, as `uname -r` says it or as /boot/vmlinuz-RELEASE; repeatable. The first is the base.",
            valueName: "release"))
    var kernel: [String] = []

    @Option(parsing: .unconditional, help: ArgumentHelp("Boot each kernel n times, taking turns.", valueName: "n"))
    var boots = 7

    @Option(
        name: [.customShort("o"), .long], help: ArgumentHelp("The folder for profiles and comparison.", valueName: "folder"),
        completion: .directory)
    var output: String

    @Option(parsing: .unconditional, help: ArgumentHelp("Run the bench n times in each boot.", valueName: "n"))
    var runs = 5

    @Flag(help: "Make a twentieth of the calls of the bench. Too few to compare tails.")
    var quick = false

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Run only matching cases of the bench; repeatable.", valueName: "glob"))
    var cases: [String] = []

    @Option(
        help: ArgumentHelp(
            "Profile this unit of systemd instead of the bench. It must be under load by itself.", valueName: "unit:name"))
    var profile: String?

    @Option(
        name: .customLong("for"), parsing: .unconditional,
        help: ArgumentHelp("How long to profile the unit (default: 10m).", valueName: "time"), transform: Units.duration)
    var time: UInt64?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Leave the machine alone for this time after each boot (default: 1m).", valueName: "time"),
        transform: Units.duration)
    var settle: UInt64?

    @Flag(help: "Begin without asking.")
    var yes = false

    private static let unitPrefix = "unit:"
    /// A day, in nanoseconds.
    private static let longest: UInt64 = 86_400_000_000_000

    func validate() throws {
        guard kernel.count >= 2 else {
            throw ValidationError("A trial compares kernels: name two with --kernel, as `uname -r` says them.")
        }
        guard TrialPlan.bootRange.contains(boots) else {
            throw ValidationError(
                "--boots \(boots) is out of range: give a number from \(TrialPlan.bootRange.lowerBound) to \(TrialPlan.bootRange.upperBound)."
            )
        }
        guard (1...1000).contains(runs) else {
            throw ValidationError("--runs \(runs) is out of range: give a number from 1 to 1000.")
        }
        guard !output.isEmpty, output != Output.standardStream else {
            throw ValidationError("-o names a folder: syslat trial start … -o FOLDER")
        }
        if let profile {
            guard profile.hasPrefix(TrialStartCommand.unitPrefix), profile.contains(".") else {
                throw ValidationError("--profile takes a unit of systemd: --profile unit:postgresql.service")
            }
            if quick || !cases.isEmpty {
                throw ValidationError("--quick and --cases are for the bench: leave out --profile, or them.")
            }
        }
        if time != nil && profile == nil { throw ValidationError("--for goes with --profile unit:NAME.") }
        for (option, value) in [("--for", time), ("--settle", settle)] where value ?? 0 > TrialStartCommand.longest {
            throw ValidationError("\(option) is more than a day.")
        }
    }

    private func request() -> TrialRequest {
        func seconds(_ nanoseconds: UInt64) -> UInt64 { max(1, nanoseconds / 1_000_000_000) }
        let bench = ["--runs", String(runs)] + (quick ? ["--quick"] : []) + cases.flatMap { ["--cases", $0] }
        let unit = profile.map { String($0.dropFirst(TrialStartCommand.unitPrefix.count)) }
        return TrialRequest(
            kernels: kernel, boots: boots, folder: output,
            measurement: unit.map { .service(unit: $0, seconds: seconds(time ?? 600_000_000_000)) } ?? .bench(arguments: bench),
            settleSeconds: seconds(settle ?? 60_000_000_000))
    }

    func run() throws {
        let request = request()
        // Looking needs no lock, and writes nothing.
        let facts = try ThisMachine(isLocked: false).facts(for: request)
        let plan = try TrialPlan(request, on: facts)
        Terminal.say(plan.announcement(entries: facts.loader?.entries ?? []))
        if !yes { try TrialStartCommand.ask() }
        switch try TrialRunner(ThisMachine(isLocked: true)).start(plan) {
        case .rebooting:
            Terminal.say("The machine reboots now. `syslat trial status` shows how far it is, `syslat trial abort` ends it.\n")
        case .ended(let complaint):
            throw CommandError("No boot could be made: see \(plan.folder)/trial.txt. \(complaint ?? "")")
        case .noTrial: throw CommandError("Another syslat has ended the trial meanwhile.")
        }
    }

    /// Only a person at a terminal can say yes.
    private static func ask() throws(CommandError) {
        guard Terminal.isTerminal(STDIN_FILENO) else {
            throw CommandError(
                "Standard input is not a terminal, so nobody can be asked. To begin all the same, add --yes.", status: .usage)
        }
        Terminal.say("Begin? This reboots the machine now. [y/N] ")
        let answer = readLine()?.lowercased() ?? ""
        guard answer == "y" || answer == "yes" else { throw CommandError("Nothing was begun, and nothing was changed.") }
    }
}

struct TrialStatusCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show how far a trial is, or how the last one ended.")

    func run() throws {
        let output = try Output(path: nil)
        let machine = try ThisMachine(isLocked: false)
        if let bytes = try machine.readState() {
            return try output.finish(PlainText.lines("A trial is under way. " + TrialState(decoding: bytes).statusText))
        }
        let last = try machine.readLastState().flatMap { try? TrialState(decoding: $0).statusText }
        try output.finish(PlainText.lines("No trial is under way.\n" + (last.map { "The last one: \($0)" } ?? "")))
    }
}

struct TrialAbortCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "abort", abstract: "End a trial. The machine stays up, and its next boot is the usual kernel.")

    func run() throws {
        guard geteuid() == 0 else { throw CommandError("Only root can end a trial. Start it with sudo.") }
        guard ThisMachine.hasTrial else { return Terminal.say("No trial is under way.\n") }
        ThisMachine.stopUnit()
        let machine = try ThisMachine(isLocked: true)
        let bytes = try machine.readState()
        let result = try TrialRunner(machine).abort()
        guard case .ended(let complaint) = result, let bytes else {
            return Terminal.say("No trial is under way, so only its unit was removed.\n")
        }
        guard let state = try? TrialState(decoding: bytes) else {
            return Terminal.say("The trial has ended. \(complaint ?? "")\n")
        }
        Terminal.say("The trial has ended. What it has measured is in \(state.plan.folder).\n")
        if machine.release != state.plan.usual {
            Terminal.say("This machine runs \(machine.release); the next boot is the usual kernel, \(state.plan.usual).\n")
        }
        if let complaint { Terminal.say("\(complaint)\n") }
    }
}

/// What the unit of systemd runs after each boot. Not for people.
struct TrialStepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "step", abstract: "Take the next step of a trial, after a boot.", shouldDisplay: false)

    func run() throws {
        guard Environment["INVOCATION_ID"] != nil else {
            throw CommandError("Only the unit \(TrialPlan.unitName) takes steps, since they reboot the machine.", status: .usage)
        }
        switch try TrialRunner(ThisMachine(isLocked: true)).step() {
        case .rebooting: Terminal.say("syslat: The machine reboots for the next step of the trial.\n")
        case .ended(let complaint): Terminal.say("syslat: The trial has ended.\(complaint.map { " \($0)" } ?? "")\n")
        case .noTrial: Terminal.say("syslat: There is no trial, so the unit was removed.\n")
        }
    }
}
