import Capture
import CaptureSupport
import Foundation
import Probes
import Profile
import Testing

/// A capture of the program slow_reads, whose slow reads are known.
struct PlantedReads {
    let profile: Profile
    /// Where its FIFOs were.
    let folder: String
    /// The program's own account: a line for each of its five slow reads, in the order of their ends.
    let account: [[Substring]]

    init(
        _ rule: SlowCalls.Rule, set: ProgramSet = .fast, hook: TracepointHooks.Hook? = nil,
        stacks: SlowCallOptions.Stacks = .user, filter: SlowCallFilter = SlowCallFilter()
    ) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "slow-\(UUID())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let command = [try Fixture("slow_reads").path, folder]
        var options = CaptureOptions(target: .command(try ResolvedCommand(command), follow: true), programSet: set)
        options.hook = hook
        options.slowCalls = SlowCallOptions(rule: rule, filter: filter, stacks: stacks)
        profile = try CaptureSupport.capture(options)
        self.folder = folder
        let lines = try String(contentsOfFile: "\(folder)/account", encoding: .utf8).split(separator: "\n")
        account = lines.map { $0.split(separator: " ") }
        try #require(lines.count == 5)
    }
}
