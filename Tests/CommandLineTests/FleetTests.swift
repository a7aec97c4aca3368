import CaptureSupport
import Comparison
import ComparisonSupport
import Exports
import Foundation
import LatencyHistogram
import Profile
import ProfileFile
import SyscallTable
import TestPrograms
import TestSupport
import Testing

extension CommandLineTests {
    /// `syslat compare --prometheus`, with Debian's Prometheus and without any.
    @Suite struct Fleet {
        private struct Job: Encodable {
            let syslat = ProgramRun.syslat
            let oracles = Oracles.folder
            let files: String
            let hosts: [String: [String: String]]
            let slower = "openat"
        }

        /// Eight hosts, each as files of both kernels, and as what it answers to scrapes: counters that begin low and rise.
        private func job(in scratch: Scratch) throws -> Job {
            var (base, new) = (SyntheticBoots(seed: 1), SyntheticBoots(seed: 2))
            (base.count, new.count) = (8, 8)
            (base.kernel, new.kernel, new.start) = ("6.1.0", "6.12.1", 86_400)
            new.factors = [257: 1.15]
            (base.calls, new.calls) = (Self.calls, Self.calls)
            var hosts: [String: [String: String]] = [:]
            for (side, boots) in [("base", base), ("new", new)] {
                for (place, file) in boots.files(side).enumerated() {
                    let bytes = try ProfileFileWriter.text(of: file.profile)
                    try Data(bytes).write(to: URL(fileURLWithPath: scratch.path(file.path)))
                    for (phase, parts) in [("0", 200 as UInt64), ("1", 1)] {
                        let body = Exposition(Self.part(of: file.profile, oneIn: parts)).render(.protobuf(schema: 5))
                        hosts["web\(place):10042", default: [:]]["\(side)-\(phase)"] = Data(body).base64EncodedString()
                    }
                }
            }
            return Job(files: scratch.folder, hosts: hosts)
        }

        private static let calls = SyntheticBoots.calls.filter { !$0.failed }.prefix(6).map { call in
            var call = call
            call.count = 20_000
            return call
        }

        /// The same distributions of fewer calls.
        private static func part(of profile: Profile, oneIn parts: UInt64) -> Profile {
            var profile = profile
            profile.calls = profile.calls.map { call in
                CallProfile(
                    id: call.id,
                    series: call.series.map { series in
                        let all = series.distribution
                        let buckets = all.buckets.map { LatencyHistogram.Bucket(index: $0.index, count: max(1, $0.count / parts)) }
                        return Series(
                            outcome: series.outcome, failed: series.failed,
                            distribution: LatencyHistogram(
                                buckets: buckets, aboveRange: 0, sum: all.sum / parts, min: all.min, max: all.max))
                    }, errnos: [])
            }
            return profile
        }

        @Test(.enabled(if: Oracles.areWanted, Comment(rawValue: Oracles.missing)))
        func `an upgrade of a fleet is found through Prometheus as it is in files`() throws {
            let scratch = try Scratch()
            let job = String(decoding: try JSONEncoder().encode(try job(in: scratch)), as: UTF8.self)
            let found = try Oracles.ask("drive_fleet.py", about: job, for: [String].self)
            #expect(found.isEmpty, "\(found.joined(separator: "\n"))")
        }

