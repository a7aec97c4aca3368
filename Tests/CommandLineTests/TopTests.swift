import CaptureSupport
import Foundation
import TestPrograms
import TestSupport
import Testing

extension CommandLineTests {
    /// `syslat top` on terminals and pipes.
    @Suite(.requiresBPF) struct Top {
        /// What is watched: a shell that starts a program again and again.
        private static func loop() throws -> RunningProgram {
            try RunningProgram(["/bin/sh", "-c", "while :; do sleep 0.01; done"])
        }

        // MARK: Terminals

        private struct Job: Encodable {
            let syslat: String
            let target: [String]
            let scenario: String
            let seed: Int
        }

        /// What is wrong with a scenario of Tests/Oracles/drive_top.py.
        private func problems(_ scenario: String, _ target: [String]) throws -> [String] {
            let seed = Int.random(in: 0..<1 << 32)
            let job = Job(syslat: ProgramRun.syslat, target: target, scenario: scenario, seed: seed)
            let found = try Oracles.ask(
                "drive_top.py", about: String(decoding: try JSONEncoder().encode(job), as: UTF8.self), for: [String].self)
            if !found.isEmpty { print("\(scenario): seed \(seed)") }
            return found
        }

        @Test(
            .enabled(if: Oracles.areWanted, "\(Oracles.missing)"),
            arguments: [
                "q", "Ctrl-C", "SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGSEGV", "SIGABRT", "SIGUSR1", "Ctrl-Z", "SIGTSTP",
                "background", "closed", "stuck",
            ])
        func `the terminal is as it was, whatever ends or stops the view`(_ scenario: String) throws {
            let loop = try Top.loop()
            let found = try problems(scenario, ["-p", "\(loop.pid)"])
            #expect(found.isEmpty, "\(found)")
        }

        /// Nothing can give the terminal back after SIGKILL: the check notices that.
        @Test(.enabled(if: Oracles.areWanted, "\(Oracles.missing)"))
        func `a terminal that stays raw is noticed`() throws {
            let loop = try Top.loop()
            let found = try problems("SIGKILL", ["-p", "\(loop.pid)"])
            #expect(!found.isEmpty)
        }

        @Test(
            .enabled(if: Oracles.areWanted, "\(Oracles.missing)"), arguments: ["storm", "refusals", "colours", "command", "groups"])
        func `a person sees what is asked for`(_ scenario: String) throws {
            let loop = try Top.loop()
            let found = try problems(scenario, ["-p", "\(loop.pid)"])
            #expect(found.isEmpty, "\(found)")
        }

        @Test(.enabled(if: Oracles.areWanted, "\(Oracles.missing)"))
        func `a saved time series is stepped through, finished or not`() throws {
            let (loop, scratch) = (try Top.loop(), try Scratch())
            let series = ["profile", "-p", "\(loop.pid)", "--interval", "200ms"]
            let whole = try syslat(series + ["-d", "2s", "-o", scratch.path("whole")])
            #expect(whole.status == 0)
            let killed = try syslat(series + ["-o", scratch.path("killed")]) { pid in
                // Four intervals are whole.
                _ = eventually {
                    (try? scratch.read("killed.partial"))?.components(separatedBy: "{\"end_interval\"").count ?? 0 > 4
                }
                kill(pid, SIGKILL)
            }
            #expect(killed.status == 128 + SIGKILL)
            let found = try problems("replay", [scratch.path("whole"), scratch.path("killed.partial")])
            #expect(found.isEmpty, "\(found)")
        }

        /// The steps of the README, in a real terminal: tmux.
        @Test func `the steps of the README lead to a slow call in tmux`() throws {
            let (loop, scratch) = (try Top.loop(), try Scratch())
            let tmux = "tmux -S \(scratch.path("socket")) -f /dev/null"
            defer { _ = try? shell("\(tmux) kill-server") }
            _ = try shell(
                "cd \(scratch.folder); TERM=xterm-256color LANG=C.UTF-8 \(tmux) -u new-session -d -s top -x 110 -y 32 sh; true")
            func press(_ keys: String) throws { _ = try shell("\(tmux) send-keys -t top \(keys)") }
            func sees(_ words: String) throws {
                var screen = ""
                let isThere = eventually(within: 30) {
                    screen = (try? shell("\(tmux) capture-pane -t top -p"))?.output ?? ""
                    return screen.contains(words)
                }
                #expect(isThere, "\(words) in:\n\(screen)")
            }
            try press("'\(ProgramRun.syslat) top -p \(loop.pid)' Enter")
            try sees("calls/s")
            try sees("wait4")
            try press("/wait Enter")
            try sees("filter wait")
            try press("Down Enter")
            try sees("Distribution")
            try sees("Over time")
            try press("NPage")
            try sees("Slow calls")
            try press("Escape")
            try sees("CALLS/S")
            try press("w")
            try sees("Wrote syslat-")
            try press("q")
            // The command line is on the normal screen, and so is the last table.
            try sees("top -p \(loop.pid)")
            try sees("syslat top ·")
            let written = try #require(scratch.names.first { $0.hasPrefix("syslat-") })
            let report = try syslat(["report", scratch.path(written)])
            #expect(report.output.contains("wait4"))
        }

