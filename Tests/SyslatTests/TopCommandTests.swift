import ArgumentParser
import Capture
import LiveView
import Testing

@testable import syslat

/// What the command line of `syslat top` becomes, and what it refuses.
@Suite struct TopCommandTests {
    private func parse(_ arguments: [String]) throws -> TopCommand {
        try #require(try Syslat.parseAsRoot(Arguments.prepared(["top"] + arguments)) as? TopCommand)
    }

    @Test func `options that are not given have their defaults`() throws {
        let command = try parse(["-p", "1"])
        #expect(try command.target.target() == .processes([1], follow: true))
        #expect(command.file == nil && !command.live.batch && command.live.count == nil && command.live.top == nil)
        #expect(command.live.refreshNanoseconds == 500_000_000)
        #expect(command.live.view == LiveModel.View(grouping: .call, window: .tenSeconds, sort: .total, filter: "", idleLast: true))
    }

    @Test func `a batch shows a second at a time`() throws {
        let command = try parse(["--batch", "-a"])
        #expect(command.live.refreshNanoseconds == 1_000_000_000 && command.live.format == nil)
        #expect(command.live.view.window == .second)
        let chosen = try parse(["--batch", "-n", "3", "--format", "jsonl", "--refresh", "100ms", "--window", "60s", "-a"]).live
        #expect(chosen.count == 3 && chosen.format == .jsonl && chosen.refreshNanoseconds == 100_000_000)
        #expect(chosen.view.window == .minute)
        #expect(try parse(["--batch", "--top", "5", "-a"]).live.top == 5)
    }

