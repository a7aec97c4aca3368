import CaptureSupport
import ComparisonSupport
import Foundation
import Profile
import ProfileFile
import TestPrograms
import TestSupport
import Testing

extension CommandLineTests {
    /// `syslat compare`: its exit statuses and messages.
    @Suite struct Comparing {
        private func write(_ boots: SyntheticBoots, _ name: String, to scratch: Scratch) throws {
            for file in boots.files(name) {
                let bytes = try ProfileFileWriter.text(of: file.profile)
                try Data(bytes).write(to: URL(fileURLWithPath: scratch.path(file.path)))
            }
        }

        /// Seven boots of one kernel (a), of another (b), and of one on which openat is a quarter slower (slow).
        private func files(_ count: Int = 7) throws -> Scratch {
            let scratch = try Scratch()
            var (base, new) = (SyntheticBoots(seed: 1), SyntheticBoots(seed: 2))
            (base.count, new.count, new.kernel, new.start) = (count, count, "6.12", 100)
            try write(base, "a", to: scratch)
            try write(new, "b", to: scratch)
            new.factors = [257: 1.25]
            try write(new, "slow", to: scratch)
            return scratch
        }

        private func compare(_ line: String, in scratch: Scratch) throws -> ProgramRun {
            try shell("cd '\(scratch.folder)' && \"$SYSLAT\" compare \(line)")
        }

        @Test func `globs name the files of both sides of a comparison`() throws {
            let scratch = try files()
            let same = try compare("a-* -- b-*", in: scratch)
            #expect(same.status == 0 && same.error == "", "\(same.error)")
            #expect(same.output.contains("NO REGRESSION: all 12 gated cells are decided: 12 equivalent."), "\(same.output)")
            let slower = try compare("--top 6 a-* -- slow-*", in: scratch)
            #expect(slower.status == 1 && slower.error == "")
            #expect(slower.output.contains("REGRESSED: 2 of 12 gated cells are slower"), "\(slower.output)")
        }

        @Test func `an undecided comparison gives 3 unless --inconclusive says otherwise`() throws {
            let scratch = try files(3)
            for (option, status) in [("", 3), ("--inconclusive pass", 0), ("--inconclusive fail", 1)] as [(String, Int32)] {
                let run = try compare("\(option) a-* -- b-*", in: scratch)
                #expect(run.status == status)
                #expect(
                    run.output.replacing("\n  ", with: " ").contains(
                        "INCONCLUSIVE: 3 boots a side can't decide about 12 gated cells: at least 5 of each kernel are needed"),
                    "\(run.output)")
            }
            // A regression stays one whatever the undecided cells count as.
            let seven = try files()
            #expect(try compare("--inconclusive pass a-* -- slow-*", in: seven).status == 1)
        }

        @Test func `a comparison is written as text, JSON and Markdown`() throws {
            let scratch = try files()
            let json = try shell(
                "cd '\(scratch.folder)' && \"$SYSLAT\" compare --format json a-* -- slow-* | jq -r '.schema, .outcome, (.gated | length)'"
            )
            #expect(json.output == "syslat.comparison/2\nregressed\n12\n", "\(json.error)")
            let markdown = try compare("--format markdown a-* -- slow-*", in: scratch)
            #expect(markdown.output.hasPrefix("## syslat compare: REGRESSED\n"))
            let file = try compare("-o out.txt a-* -- b-*", in: scratch)
            #expect(file.status == 0 && file.output == "")
            #expect(try scratch.read("out.txt").contains("NO REGRESSION"))
        }

        /// Without options, openat is REGRESSED.
        @Test(
            arguments: [
                ("", 1), ("--delta p50=40%,p99=40%", 0), ("--min-abs 1ms", 0),
                // openat has the fourth longest total time.
                ("--top 3", 0), ("--top 4", 1),
                // One order of 3432 gives p = 0.0003. Adjusted for 2 regressions in 12 cells that is 0.0017, and 0.0035 after Holm.
                ("--alpha 0.002", 1), ("--alpha 0.002 --fwer", 3), ("--alpha 0.001", 3),
            ] as [(String, Int32)])
        func `each option of the gate changes the verdict`(options: String, status: Int32) throws {
            let run = try compare("\(options) a-* -- slow-*", in: try files())
            #expect(run.status == status, "\(run.output)\(run.error)")
        }

