import ArgumentParser
import CallSelection
import FlightRecorder
import SyscallTable

/// What a recorder keeps.
struct RecorderOptions: ParsableArguments {
    @Option(
        name: [.customShort("o"), .long],
        help: ArgumentHelp("Record into this folder; it is created if it is missing.", valueName: "folder"),
        completion: .directory)
    var output: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("How much of the past is kept (default: 30m).", valueName: "time"), transform: Units.duration)
    var keep: UInt64 = 1_800_000_000_000

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Length of the intervals of which the recording consists (default: 1s).", valueName: "time"),
        transform: Units.duration)
    var interval: UInt64 = 1_000_000_000

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "Keep an incident when this happens: 'p99(fsync) > 50ms for 10s', 'errors(openat) > 5%', 'lost > 0'. Figures: p50 p90 p99 "
                + "p999 max rate errors blocked of calls as in -e, in_flight and oldest of these or of all, lost of all.",
            valueName: "condition"))
    var when: [String] = []

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("How much an incident has of the time before it (default: all that is kept).", valueName: "time"),
        transform: Units.duration)
    var before: UInt64?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("How much an incident has of the time after its condition has held (default: 10s).", valueName: "time"),
        transform: Units.margin)
    var after: UInt64 = 10_000_000_000

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("How many incidents are kept; the oldest one makes room for a new one.", valueName: "n"))
    var incidents = 10

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "How much all files of the recording may take, half of it incidents (default: 256MiB).", valueName: "size"),
        transform: Units.size)
    var maxDisk = 256 << 20

    /// Longer ones would be few.
    private static let longestInterval: UInt64 = 3_600_000_000_000
    private static let leastDisk = 1 << 20
    private static let mostTriggers = 100

    func validate() throws {
        guard output?.isEmpty == false else {
            throw ValidationError("Say where to record: -o FOLDER. The folder is created if it is missing.")
        }
        guard (100_000_000...RecorderOptions.longestInterval).contains(interval) else {
            throw ValidationError("--interval is out of range: give a time from 100ms to 1h.")
        }
        guard keep >= interval else {
            throw ValidationError("--keep is shorter than an interval, so nothing would be kept. Give a longer time.")
        }
        if let before, before > keep {
            throw ValidationError("--before is longer than --keep: the time before that is gone. Raise --keep.")
        }
        guard (1...10_000).contains(incidents) else {
            throw ValidationError("--incidents \(incidents) is out of range: give a number from 1 to 10000.")
        }
        guard maxDisk >= RecorderOptions.leastDisk else {
            throw ValidationError("--max-disk is too small for a recording: give 1MiB or more.")
        }
        guard when.count <= RecorderOptions.mostTriggers else {
            throw ValidationError("--when is given \(when.count) times; at most \(RecorderOptions.mostTriggers) are watched.")
        }
        _ = try triggers()
    }

    /// Refuses triggers of calls that are not watched.
    func check(against selection: SyscallSelection?) throws {
        guard let selection else { return }
        for trigger in try triggers() where !trigger.isWatched(by: selection) {
            throw ValidationError(
                "--when '\(trigger.text)' is about calls that -e leaves out. Select them, or drop the condition.")
        }
    }

    func triggers() throws -> [Trigger] {
        let units = TriggerUnits(
            duration: { try Units.duration($0) }, number: { Units.number($0) }, share: { Units.share($0) })
        return try when.map { text in
            do throws(TriggerError) { return try Trigger(parsing: text, architecture: .current, units: units) } catch {
                throw ValidationError("--when '\(text)': \(error)")
            }
        }
    }

    var retention: Retention {
        Retention(
            keepNanoseconds: keep, intervalNanoseconds: interval, mostBytes: UInt64(maxDisk), incidents: incidents)
    }
}
