import CaptureSupport
import Foundation
import Testing
import TestPrograms

extension CommandLineTests {
    /// `profile -o`, `profile --interval` and `report`: what was captured is what is saved.
    @Suite struct SavedProfiles {
        private static let dd = ["dd", "if=/dev/zero", "of=/dev/null", "bs=1", "count=500", "status=none"]

        @Test(.requiresBPF) func `a saved profile gives the same report as its capture`() throws {
            let scratch = try Scratch()
            let file = scratch.path("run.syslat")
            for format in ["text", "json"] {
                let run = try syslat(["profile", "--format", format, "-o", file, "--"] + Self.dd)
                #expect(run.status == 0, "\(run.error)")
                let report = try syslat(["report", "--format", format, file])
                #expect(report.status == 0, "\(report.error)")
                #expect(report.output == run.output)
            }
            #expect(scratch.names == ["run.syslat"], "nothing else may be left")
            // jq reads it line by line: the version first, the hash last.
            let jq = try shell("jq -c 'keys[0]' '\(file)' | sort | uniq -c && tail -n 1 '\(file)' | jq -e '.sha256 | length == 64'")
            #expect(jq.status == 0, "\(jq.error)")
        }

        @Test(.requiresBPF) func `a profile can be piped into the report`() throws {
            let run = try shell(
                "\"$SYSLAT\" profile -o - -- \(Self.dd.joined(separator: " ")) | \"$SYSLAT\" report --format json -")
            #expect(run.status == 0, "\(run.error)")
            let report = try Report(json: run.output)
            #expect(report.calls("write") == 500)
            #expect(report.balance.closes && report.balance.lost == 0)
        }

        @Test(.requiresBPF) func `a time series can be piped into the report`() throws {
            let run = try shell("\"$SYSLAT\" profile --interval 100ms -d 450ms -o - -a | \"$SYSLAT\" report --by interval -")
            #expect(run.status == 0, "\(run.error)")
            // The first interval ends when its time is over and a CPU is free.
            #expect(run.output.contains("INTERVAL") && run.output.contains("0.00 – 0."), "\(run.output)")
            #expect(run.output.split(separator: "\n").filter { $0.contains(" – 0.") }.count > 1, "\(run.output)")
        }