        /// Seven boots of a bench on both sides, and a service that reads, closes and sends.
        private func benches() throws -> Scratch {
            let scratch = try Scratch()
            let cases: [SyntheticCases.Case] = [
                .init("read-small", untraced: 400, [.init(0, 410)]),
                .init("open-close", untraced: 2_700, [.init(257, 1_500), .init(3, 440)]),
            ]
            for (name, seed, kernel) in [("a", 1, "6.8"), ("b", 2, "6.12")] as [(String, UInt64, String)] {
                for file in SyntheticCases(cases, seed: seed, kernel: kernel).files(name) {
                    try write(file.profile, file.path, to: scratch)
                }
            }
            let calls: [SyntheticService.Call] = [.init(0, 600, calls: 600), .init(3, 300, calls: 300), .init(44, 900, calls: 200)]
            var service = SyntheticService(calls).file("service").profile
            try write(service, "service", to: scratch)
            service.host.arch = "aarch64"
            try write(service, "foreign", to: scratch)
            try write(SyntheticService([]).file("empty").profile, "empty", to: scratch)
            try write(SyntheticBoots(seed: 1).files("x")[0].profile, "boot", to: scratch)
            return scratch
        }

        @Test func `the calls of a service are gated by their weights`() throws {
            let run = try compare("--gate p50 --weights service a-* -- b-*", in: try benches())
            let text = run.output.replacing("\n  ", with: " ")
            #expect(run.status == 0 && run.error == "", "\(run.output)")
            #expect(text.contains("all 5 gated cells are decided") && text.contains("This service's kernel time: "), "\(text)")
            #expect(text.contains("Without a case: sendto (29 %)."), "\(text)")
            let named = try compare("--gate p50 --gate-calls read a-* -- b-*", in: try benches())
            #expect(named.status == 0 && named.output.contains("all 2 gated cells are decided"), "\(named.output)")
        }

        @Test(
            arguments: [
                ("--weights service --gate-calls read a-* -- b-*", 64, "--weights and --gate-calls both choose the calls"),
                ("--gate-calls raed a-* -- b-*", 64, "There is no system call 'raed' to gate. Did you mean read"),
                ("--gate-calls '' a-* -- b-*", 64, "There is no system call '' to gate"),
                ("--gate-calls futex a-* -- b-*", 2, "BASE has no call of futex, so it can't be gated"),
                ("--weights missing a-* -- b-*", 2, "Can't read missing"),
                ("--weights empty a-* -- b-*", 2, "empty has no calls that ran"),
                ("--weights foreign a-* -- b-*", 2, "foreign was recorded on aarch64 and"),
                ("--weights a-0.syslat a-* -- b-*", 2, "a-0.syslat is of the workload standard, not of a service"),
                ("--weights service boot -- boot", 2, "leave --weights out"),
                ("--gate time a-* -- b-*", 64, "no figure 'time' to compare"),
                ("--weights - - -- b-*", 64, "Standard input (-) can be read only once."),
            ] as [(String, Int32, String)])
        func `calls that can't be gated are refused`(line: String, status: Int32, sentence: String) throws {
            let run = try compare(line, in: try benches())
            #expect(run.status == status && run.output == "", "\(run.output)\(run.error)")
            #expect(run.error.contains(sentence), "\(run.error)")
        }

        /// Four boots a side can decide three cells, and not six.
        @Test func `fewer gated figures need fewer boots`() throws {
            let scratch = try files(4)
            #expect(try compare("--top 3 a-* -- b-*", in: scratch).status == 3)
            let medians = try compare("--top 3 --gate p50 a-* -- b-*", in: scratch)
            #expect(medians.status == 0 && medians.output.contains("all 3 gated cells are decided"), "\(medians.output)")
        }

        @Test func `boots given as noise widen the margin beyond a regression`() throws {
            let scratch = try files()
            var noisy = SyntheticBoots(seed: 3)
            (noisy.count, noisy.deviation) = (8, 0.5)
            try write(noisy, "noisy", to: scratch)
            #expect(try compare("a-* --noise b-* -- slow-*", in: scratch).status == 1)
            let run = try compare("a-* --noise noisy-* -- slow-*", in: scratch)
            #expect(run.status == 0, "\(run.output)")
        }