        @Test func `folders stand for the profiles in them`() throws {
            let scratch = try Scratch()
            _ = try job(in: scratch)
            let line =
                "cd '\(scratch.folder)' && mkdir old new empty && mv base-* old && mv new-?.syslat new && touch old/notes.txt"
            _ = try shell(line)
            let found = try shell("cd '\(scratch.folder)' && \"$SYSLAT\" compare --gate p50 old -- new/")
            #expect(
                found.status == 1 && found.output.contains("BASE 8 boots of 6.1.0 · NEW 8 boots of 6.12.1"),
                "\(found.output)\(found.error)")
            let named = try shell("cd '\(scratch.folder)' && \"$SYSLAT\" compare --gate p50 old/*.syslat -- new/*.syslat")
            #expect(named.output == found.output && named.status == 1)
            let empty = try shell("cd '\(scratch.folder)' && \"$SYSLAT\" compare old -- empty")
            #expect(
                empty.status == 2
                    && empty.error.contains(
                        "There is no .syslat file in the folder empty, or it can't be listed. Name a folder with profiles, or the files."
                    ),
                "\(empty.error)")
            let onto = try shell("cd '\(scratch.folder)' && \"$SYSLAT\" compare old -- new -o new/new-3.syslat")
            #expect(onto.status == 64 && onto.output.isEmpty, "\(onto.status) \(onto.error)")
        }

        private struct Report: Decodable {
            struct Call: Decodable {
                let name: String
                let calls: UInt64
            }

            let syscalls: [Call]
        }

        /// The tables of packaging/duckdb have the figures of our own report.
        @Test(.enabled(if: Oracles.areWanted, Comment(rawValue: Oracles.missing)))
        func `DuckDB reads folders of profiles as they are`() throws {
            struct Question: Encodable {
                let views = Oracles.packaging + "/duckdb/profiles.sql"
                let profiles: String
                let queries: [String]
            }
            let scratch = try Scratch()
            _ = try job(in: scratch)
            _ = try shell("cd '\(scratch.folder)' && gzip base-0.syslat")
            let question = Question(
                profiles: scratch.folder + "/*.syslat*",
                queries: [
                    "SELECT kernel, count(*), count(DISTINCT boot) FROM profiles GROUP BY ALL ORDER BY 1",
                    "SELECT call, sum(calls) FROM calls WHERE NOT failed GROUP BY 1 ORDER BY 1",
                    "SELECT kernel, ns FROM quantile(0.5) WHERE call = 'openat' ORDER BY 1",
                    "SELECT sum(calls) FROM buckets",
                ])
            let input = String(decoding: try JSONEncoder().encode(question), as: UTF8.self)
            let found = try Oracles.ask("ask_duckdb.py", about: input, for: [[[String]]].self)
            #expect(found[0] == [["6.1.0", "8", "8"], ["6.12.1", "8", "8"]])
            let text = try shell("cd '\(scratch.folder)' && \"$SYSLAT\" report --format json *.syslat* 2>/dev/null")
            let report = try JSONDecoder().decode(Report.self, from: Data(text.output.utf8))
            #expect(found[1] == report.syscalls.map { [$0.name, "\($0.calls)"] }.sorted { $0[0] < $1[0] })
            #expect(found[3] == [["\(report.syscalls.reduce(0) { $0 + $1.calls })"]])
            let medians = found[2].compactMap { Double($0[1]) }
            try #require(medians.count == 2)
            #expect(abs(medians[0] / 2000 - 1) < 0.03 && abs(medians[1] / medians[0] / 1.15 - 1) < 0.03, "\(medians)")
        }

        @Test(.enabled(if: Oracles.areWanted, Comment(rawValue: Oracles.missing)))
        func `Grafana's own models read the dashboard`() throws {
            let found = try Oracles.ask("check_dashboard.py", about: Oracles.packaging + "/grafana/syslat.json", for: [String].self)
            #expect(found.isEmpty, "\(found.joined(separator: "\n"))")
        }

        @Test(arguments: [
            (["--base", "{}"], "--base is about hosts of a fleet: name the server that has them with --prometheus URL."),
            (["--window", "1h", "a", "--", "b"], "--window is about hosts of a fleet"),
            (["--prometheus", "http://p:9090"], "--base is missing: --prometheus needs the hosts of both sides, such as --base"),
            (["--prometheus", "http://p:9090", "--base", "{}"], "--new is missing"),
            (
                ["--prometheus", "p:9090", "--base", "{}", "--new", "{}"],
                "'p:9090' is not an address of a server. Write http://prometheus:9090"
            ),
            (["--prometheus", "http://", "--base", "{}", "--new", "{}"], "is not an address"),
            (["--prometheus", "http://p/?x=1", "--base", "{}", "--new", "{}"], "is not an address"),
            (["--prometheus", "file:///etc/passwd", "--base", "{}", "--new", "{}"], "is not an address"),
            (["--prometheus", "http://p\"\nurl=\"x", "--base", "{}", "--new", "{}"], "is not an address"),
            (["--prometheus", "https://me:secret@p", "--base", "{}", "--new", "{}"], "Write user = \"name:password\" into a file"),
            (["--prometheus", "http://p", "--base", "6.1", "--new", "{}"], "'6.1' doesn't select hosts."),
            (["--prometheus", "http://p", "--base", "{}@monday", "--new", "{}"], "'monday' is not a time."),
            (["--prometheus", "http://p", "--base", "{}", "--new", "{}", "--window", "1s"], "--window is not from 10s to 720h."),
            (
                ["--prometheus", "http://p", "--base", "{}", "--new", "{}", "--host-label", "a-b"],
                "--host-label 'a-b' is no name of a label."
            ),
            (["--prometheus", "http://p", "--base", "{}", "--new", "{}", "a"], "leave out the file 'a'"),
            (["--prometheus", "http://p", "--base", "{}", "--new", "{}", "--", "b"], "leave out the file 'b'"),
            (["--prometheus", "http://p", "--base", "{}", "--new", "{}", "--noise", "n"], "--noise takes files"),
            (
                ["--prometheus", "http://p", "--base", "{}", "--new", "{}", "--weights", "w"],
                "--weights is for profiles of `syslat bench`"
            ),
        ])
        func `what makes no sense is refused with the remedy`(_ arguments: [String], _ words: String) throws {
            let run = try syslat(["compare"] + arguments)
            #expect(run.status == 64, "\(run.error)")
            #expect(run.error.contains(words), "\(run.error)")
        }
    }
}
