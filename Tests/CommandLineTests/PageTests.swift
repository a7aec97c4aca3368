import CaptureSupport
import Comparison
import ComparisonSupport
import Foundation
import Profile
import ProfileFile
import Testing
import TestPrograms

extension CommandLineTests {
    /// Pages and plots on the command line: where they go, of what they are made, and what is refused.
    @Suite struct Pages {
        /// Seven boots of one kernel (a), and of one on which openat is a quarter slower (slow); `before` and `after` of a service, and a profile
        /// of `nothing`.
        private func files() throws -> Scratch {
            let scratch = try Scratch()
            func write(_ file: ComparedFile, _ name: String? = nil) throws {
                let bytes = try ProfileFileWriter.text(of: file.profile)
                try Data(bytes).write(to: URL(fileURLWithPath: scratch.path(name ?? file.path)))
            }
            var slow = SyntheticBoots(seed: 2)
            (slow.kernel, slow.start, slow.factors) = ("6.12", 100, [257: 1.25])
            for file in SyntheticBoots(seed: 1).files("a") + slow.files("slow") { try write(file) }
            var after = SyntheticService([.init(0, 1_000, calls: 9_000), .init(1, 2_000, calls: 10_000)])
            after.start = 3_600
            try write(SyntheticService([.init(0, 1_000, calls: 9_000), .init(1, 2_000, calls: 5_000)]).file("x"), "before")
            try write(after.file("x"), "after")
            try write(SyntheticService([]).file("x"), "nothing")
            return scratch
        }

        private func run(_ line: String, in scratch: Scratch) throws -> ProgramRun {
            try shell("cd '\(scratch.folder)' && \"$SYSLAT\" \(line)")
        }

        private static let pages = [
            "report --format html before", "report --format html before after", "report --format html --overlay before after",
            "compare --inconclusive pass --format html a-* -- a-*", "diff --format html before after",
        ]

        @Test(arguments: pages)
        func `a page goes to standard output or to a file, and is the same there`(_ line: String) throws {
            let scratch = try files()
            let printed = try run(line, in: scratch)
            #expect(printed.status == 0 && printed.error == "", "\(printed.error)")
            #expect(printed.output.hasPrefix("<!DOCTYPE html>\n") && printed.output.hasSuffix("</html>\n"))
            let saved = try run(line.replacing("--format", with: "-o page.html --format"), in: scratch)
            #expect(saved.status == 0 && saved.output == "" && saved.error == "")
            #expect(try scratch.read("page.html") == printed.output)
            #expect(try run(line, in: scratch).output == printed.output)
        }

        @Test(arguments: pages + ["report --plot read before"])
        func `a terminal is no place for a page, and the refusal says what is`(_ line: String) throws {
            let scratch = try files()
            let run = try terminal("cd '\(scratch.folder)' && $SYSLAT \(line)")
            #expect(run.status == 64)
            let sentence =
                line.contains("--plot")
                ? "A plot is a picture (SVG), and would go to a terminal. Name a file: -o read.svg"
                : "html is for a browser, and would go to a terminal. Name a file to open there."
            #expect(run.output.contains(sentence), "\(run.output)")
            #expect(!run.output.contains("<"))
        }

        @Test(arguments: ["report --format html before", "report --plot read before", "diff --format html before after"])
        func `an existing file is replaced whole, or not at all`(_ line: String) throws {
            let scratch = try files()
            try scratch.write("old", to: "page")
            let replaced = try run(line.replacing(" before", with: " -o page before"), in: scratch)
            #expect(replaced.status == 0, "\(replaced.error)")
            #expect(try scratch.read("page").hasPrefix("<"))
            try scratch.write("old", to: "page")
            try scratch.write("no profile", to: "before")
            let failed = try run(line.replacing(" before", with: " -o page before"), in: scratch)
            #expect(failed.status == 2 && failed.output == "", "\(failed.error)")
            #expect(try scratch.read("page") == "old")
            #expect(!scratch.names.contains { $0.hasPrefix("page.") || $0.hasPrefix(".page") }, "\(scratch.names)")
        }

