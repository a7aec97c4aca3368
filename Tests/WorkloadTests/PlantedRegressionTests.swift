import CaptureSupport
import Foundation
import Profile
import ProfileFile
import Testing
import TestPrograms
import Workload

/// The bench and the comparison together, on this host. It can't be booted several times here, so each profile gets a boot id of
/// its own. The margin is wide, since a busy machine changes from second to second.
@Suite(.serialized, .requiresBPF) struct PlantedRegressionTests {
    private static let boots = 5
    private static let cases = ["null", "fstat", "read-4k-zero", "poll"]

    private struct Cell: Decodable {
        let name, measure: String
        let verdict: String
    }

    private struct Comparison: Decodable {
        let outcome: String
        let gated: [Cell]
    }

    private func profile(boot: Int, slowed: String?) throws -> Profile {
        var options = WorkloadOptions()
        (options.runs, options.isQuick, options.patterns, options.slowedCase) = (2, true, Self.cases, slowed)
        var profile = try WorkloadBench(options).run()
        profile.host.bootID = "00000000-0000-0000-0000-\(String(1_000_000_000_000 + boot).dropFirst())"
        return profile
    }

    /// Makes both sides in turns (A B B A), and compares them.
    private func compare(slowed: String?) throws -> (comparison: Comparison, run: ProgramRun) {
        let folder = FileManager.default.temporaryDirectory.appending(path: "syslat-planted-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var sides: [[String]] = [[], []]
        for boot in 0..<2 * Self.boots {
            let side = boot % 4 == 1 || boot % 4 == 2 ? 1 : 0
            let path = "\(folder)/\(side)-\(boot).syslat"
            let bytes = try ProfileFileWriter.text(of: profile(boot: boot, slowed: side == 1 ? slowed : nil))
            try Data(bytes).write(to: URL(fileURLWithPath: path))
            sides[side].append(path)
        }
        let run = try ProgramRun.run(
            [ProgramRun.syslat, "compare", "--format", "json", "--delta", "p50=60%,untraced=60%", "--gate", "p50"] + sides[0] + [
                "--"
            ] + sides[1]
        )
        return (try JSONDecoder().decode(Comparison.self, from: Data(run.output.utf8)), run)
    }

    @Test func `a planted regression is found and nothing else`() throws {
        let (comparison, run) = try compare(slowed: "read-4k-zero")
        #expect(run.status == 1, "\(run.error)")
        #expect(comparison.outcome == "regressed")
        // Its call, and the operation as the program sees it.
        let slower = comparison.gated.filter { $0.verdict == "REGRESSED" }
        #expect(slower.map(\.name) == ["read-4k-zero", "read-4k-zero"], "\(run.output)")
        #expect(Set(slower.map(\.measure)) == ["p50", "untraced"])
    }

    @Test func `a kernel is not a regression of itself`() throws {
        let (comparison, run) = try compare(slowed: nil)
        #expect(run.status != 1, "\(run.output)")
        #expect(comparison.gated.allSatisfy { $0.verdict != "REGRESSED" }, "\(run.output)")
    }
}