        /// Counts twice as high as the truth look like any others.
        @Test(.requiresBPF) func `a capture that is given twice is named`() throws {
            let scratch = try Scratch()
            let (a, b, c) = (scratch.path("a"), scratch.path("b"), scratch.path("c"))
            for file in [a, b] { #expect(try syslat(["profile", "-o", file, "--report", "/dev/null", "--", "true"]).status == 0) }
            try FileManager.default.copyItem(atPath: a, toPath: c)
            func warnings(_ files: [String]) throws -> [String] {
                let run = try syslat(["report", "--format", "json"] + files)
                #expect(run.status == 0 && run.error == "", "\(run.error)")
                return try Report(json: run.output).capture.warnings
            }
            #expect(try warnings([a, b]) == [])
            #expect(try warnings([a, b, a]) == ["\(a) was given twice: all of its calls count twice."])
            #expect(try warnings([a, b, c]) == ["\(c) and \(a) have the same capture: all of its calls count twice."])
            let text = try syslat(["report", b, b]).output
            #expect(text.contains("was given twice"), "\(text)")
        }

        @Test(.requiresBPF) func `several profiles add up in any order`() throws {
            let scratch = try Scratch()
            let files = ["a", "b", "c"].map { scratch.path($0) }
            var sum: UInt64 = 0
            for file in files {
                let run = try syslat(["profile", "--format", "json", "-o", file, "--"] + Self.dd)
                sum += try Report(json: run.output).balance.entered
            }
            let orders = [files, files.reversed()]
            let reports = try orders.map { try Report(json: syslat(["report", "--format", "json"] + $0).output) }
            #expect(reports.map(\.balance.entered) == [sum, sum])
            #expect(reports[0].calls("write") == reports[1].calls("write") && reports[0].calls("write") == 1500)
            #expect(reports.allSatisfy { $0.balance.closes })
        }

        @Test(.requiresBPF) func `the intervals of a time series add up to the whole`() throws {
            let scratch = try Scratch()
            let file = scratch.path("series.syslat")
            let fixture = try Fixture("short_threads")
            let run = try syslat(
                ["profile", "--format", "json", "--interval", "20ms", "-o", file, "--", fixture.path, "2000", "10"])
            #expect(run.status == 0, "\(run.error)")
            let lines = run.output.split(separator: "\n").map(String.init)
            #expect(lines.count >= 3)
            #expect(lines.dropLast().allSatisfy { $0.contains("\"schema\":\"syslat.interval/1\"") })
            let total = try Report(json: #require(lines.last))
            #expect(total.calls("getppid") == 20_000)
            #expect(total.balance.closes && total.balance.lost == 0)
            let sum = try shell(
                "jq -n '[inputs | select(.schema == \"syslat.interval/1\") | .syscalls[] | select(.name == \"getppid\") | .calls] | add'",
                input: run.output)
            #expect(sum.output == "20000\n")

            let saved = try Report(json: syslat(["report", "--format", "json", file]).output)
            #expect(saved.calls("getppid") == 20_000)
            #expect(saved.balance.entered == total.balance.entered)
            let table = try syslat(["report", "--by", "interval", file])
            #expect(table.output.contains("INTERVAL"), "\(table.output)")
            #expect(!FileManager.default.fileExists(atPath: file + ".partial"))
        }

        /// syslat leaves a `.partial` file, and the old file keeps its name and content.
        @Test(.requiresBPF) func `a killed time series is valid up to its last interval`() throws {
            let scratch = try Scratch()
            let file = try scratch.write("yesterday\n", to: "series.syslat")
            let run = try syslat(["profile", "-a", "--interval", "50ms", "-o", file]) { pid in
                _ = eventually {
                    (try? String(contentsOfFile: file + ".partial", encoding: .utf8))?.contains("end_interval") == true
                }
                kill(pid, SIGKILL)
            }
            #expect(run.status == 128 + SIGKILL)
            #expect(try scratch.read("series.syslat") == "yesterday\n")
            let read = try syslat(["report", "--format", "json", file + ".partial"])
            #expect(read.status == 0, "\(read.error)")
            let report = try Report(json: read.output)
            #expect(report.capture.messages.contains { $0.contains("is incomplete: it ends after") }, "\(read.output)")
            #expect(report.capture.duration_ns >= 50_000_000)
        }

        @Test(.requiresBPF, arguments: ["text", "json", "csv", "hgrm", "hlog", "openmetrics", "prometheus", "folded"])
        func `every format can be written to a file and piped to head`(format: String) throws {
            let scratch = try Scratch()
            let file = scratch.path("run.syslat")
            _ = try syslat(["profile", "-o", file, "--"] + Self.dd)
            let run = try syslat(["report", "--format", format, "-o", scratch.path("out"), file])
            #expect(run.status == 0 && run.output == "", "\(run.error)")
            #expect(try scratch.read("out").contains("read"))
            // A reader that leaves early causes no message.
            let head = try shell("\"$SYSLAT\" report --format \(format) '\(file)' | head -n 1")
            #expect(head.error == "")
        }

        @Test func `files that are not profiles are refused with status 2`() throws {
            let scratch = try Scratch()
            let good = try scratch.write("{\"schema\":\"syslat.profile/2\"}\n", to: "summary.json")
            let empty = try scratch.write("", to: "empty")
            for (path, words) in [
                (good, "line 1: this is not a syslat profile"), (empty, "the file is empty"),
                (scratch.path("none"), "no such file"),
                ("/tmp", "is a folder without segments of `syslat record`"),
            ] {
                let run = try syslat(["report", "-o", scratch.path("out"), path])
                #expect(run.status == 2)
                #expect(run.output == "")
                #expect(run.error.contains(path) && run.error.contains(words), "\(run.error)")
                #expect(!FileManager.default.fileExists(atPath: scratch.path("out")))
            }
            #expect(try syslat(["report"]).status == 64)
        }

        @Test(.requiresBPF) func `a full disk costs neither the report nor the old profile`() throws {
            let scratch = try Scratch()
            let run = try shell(
                """
                unshare --mount sh -euc 'mount -t tmpfs -o size=16k none "$0"; cd "$0"; echo old >run.syslat
                head -c 8192 /dev/zero >filler
                "$SYSLAT" profile -o run.syslat -- sh -c "ls -R /etc >/dev/null 2>&1" >/dev/shm/syslat-report-$$ || echo "status $?"
                grep -c "^Balance: " /dev/shm/syslat-report-$$; rm /dev/shm/syslat-report-$$
                cat run.syslat; ls' '\(scratch.path(""))'
                """)
            #expect(run.output == "status 1\n1\nold\nfiller\nrun.syslat\n", "\(run.output)\(run.error)")
            #expect(run.error.contains("no space left on device"), "\(run.error)")
        }
    }
}