    @Test func `every choice of a view is parsed to its value`() throws {
        for grouping in LiveGrouping.allCases {
            #expect(try parse(["-a", "--by", grouping.rawValue]).live.view.grouping == grouping)
        }
        for column in LiveColumn.allCases {
            let view = try parse(["-a", "--sort", column.rawValue]).live.view
            #expect(view.sort == column && !view.idleLast)
        }
        let windows: [(String, LiveWindow)] = [("1s", .second), ("10s", .tenSeconds), ("60s", .minute), ("start", .sinceStart)]
        for (word, window) in windows { #expect(try parse(["-a", "--window", word]).live.view.window == window) }
        #expect(windows.count == LiveWindow.allCases.count)
        #expect(try parse(["-a", "--filter", "f*sync"]).live.view.filter == "f*sync")
    }

    @Test func `a file is stepped through, and a command is watched`() throws {
        #expect(try parse(["night.syslat"]).file == "night.syslat")
        #expect(try parse(["--by", "process", "night.syslat"]).live.grouping == .process)
        let command = try parse(["--", "sh", "-c", "top --batch"])
        #expect(command.file == nil && command.target.command == ["sh", "-c", "top --batch"])
    }

    @Test(arguments: [
        ([], "Say what to watch: -p PID, -a for everything, --cgroup PATH, -- COMMAND ARGUMENT…, or a FILE to step through."),
        (["FILE", "-a"], "FILE and -a contradict each other: a file was recorded already. Keep one."),
        (["FILE", "-p", "1"], "FILE and -p contradict each other: a file was recorded already. Keep one."),
        (["-a", "-p", "1"], "-p and -a contradict each other: a profile has one target. Keep one."),
        (
            ["--batch", "FILE"],
            "--batch goes with a live target. `syslat report --each-interval FILE` writes a file's intervals."
        ),
        (["-n", "3", "-a"], "-n goes with --batch: add it, or drop -n."),
        (["--format", "text", "-a"], "--format goes with --batch: add it, or drop --format."),
        (["--top", "3", "-a"], "--top goes with --batch: add it, or drop --top."),
        (["--batch", "-n", "0", "-a"], "-n 0 shows nothing: give 1 or more."),
        (["--batch", "--top", "-1", "-a"], "--top -1 shows nothing: give 1 or more."),
        (
            ["--batch", "--format", "jsonl", "--top", "3", "-a"],
            "--top shapes the text; jsonl always has everything. Drop one."
        ),
        (["--refresh", "99ms", "-a"], "--refresh is out of range: give a time from 100ms to 1h."),
        (["--refresh", "61m", "-a"], "--refresh is out of range: give a time from 100ms to 1h."),
        (["--filter", "[a", "-a"], "--filter '[a' has a [ without a ]."),
        (
            ["-e", "read", "--slower", "fsync=1ms", "-a"],
            "--slower names fsync, which -e leaves out. Select it, or drop its threshold."
        ),
    ])
    func `what makes no sense is refused with the remedy`(_ arguments: [String], _ sentence: String) {
        do {
            _ = try Syslat.parseAsRoot(Arguments.prepared(["top"] + arguments))
            Issue.record("\(arguments) was accepted")
        } catch {
            #expect(Syslat.message(for: error) == sentence)
            #expect(Syslat.exitCode(for: error) == .validationFailure)
        }
    }

    @Test func `choices that there are none of are refused with those that there are`() {
        for (option, value) in [("--by", "user"), ("--sort", "size"), ("--window", "5s"), ("--format", "xml")] {
            let error = #expect(throws: (any Error).self) { try Syslat.parseAsRoot(["top", "--batch", option, value, "-a"]) }
            let message = error.map { Syslat.message(for: $0) } ?? ""
            #expect(message.contains("'\(value)' is invalid for '\(option)"))
            #expect(message.contains("Please provide one of"), "\(message)")
        }
    }

    // MARK: A process in the place of a file

    private static let processes =
        [
            MistakenProcess.Candidate(pid: 1, comm: "init", title: "/sbin/init splash"),
            MistakenProcess.Candidate(pid: 812, comm: "redis-server", title: "redis-server *:6379"),
            MistakenProcess.Candidate(pid: 900, comm: "postgres", title: "postgres: walwriter"),
            MistakenProcess.Candidate(pid: 901, comm: "postgres", title: "/usr/lib/postgresql/15/bin/postgres -D /x"),
            MistakenProcess.Candidate(pid: 990, comm: "a-name-that-is-", title: nil),
            MistakenProcess.Candidate(pid: 991, comm: "node-MainThread", title: "/usr/bin/node"),
        ] + (0..<7).map { MistakenProcess.Candidate(pid: 1000 + $0, comm: "kworker", title: nil) }

    @Test(
        arguments: [
            ("redis-server", "There is no file redis-server, but process 812 has that name: `syslat top -p 812` watches it."),
            ("postgres", "There is no file postgres, but 2 processes have that name: `syslat top -p 900,901` watches them."),
            (
                "kworker",
                "There is no file kworker, but 7 processes have that name: `syslat top -p 1000,1001,1002,1003,1004` watches the first 5 of them."
            ),
            ("node", "There is no file node, but process 991 has that name: `syslat top -p 991` watches it."),
            (
                "a-name-that-is-longer",
                "There is no file a-name-that-is-longer, but process 990 has that name: `syslat top -p 990` watches it."
            ),
            ("812", "There is no file 812, but process 812 is redis-server: `syslat top -p 812` watches it."),
            (
                "redis",
                "There is no file redis, and no process of that name. `syslat top -p PID` watches a process, and `syslat top -a` all of them."
            ),
            ("night.syslat", nil), ("./redis", nil), ("/tmp/redis", nil),
        ] as [(String, String?)])
    func `the name of a process in the place of a file is answered with the command that watches it`(
        _ operand: String, _ sentence: String?
    ) {
        #expect(MistakenProcess.sentence(operand, among: Self.processes, watching: true) == sentence)
    }

    @Test func `the same goes for reports, but only of processes that there are`() {
        #expect(
            MistakenProcess.sentence("init", among: Self.processes, watching: false)
                == "There is no file init, but process 1 has that name: `syslat profile -p 1` profiles it.")
        #expect(MistakenProcess.sentence("redis", among: Self.processes, watching: false) == nil)
    }
}