        @Test(arguments: [
            ("", "BASE has no files."), ("a-0.syslat", "NEW has no files."), ("-- a-0.syslat", "BASE has no files."),
            ("a-0.syslat --", "NEW has no files."),
            ("--noise a-0.syslat a-1.syslat -- b-0.syslat", "--noise takes every file up to the next option"),
            ("a-0.syslat -- b-0.syslat --format json", "Everything after -- is a file, even '--format'."),
            ("- -- -", "Standard input (-) can be read only once."),
            ("--delta p50=5 a-0.syslat -- b-0.syslat", "The margin 'p50=5' is not a figure with a percentage"),
            ("--delta p50=1001% a-0.syslat -- b-0.syslat", "of at most 1000%"),
            ("--delta p51=5% a-0.syslat -- b-0.syslat", "no figure 'p51' to compare. Choose from p50, p90"),
            ("--gate p50,,p99 a-0.syslat -- b-0.syslat", "no figure '' to compare"),
            ("--alpha 0.5 a-0.syslat -- b-0.syslat", "The significance level '0.5' is not a number between 0 and 0.5"),
            ("--alpha nan a-0.syslat -- b-0.syslat", "The significance level 'nan' is not a number"),
            ("--min-abs 20 a-0.syslat -- b-0.syslat", "The duration '20' needs a unit"),
            ("--top 0 a-0.syslat -- b-0.syslat", "--top 0 is out of range"),
            ("--frobnicate a-0.syslat -- b-0.syslat", "Unknown option '--frobnicate'"),
            ("--format yaml a-0.syslat -- b-0.syslat", "yaml"),
            ("-o '' a-0.syslat -- b-0.syslat", "-o was given an empty name"),
        ])
        func `a wrong command line gives 64`(line: String, sentence: String) throws {
            let run = try compare(line, in: try files(2))
            #expect(run.status == 64, "\(run.output)\(run.error)")
            #expect(run.output == "" && run.error.contains(sentence), "\(run.error)")
        }

        @Test(arguments: ["/no/such/folder/x", "/dev/full"]) func `an output that can't be written gives 1`(file: String) throws {
            let run = try compare("-o \(file) a-0.syslat -- b-0.syslat", in: try files(2))
            #expect(run.status == 1 && run.output == "")
            #expect(run.error.contains("The output can't be written to \(file)"), "\(run.error)")
        }

        @Test(arguments: [
            ("a-0.syslat -- missing", "Can't read missing: no such file or directory."),
            ("a-0.syslat -- damaged", "damaged, line "), ("a-0.syslat -- empty", "the file is empty"),
            ("a-0.syslat -- lossy", "lossy lost 5000 of 10000 calls"), ("a-0.syslat -- lossy", "accept the losses with --force."),
            ("a-0.syslat -- quick", "different work can't be compared"),
            ("emulated -- real", "was made under emulation"),
        ])
        func `files that can't be compared give 2`(line: String, sentence: String) throws {
            let scratch = try files(2)
            let good = try scratch.read("a-0.syslat")
            try scratch.write(good.replacing("\"clocksource\":\"tsc\"", with: "\"clocksource\":\"hpe\""), to: "damaged")
            try scratch.write("", to: "empty")
            var profile = SyntheticBoots(seed: 5).files("x")[0].profile
            profile.balance = Balance(
                entered: 10_000, completed: 5_000, inFlight: 0, neverReturned: 0, lostByCause: [.noSlot: 5_000])
            try write(profile, "lossy", to: scratch)
            for (name, machine) in [("emulated", WorkloadResult.Machine.emulation), ("real", .host)] {
                try write(SyntheticBoots(seed: 5).workloadFiles("x", machine: machine)[0].profile, name, to: scratch)
            }
            var quick = SyntheticBoots(seed: 5).workloadFiles("x")[0].profile
            quick.workload?.isQuick = true
            try write(quick, "quick", to: scratch)
            let run = try compare(line, in: scratch)
            #expect(run.status == 2, "\(run.output)\(run.error)")
            #expect(run.output == "" && run.error.contains(sentence), "\(run.error)")
        }

        private func write(_ profile: Profile, _ name: String, to scratch: Scratch) throws {
            try Data(try ProfileFileWriter.text(of: profile)).write(to: URL(fileURLWithPath: scratch.path(name)))
        }

        @Test func `a profile with losses is compared with --force`() throws {
            let scratch = try files(2)
            var profile = SyntheticBoots(seed: 5).files("x")[0].profile
            profile.balance = Balance(
                entered: 10_000, completed: 5_000, inFlight: 0, neverReturned: 0, lostByCause: [.noSlot: 5_000])
            try write(profile, "lossy", to: scratch)
            let run = try compare("--force a-* -- lossy", in: scratch)
            #expect(run.status == 3 && run.output.contains("lost more than 0.1 % of the calls: what is left"), "\(run.error)")
        }

        @Test func `one side can come from standard input`() throws {
            let scratch = try files()
            let run = try shell("cd '\(scratch.folder)' && \"$SYSLAT\" compare a-* -- - <b-0.syslat")
            #expect(run.status == 3 && run.output.contains("one boot a side says nothing about how boots differ"), "\(run.error)")
            #expect(run.output.replacing("\n  ", with: " ").contains("What changed between these two, `syslat diff` describes."))
        }
    }
}