        @Test func `a page never replaces a file that it is made of`() throws {
            let scratch = try files()
            let before = try Data(contentsOf: URL(fileURLWithPath: scratch.path("before")))
            for line in ["report --format html -o before before", "report --format html --overlay -o before after before"] {
                let run = try run(line, in: scratch)
                #expect(run.status == 64 && run.error.contains("which is read"), "\(run.error)")
            }
            #expect(try Data(contentsOf: URL(fileURLWithPath: scratch.path("before"))) == before)
        }

        @Test func `several files are merged, or beside each other by their names`() throws {
            let scratch = try files()
            let merged = try run("report --format html before after", in: scratch).output
            #expect(merged.contains("<h1>System calls of ") && !merged.contains("before</bdi>"))
            let overlaid = try run("report --format html --overlay before after", in: scratch).output
            #expect(overlaid.contains("System calls of 2 profiles"))
            #expect(overlaid.contains("<bdi>before</bdi>") && overlaid.contains("<bdi>after</bdi>"))
            // Files of one name in two folders are told apart by these.
            _ = try run("--version && mkdir one two && cp before one/x && cp after two/x", in: scratch)
            let folders = try run("report --format html --overlay ./one/x two/x", in: scratch)
            #expect(
                folders.output.contains("<bdi>./one/x</bdi>") && folders.output.contains("<bdi>two/x</bdi>"), "\(folders.error)")
        }

        @Test func `a plot of a call that isn't there is refused with a hint`() throws {
            let scratch = try files()
            try scratch.write("old", to: "plot.svg")
            for name in ["fsync", "nonsense", "ia32:read", "''"] {
                let run = try run("report --plot \(name) -o plot.svg before", in: scratch)
                #expect(run.status == 64 && run.output == "", "\(name)")
                #expect(
                    run.error.contains("so there is nothing to draw. `syslat report` without --plot lists the calls."),
                    "\(run.error)")
            }
            #expect(try scratch.read("plot.svg") == "old")
            let drawn = try run("report --plot read before after", in: scratch)
            #expect(drawn.status == 0 && drawn.output.hasPrefix("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<svg "))
        }

        @Test func `a page of nothing says so, and so does a diff`() throws {
            let scratch = try files()
            let page = try run("report --format html nothing", in: scratch)
            #expect(page.status == 0 && page.output.contains("class=\"lead\"") && !page.output.contains("<table"), "\(page.error)")
            let overlay = try run("report --format html --overlay nothing nothing", in: scratch)
            #expect(overlay.output.contains("No call completed in any of them."))
            #expect(try run("diff --format html nothing nothing", in: scratch).output.contains("Neither profile has a call."))
            #expect(try run("report --plot read nothing", in: scratch).status == 64)
        }

        @Test func `the page of a comparison is written whatever the verdict, and the exit status is that of the text`() throws {
            let scratch = try files()
            let slower = try run("compare --format html -o page.html a-* -- slow-*", in: scratch)
            #expect(slower.status == 1 && slower.output == "" && slower.error == "")
            #expect(try scratch.read("page.html").contains("</span>REGRESSED</h1>"))
            let undecided = try run("compare --format html a-0* a-1* a-2* -- slow-0* slow-1* slow-2*", in: scratch)
            #expect(undecided.status == 3 && undecided.output.contains("</span>INCONCLUSIVE</h1>"))
        }

        @Test(arguments: [
            ("report --overlay before after", "--overlay shows files beside each other on a page: add --format html."),
            (
                "report --plot read --format json before",
                "--plot read makes a picture of one call, and --format json a report. Keep one."
            ),
            ("report --plot read --overlay before", "--plot read makes a picture of one call, and --overlay a report. Keep one."),
        ])
        func `options that contradict each other are refused`(_ line: String, _ sentence: String) throws {
            let run = try run(line, in: try files())
            #expect(run.status == 64 && run.output == "")
            #expect(run.error.contains(sentence), "\(run.error)")
        }
    }
}
