import CaptureSupport
import ComparisonSupport
import Foundation
import Profile
import ProfileFile
import TestPrograms
import TestSupport
import Testing

extension CommandLineTests {
    /// `syslat diff`, and the way from `syslat compare` to it.
    @Suite struct Diffing {
        /// `before` and `after`, of which the second makes twice the writes; `empty`, without a call.
        private func files() throws -> Scratch {
            let scratch = try Scratch()
            var after = SyntheticService([.init(0, 1_000, calls: 9_000), .init(1, 2_000, calls: 10_000)])
            after.start = 3_600
            let before = SyntheticService([.init(0, 1_000, calls: 9_000), .init(1, 2_000, calls: 5_000)])
            for (name, service) in [("before", before), ("after", after), ("empty", SyntheticService([]))] {
                try write(service.file(name).profile, name, to: scratch)
            }
            try write(SyntheticBoots(seed: 1).workloadFiles("bench")[0].profile, "bench-0.syslat", to: scratch)
            return scratch
        }

        private func write(_ profile: Profile, _ name: String, to scratch: Scratch) throws {
            try Data(try ProfileFileWriter.text(of: profile)).write(to: URL(fileURLWithPath: scratch.path(name)))
        }

        private func diff(_ line: String) throws -> ProgramRun { try diff(line, in: try files()) }

        private func diff(_ line: String, in scratch: Scratch) throws -> ProgramRun {
            try shell("cd '\(scratch.folder)' && \"$SYSLAT\" diff \(line)")
        }

        @Test func `a diff ranks what changed and decides nothing`() throws {
            let run = try diff("before after")
            #expect(run.status == 0 && run.error == "", "\(run.error)")
            let lines = run.output.split(separator: "\n")
            #expect(lines[0].hasPrefix("BEFORE before: 10.0 s from ") && lines[1].hasPrefix("AFTER after: "))
            #expect(lines.contains { $0.hasPrefix("write ") && $0.contains("+100%") })
            #expect(run.output.contains("It does not decide whether a kernel is slower"))
        }

        @Test func `a diff is written as text, JSON and Markdown`() throws {
            let json = try diff(
                "--format json --sort calls before - <after | jq -r '.schema, .calls[0].name, .calls[0].calls_change'")
            #expect(json.output == "syslat.diff/1\nwrite\n1\n", "\(json.error)")
            #expect(try diff("--format markdown before after").output.hasPrefix("## syslat diff\n"))
            #expect(try diff("-o out.txt before after && head -c 6 out.txt").output == "BEFORE")
            #expect(try diff("empty empty").output.contains("Neither profile has a call."))
            #expect(try diff("--top 1 before after").output.contains("… 1 more call: --top shows them, and the JSON"))
        }

        @Test(
            arguments: [
                ("before", 64, "Missing expected argument '<after>'"), ("before after after", 64, "Unexpected argument 'after'"),
                ("- -", 64, "Standard input (-) can be read only once."), ("--top 0 before after", 64, "--top 0 is out of range"),
                ("--sort p50 before after", 64, "p50"), ("before missing", 2, "Can't read missing: no such file or directory."),
                ("bench-0.syslat before", 2, "bench-0.syslat is of the workload standard, which is the same on purpose."),
            ] as [(String, Int32, String)])
        func `a diff that makes no sense is refused`(line: String, status: Int32, sentence: String) throws {
            let run = try diff(line)
            #expect(run.status == status && run.output == "", "\(run.output)\(run.error)")
            #expect(run.error.contains(sentence), "\(run.error)")
        }
    }
}
