import CaptureSupport
import Foundation
import Testing

extension CommandLineTests {
    /// What a capture printed can be had again from its file, and every format breaks calls down as it is asked to, or refuses.
    @Suite(.requiresBPF) struct Reprints {
        /// Several processes, errors, calls that sleep, and several intervals.
        private static let command = ["--", "sh", "-c", "cat /etc/hostname /no/such >/dev/null 2>&1; sleep 0.3; ls / >/dev/null"]

        @Test(
            arguments: ["text", "json"],
            [
                [[], []], [["--by", "process"], ["--by", "process"]],
                [["--interval", "50ms", "--by", "interval"], ["--by", "interval"]],
                [["--interval", "50ms"], ["--each-interval"]],
                [["--interval", "50ms", "--by", "process"], ["--each-interval", "--by", "process"]],
                [["--sample", "1/4", "--by", "process"], ["--by", "process"]],
                [["--sample", "1/4", "--interval", "50ms"], ["--each-interval"]],
                [["-e", "read,openat", "--by", "process"], ["--by", "process"]],
                [["--interval", "50ms", "--by", "process", "BUCKETS"], ["--each-interval", "--by", "process", "BUCKETS"]],
            ])
        func `a report from the file is the report of the capture, byte for byte`(
            format: String, options: [[String]]
        ) throws {
            let scratch = try Scratch()
            let file = scratch.path("run.syslat")
            // What the format has in place of buckets.
            let options = options.map { $0.map { $0 == "BUCKETS" ? format == "json" ? "--buckets" : "--histogram-rows=50" : $0 } }
            let run = try syslat(["profile", "--format", format] + options[0] + ["-o", file] + Self.command)
            #expect(run.status != 64, "\(run.error)")
            #expect(run.output.contains("openat") || options[0].contains("--by"))
            let report = try syslat(["report", "--format", format] + options[1] + [file])
            #expect(report.status == 0, "\(report.error)")
            #expect(report.output == run.output)
        }

        @Test(arguments: [
            ["--sort", "name"], ["--top", "3"], ["--histogram"], ["--histogram=read"],
            ["--by", "process", "--sort", "p99", "--top", "1"],
        ])
        func `options of the text report give the same bytes from the file`(options: [String]) throws {
            let scratch = try Scratch()
            let file = scratch.path("run.syslat")
            let run = try syslat(["profile"] + options + ["-o", file] + Self.command)
            let report = try syslat(["report"] + options + [file])
            #expect(report.output == run.output && report.status == 0)
        }

        /// The whole table: each format by call, by process and by interval.
        @Test func `every format breaks the calls down as asked, or refuses with the formats that can`() throws {
            let scratch = try Scratch()
            let file = scratch.path("run.syslat")
            _ = try syslat(["profile", "--interval", "50ms", "-o", file, "--report", "/dev/null"] + Self.command)
            let able = [
                "process": ["text", "json", "csv", "openmetrics", "prometheus", "folded", "pprof"],
                "interval": ["text", "json", "csv", "hlog"],
            ]
            for format in ["text", "json", "csv", "hgrm", "hlog", "openmetrics", "prometheus", "folded"] {
                let plain = try syslat(["report", "--format", format, file])
                #expect(plain.status == 0 && !plain.output.isEmpty)
                for (grouping, formats) in able {
                    let run = try syslat(["report", "--format", format, "--by", grouping, file])
                    if formats.contains(format) {
                        #expect(run.status == 0, "\(run.error)")
                        // Folded stacks begin with the process in any case.
                        #expect((run.output == plain.output) == (format == "folded"), "\(format) by \(grouping)")
                    } else {
                        #expect(run.status == 64 && run.output == "")
                        #expect(run.error.contains("--by \(grouping) can't be shown in \(format)"), "\(run.error)")
                        let list = formats.dropLast().joined(separator: ", ") + " or " + formats[formats.count - 1]
                        #expect(run.error.contains("--format \(list)"), "\(run.error)")
                    }
                }
            }
        }

        @Test func `percentiles by process that a file lacks are missed in words`() throws {
            let scratch = try Scratch()
            let (without, with) = (scratch.path("without"), scratch.path("with"))
            _ = try syslat(["profile", "-o", without, "--report", "/dev/null"] + Self.command)
            _ = try syslat(["profile", "--by", "process", "-o", with, "--report", "/dev/null"] + Self.command)
            for format in ["text", "json"] {
                func report(_ words: String...) throws -> String {
                    let run = try syslat(["report", "--format", format, "--by", "process"] + words)
                    return run.output.split(whereSeparator: \.isWhitespace).joined(separator: " ")
                }
                let cure = "`syslat profile --by process -o FILE` records them"
                let (all, some) = (try report(without), try report(with, without))
                #expect(all.contains("Percentiles by process were not recorded: \(cure)"))
                #expect(some.contains("Some percentiles by process were not recorded: \(cure)"))
                let selected = try report(with, "-e", "read")
                #expect(selected.contains("Percentiles by process cover all calls of a process"))
                let whole = try report(with)
                #expect(!whole.contains("ercentiles by process"))
            }
        }