        @Test func `who names a process instead of a file is told how to watch it`() throws {
            let scratch = try Scratch()
            let name = "held-\(getpid())"
            #expect(symlink("/bin/sleep", scratch.path(name)) == 0)
            let program = try RunningProgram([scratch.path(name), "100"])
            defer { program.end() }
            let pid = program.pid
            for operand in [name, "\(pid)"] {
                let (top, report) = (try syslat(["top", operand]), try syslat(["report", operand]))
                #expect(top.status == 2 && top.error.contains("`syslat top -p \(pid)` watches it."), "\(top.error)")
                #expect(report.status == 2 && report.error.contains("`syslat profile -p \(pid)` profiles it."), "\(report.error)")
            }
        }

        // MARK: Batch

        @Test func `a batch has as many documents as were asked for, and jq reads them`() throws {
            let loop = try Top.loop()
            let start = Date()
            let run = try shell(
                "\"$SYSLAT\" top --batch -n 3 --refresh 500ms --format jsonl -p \(loop.pid)"
                    + " | jq -c '[.schema, .lost, (.duration_ns > 400000000 and .duration_ns < 2000000000), "
                    + "([.syscalls[] | select(.name == \"wait4\")] | length)]'")
            #expect(run.output == String(repeating: "[\"syslat.top/1\",0,true,1]\n", count: 3), "\(run.output)\(run.error)")
            #expect(Date().timeIntervalSince(start) > 1.5)
        }

        @Test func `a text is a table at each refresh, of the rows that were asked for`() throws {
            let loop = try Top.loop()
            let run = try syslat(["top", "--batch", "-n", "2", "--refresh", "300ms", "--top", "1", "-p", "\(loop.pid)"])
            #expect(run.status == 0)
            let documents = run.output.components(separatedBy: "\n\n").filter { !$0.isEmpty }
            #expect(documents.count == 2)
            for document in documents { #expect(document.split(separator: "\n").count == 5, "\(document)") }
        }

        @Test(arguments: ["thread", "comm", "file"]) func `a batch by groups has calls in each`(kind: String) throws {
            let loop = try Top.loop()
            let run = try shell(
                "\"$SYSLAT\" top --batch -n 2 --window start --refresh 500ms --format jsonl --by \(kind) -p \(loop.pid) | tail -n 1 "
                    + "| jq -c '[all(.groups[]; .by == \"\(kind)\" and .calls > 0 and .total_ns > 0), (.groups | length) > 0, "
                    + "([.groups[].calls] | add) <= ([.syscalls[].calls] | add), any(.groups[]; .p99_ns > 0)]'")
            #expect(run.output == "[true,true,true,true]\n", "\(run.output)\(run.error)")
        }

        @Test func `a file without groups is refused by groups, and one with them shows them`() throws {
            let (loop, scratch) = (try Top.loop(), try Scratch())
            let record = ["profile", "-p", "\(loop.pid)", "--by", "file", "--interval", "200ms", "-d", "1s"]
            let made = try syslat(record + ["-o", scratch.path("f")])
            #expect(made.status == 0)
            let refused = try syslat(["top", "--by", "thread", scratch.path("f")])
            #expect(refused.status == 64)
            #expect(
                refused.error.contains(
                    "This profile doesn't have its calls by thread, but by file. "
                        + "Record them: `syslat profile --by thread --interval 1s -o FILE`."), "\(refused.error)")
        }

        @Test func `a command's last calls and its exit status are not lost`() throws {
            let run = try syslat(["top", "--batch", "--format", "jsonl", "--", "sh", "-c", "sleep 0.2; exit 3"])
            #expect(run.status == 3, "\(run.error)")
            #expect(run.output.contains("\"name\":\"wait4\""))
        }

        @Test func `a reader that leaves ends it`() throws {
            let loop = try Top.loop()
            let run = try shell("\"$SYSLAT\" top --batch --refresh 100ms -p \(loop.pid) | head -n 1")
            #expect(run.output.hasPrefix("syslat top"))
        }

        @Test(arguments: [
            ([], "Say what to watch"), (["-n", "3", "-a"], "-n goes with --batch"), (["FILE", "-a"], "FILE and -a contradict"),
            (["--batch", "FILE"], "syslat report --each-interval FILE"), (["--batch", "--refresh", "1ms", "-a"], "100ms to 1h"),
            (["--batch", "--filter", "[", "-a"], "has a [ without a ]"),
            (["--batch", "--format", "jsonl", "--top", "3", "-a"], "jsonl always has everything"),
        ])
        func `what makes no sense is refused with the remedy`(_ arguments: [String], _ words: String) throws {
            let run = try syslat(["top"] + arguments)
            #expect(run.status == 64)
            #expect(run.error.contains(words), "\(run.error)")
            #expect(run.output == "")
        }
    }
}
