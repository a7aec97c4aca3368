import CaptureSupport
import Foundation
import Testing
import TestPrograms

extension CommandLineTests {
    /// What the options of the report change in it.
    @Suite(.requiresBPF) struct Reports {
        private static let dd = ["dd", "if=/dev/zero", "of=/dev/null", "bs=1", "count=300", "status=none"]

        /// The rows of the table: the lines between the heading and the empty line after it.
        private static func rows(_ text: String, after heading: String = "CALL") -> [[Substring]] {
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            guard let first = lines.firstIndex(where: { $0.hasPrefix(heading) }) else { return [] }
            return lines[(first + 1)...].prefix { !$0.isEmpty }.map { $0.split(separator: " ") }
        }

        /// Each name must have its type too.
        @Test func `JSON is one document with every name that formats.md promises`() throws {
            let run = try syslat(
                ["profile", "--format", "json", "-d", "1s", "-e", "!getpid", "--"]
                    + ["sh", "-c", "cat /no/such/file 2>/dev/null; exec sleep 3"])
            // Each line is one promise. The result is the list of those that are broken.
            let names = #"""
                def numbers: all(type == "number");
                def texts: all(type == "string" and length > 0);
                [
                    .schema == "syslat.profile/2", ([.tool] | texts),
                    (.host | [.kernel_release, .arch, .boot_id, .cpu_model, .clocksource] | texts), (.host.mitigations | type == "object"),
                    (.capture | [.duration_ns, .probe_floor_p50_ns, .consumer_cpu_ns] | numbers),
                    (.capture | [.scope, .selection] | texts), .capture.command[0] == "sh", (.capture.warnings | type == "array"),
                    (.capture.started_at | sub("\\.[0-9]+Z$"; "Z") | fromdateiso8601 | . > 1.7e9),
                    (.balance | [.entered, .completed, .in_flight, .never_returned, .lost, .began_before, .new_task_returns, .refused,
                        .overflowed] | numbers),
                    (.balance | .entered == .completed + .in_flight + .never_returned + .lost),
                    (.balance | ([.lost_by_cause[]] | add // 0) == .lost),
                    (.syscalls | length > 5),
                    (.syscalls | all([.abi, .name] | texts)),
                    (.syscalls | all([.number, .calls, .errors, .total_ns, .min_ns, .mean_ns, .p50_ns, .p90_ns, .p99_ns, .p999_ns,
                        .max_ns] | numbers)),
                    (.syscalls | all([.min_ns, .p50_ns, .p90_ns, .p99_ns, .p999_ns, .max_ns] | . == sort)),
                    (.syscalls | all(([.errnos[]] | add // 0) == .errors)),
                    (.syscalls | any(.errnos.ENOENT > 0)),
                    (.syscalls | all(.outcomes | length > 0 and (keys - ["ran", "blocked", "preempted"]) == [])),
                    (.syscalls | all(.[].outcomes[]; [.calls, .total_ns, .p50_ns, .p99_ns] | numbers)),
                    (.syscalls | all(([.outcomes[].calls] | add) == .calls and ([.outcomes[].total_ns] | add) == .total_ns)),
                    ([.syscalls[].total_ns] | . == (sort | reverse)),
                    ([.syscalls[].calls] | add) == .balance.completed,
                    (.processes | length >= 2), (.processes | all([.pid, .calls, .errors, .total_ns] | numbers)),
                    (.processes | all([.comm] | texts)), ([.processes[].calls] | add) == .balance.completed,
                    (.in_flight | length == 1), (.in_flight | all([.pid, .tid, .number, .age_ns] | numbers)),
                    (.in_flight | all([.comm, .abi, .name] | texts)), .in_flight[0].name == "clock_nanosleep"
                ] | to_entries | map(select(.value != true).key)
                """#
            #expect(run.status == 0)
            // --slurp counts the documents.
            let jq = try ProgramRun.run(["jq", "--compact-output", "--slurp", "[length, (.[0] | \(names))]"], input: run.output)
            #expect(jq.output == "[1,[]]\n", "\(jq.error)\(run.output)")
            // For programs, it is one line.
            #expect(run.output.split(separator: "\n").count == 1 && run.output.hasSuffix("\n"))
        }

        @Test func `a row is a call, or with --by process a process`() throws {
            let command = ["--", "sh", "-c", "cat /etc/hostname; cat /etc/hostname"]
            let byCall = try syslat(["profile"] + command).output
            #expect(byCall.contains("\nCALL ") && !byCall.contains("\nPROCESS "))
            let byProcess = try syslat(["profile", "--by", "process"] + command).output
            #expect(byProcess.contains("\nPROCESS ") && !byProcess.contains("\nCALL "))
            let names = Self.rows(byProcess, after: "PROCESS").map { String($0[0]) }
            #expect(names.filter { $0 == "cat" }.count == 2)
            #expect(names.filter { $0 == "sh" }.count == 1)
            // With --by process, a process has percentiles of its own.
            #expect(Self.rows(byProcess, after: "PROCESS").allSatisfy { !$0.contains("-") })
        }

        @Test func `the option --top shows the first rows and sums up the rest`() throws {
            let all = Self.rows(try syslat(["profile", "--"] + Self.dd).output)
            let top = Self.rows(try syslat(["profile", "--top", "2", "--"] + Self.dd).output)
            #expect(all.count > 10)
            #expect(top.count == 4)
            #expect(top[2].joined(separator: " ").hasPrefix("… \(all.count - 3) more calls"))
            #expect(top[3][0] == "total")
            // A number larger than the table shows all rows.
            #expect(Self.rows(try syslat(["profile", "--top", "1000", "--"] + Self.dd).output).count == all.count)
        }

        @Test func `the option --sort orders the rows`() throws {
            let options = ["profile", "-e", "read,write,openat,close,mmap", "--sort"]
            let byName = Self.rows(try syslat(options + ["name", "--"] + Self.dd).output).dropLast().map { String($0[0]) }
            #expect(byName == ["close", "mmap", "openat", "read", "write"])
            let byCalls = Self.rows(try syslat(options + ["calls", "--"] + Self.dd).output).dropLast()
            let counts = byCalls.compactMap { Int($0[1].filter { $0 != "," }) }
            #expect(counts.count == 5 && counts == counts.sorted(by: >))
            #expect(Set(byCalls.prefix(2).map { String($0[0]) }) == ["read", "write"])
        }

        @Test func `idle waits are first by total time, and below by time on the CPU and where nothing is asked for`() throws {
            let scratch = try Scratch()
            let file = scratch.path("run.syslat")
            let command = ["--", "sh", "-c", "sleep 0.5; " + Self.dd.joined(separator: " ")]
            _ = try syslat(["profile", "-e", "clock_nanosleep,write", "--report", "/dev/null", "-o", file] + command)
            func names(_ sort: String...) throws -> [Substring] {
                let text = try syslat(["report", file] + sort).output
                return Self.rows(text).map { $0[0] }
            }
            let (byTotal, byCPU, usual) = (try names("--sort", "total"), try names("--sort", "oncpu"), try names())
            #expect(byTotal == ["clock_nanosleep", "write", "total"])
            #expect(byCPU == ["write", "clock_nanosleep", "total"])
            #expect(usual == byCPU)
        }

        @Test func `the option --histogram draws all calls or those it names`() throws {
            func drawings(_ text: String) -> [String] {
                text.split(separator: "\n").filter { $0.contains(/^\S+: [\d,]+ calls?, \S+ \S+ in total$/) }
                    .map { String($0.prefix { $0 != ":" }) }
            }
            #expect(drawings(try syslat(["profile", "--"] + Self.dd).output).isEmpty)
            let all = try syslat(["profile", "--histogram", "--"] + Self.dd).output
            #expect(drawings(all).count == Self.rows(all).count - 1)
            let named = try syslat(["profile", "--histogram=read,write", "--"] + Self.dd).output
            #expect(Set(drawings(named)) == ["read", "write"])
            #expect(named.contains("█"))
            let missing = try syslat(["profile", "--histogram=fsync", "--"] + Self.dd).output
            #expect(missing.contains("No call of fsync completed: no distribution to show."))
        }

        @Test func `a selection leaves out all other calls`() throws {
            let (report, _) = try Report.profiling(Self.dd, options: ["-e", "write", "-e", "r?ad"])
            #expect(Set(report.syscalls.map(\.name)) == ["read", "write"])
            #expect(report.calls("write") == 300)
            #expect(report.balance.closes)
        }

        @Test func `a selection that no call matched is named in the report`() throws {
            let run = try syslat(["profile", "-e", "fsync", "--", "true"])
            #expect(run.status == 0)
            #expect(run.output.contains("None of the selected system calls (fsync) was made in"), "\(run.output)")
        }

        @Test func `a selection from a saved profile says what it leaves out`() throws {
            let scratch = try Scratch()
            let file = scratch.path("p.syslat")
            #expect(try syslat(["profile", "-o", file, "--report", "/dev/null", "--"] + Self.dd).status == 0)
            let nothing = try syslat(["report", "-e", "fsync", file])
            #expect(nothing.output.contains("None of the selected system calls (fsync) was made in"), "\(nothing.output)")
            #expect(!nothing.output.contains("none completed"))
            let some = try syslat(["report", "-e", "write", file])
            #expect(some.output.split(separator: "\n").prefix(4).contains("Calls: write"), "\(some.output)")
            #expect(some.output.contains("Note: Only write is shown; the balance covers all calls in the profile."))
        }
    }
}