        @Test(arguments: [
            ["--sort", "calls"], ["--top", "3"], ["--histogram"], ["--histogram=read"],
        ])
        func `options of the text report are refused where another format would ignore them`(options: [String]) throws {
            for command in [["profile", "-a"], ["report", "/no/such"]] {
                let run = try syslat(command + ["--format", "json"] + options)
                #expect(run.status == 64 && run.output == "")
                let name = options[0].prefix { $0 != "=" }
                #expect(run.error.contains("\(name) shapes the text report; json always has everything."), "\(run.error)")
            }
        }

        @Test func `buckets are in JSON and CSV, and refused elsewhere`() throws {
            let scratch = try Scratch()
            let (without, with) = (scratch.path("without"), scratch.path("with"))
            _ = try syslat(["profile", "-o", without, "--report", "/dev/null"] + Self.command)
            _ = try syslat(["profile", "--by", "process", "-o", with, "--report", "/dev/null"] + Self.command)
            for format in ["text", "json", "csv", "hgrm", "hlog", "openmetrics", "prometheus", "folded"] {
                let run = try syslat(["report", "--format", format, "--buckets", without])
                let isAble = ["json", "csv"].contains(format)
                #expect(run.status == (isAble ? 0 : 64), "\(run.error)")
                #expect(run.output.contains(format == "csv" ? "from_ns,below_ns" : "\"buckets\"") == isAble)
                #expect(isAble || run.error.contains("--buckets goes with --format json or csv"), "\(run.error)")
            }
            let csv = ["report", "--format", "csv", "--buckets", "--by", "process"]
            let table = try syslat(csv + [with])
            #expect(table.output.hasPrefix("pid,comm,title,from_ns,below_ns,calls,sampled\r\n"))
            for arguments in [[without], [with, without], [with, "-e", "read"]] {
                let run = try syslat(csv + arguments)
                #expect(run.status == 64 && run.output == "")
                #expect(run.error.contains("There are no buckets by process to show, or not of all processes."), "\(run.error)")
            }
        }

        @Test func `groups are shown from files that have them, and refused elsewhere`() throws {
            let scratch = try Scratch()
            let (plain, grouped) = (scratch.path("plain"), scratch.path("grouped"))
            _ = try syslat(["profile", "-o", plain, "--report", "/dev/null"] + Self.command)
            let direct = try syslat(["profile", "--by", "comm", "--top", "1000", "-o", grouped] + Self.command)
            #expect(direct.output.contains("\nCOMM "))
            let again = try syslat(["report", "--by", "comm", "--top", "1000", grouped])
            #expect(again.status == 0 && direct.output.hasSuffix(again.output))
            for arguments in [["--by", "comm", plain], ["--by", "thread", grouped], ["--by", "comm", grouped, plain]] {
                let run = try syslat(["report"] + arguments)
                #expect(run.status == 64 && run.output == "")
                #expect(run.error.contains("Record them: `syslat profile --by \(arguments[1]) -o FILE`."), "\(run.error)")
            }
            let csv = ["report", "--format", "csv", "--buckets", "--by", "comm"]
            #expect(try syslat(csv + [grouped]).output.hasPrefix("comm,from_ns,below_ns,calls,sampled\r\n"))
            let some = try syslat(csv + ["-e", "read", grouped])
            #expect(some.status == 64 && some.error.contains("There are no buckets by comm of some calls only"), "\(some.error)")
        }

        @Test func `the option --histogram-rows draws finer`() throws {
            let scratch = try Scratch()
            let file = scratch.path("run.syslat")
            let dd = ["dd", "if=/dev/zero", "of=/dev/null", "bs=1", "count=3000", "status=none"]
            _ = try syslat(["profile", "-e", "read", "-o", file, "--report", "/dev/null", "--"] + dd)
            func bars(_ options: String...) throws -> Int {
                let run = try syslat(["report", file] + options)
                #expect(run.status == 0)
                return run.output.split(separator: "\n").count { $0.contains(" – ") || $0.contains("⋮") }
            }
            let (usual, fine) = (try bars("--histogram=read"), try bars("--histogram=read", "--histogram-rows", "100"))
            #expect((4...24).contains(usual) && fine > usual && fine <= 100)
            let ofAll = try bars("--histogram-rows", "100")
            #expect(ofAll == fine)
            for rows in ["15", "10001", "-1"] {
                let run = try syslat(["report", file, "--histogram-rows", rows])
                #expect(run.status == 64 && run.error.contains("is out of range: give a number from 16 to 10000."), "\(run.error)")
            }
        }

        @Test func `intervals that a file doesn't have are refused`() throws {
            let scratch = try Scratch()
            let file = scratch.path("run.syslat")
            _ = try syslat(["profile", "-o", file, "--report", "/dev/null"] + Self.command)
            for options in [["--by", "interval"], ["--each-interval"], ["--by", "interval", "--format", "json"]] {
                let run = try syslat(["report", file] + options)
                #expect(run.status == 64 && run.output == "")
                #expect(run.error.contains("There is no time series to show"), "\(run.error)")
            }
            let both = try syslat(["report", file, "--each-interval", "--by", "interval"])
            #expect(both.status == 64 && both.error.contains("Keep one."))
        }
    }
}
