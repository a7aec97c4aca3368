import CaptureSupport
import Foundation
import Testing
import TestPrograms

extension CommandLineTests {
    /// Programs that people run. strace, which stops at every call, and syslat must count the same.
    @Suite(.requiresBPF) struct RealPrograms {
        /// With this, no settings of the person who runs the tests change what the programs do.
        private static let environment = [
            "LC_ALL": "C", "LANG": "C", "TZ": "UTC0", "HOME": "/nonexistent", "PYTHONHASHSEED": "0", "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.org",
            "GIT_COMMITTER_NAME": "a",
            "GIT_COMMITTER_EMAIL": "a@example.org", "GIT_AUTHOR_DATE": "@1700000000 +0000",
            "GIT_COMMITTER_DATE": "@1700000000 +0000",
            "GIT_CONFIG_COUNT": "4", "GIT_CONFIG_KEY_0": "gc.auto", "GIT_CONFIG_VALUE_0": "0",
            "GIT_CONFIG_KEY_1": "maintenance.auto",
            "GIT_CONFIG_VALUE_1": "false", "GIT_CONFIG_KEY_2": "core.fsmonitor", "GIT_CONFIG_VALUE_2": "false",
            "GIT_CONFIG_KEY_3": "index.threads", "GIT_CONFIG_VALUE_3": "1",
        ]

        /// Runs a command under both, each in a new folder with a name of the same length, and compares the tables.
        /// - Parameter timing: calls whose number depends on timing or chance.
        private func compare(_ command: [String], timing: Set<String> = [], sourceLocation: SourceLocation = #_sourceLocation)
            throws
        {
            let scratch = try Scratch()
            let settings = Self.environment.map { "\($0.key)=\($0.value)" }
            func inFolder(_ name: String, _ tool: [String]) throws -> ProgramRun {
                try FileManager.default.createDirectory(atPath: scratch.path(name), withIntermediateDirectories: false)
                // env -i: nothing is inherited but PATH.
                return try ProgramRun.run(
                    ["env", "-i", "-C", scratch.path(name), "PATH=/usr/bin:/bin"] + settings + tool + command)
            }
            let strace = try inFolder("a", ["strace", "-f", "-c", "-o", scratch.path("strace")])
            #expect(strace.status == 0, "\(strace.error)", sourceLocation: sourceLocation)
            let syslat = try inFolder(
                "b", [ProgramRun.syslat, "profile", "--format", "json", "--report", scratch.path("report"), "--"])
            #expect(syslat.status == 0, "\(syslat.error)", sourceLocation: sourceLocation)
            #expect(syslat.output == strace.output && syslat.error == strace.error, sourceLocation: sourceLocation)

            let report = try Report(json: scratch.read("report"))
            let expected = try CallCounts(strace: scratch.read("strace")).without(timing)
            let counted = CallCounts(report).without(timing)
            #expect(counted == expected, "\(counted.differences(from: expected))", sourceLocation: sourceLocation)
            #expect(counted.counts.count > 10, sourceLocation: sourceLocation)
            #expect(report.balance.closes && report.balance.lost == 0, sourceLocation: sourceLocation)
            // Every process has ended, and each of these programs has one thread.
            #expect(report.balance.never_returned == report.processes.count, sourceLocation: sourceLocation)
            #expect(report.processes.reduce(0) { $0 + $1.calls } == report.balance.completed, sourceLocation: sourceLocation)
        }

        @Test func `dd makes the calls that strace counts`() throws {
            try compare(["dd", "if=/dev/zero", "of=/dev/null", "bs=1", "count=2000", "status=none"])
        }

        @Test func `tar makes the calls that strace counts`() throws {
            let scratch = try Scratch()
            for number in 0..<20 { try scratch.write(String(repeating: "\(number)", count: number * 1000), to: "file-\(number)") }
            try compare(["tar", "--create", "--sort=name", "--file=archive.tar", "--directory=\(scratch.folder)", "."])
        }

        @Test func `git init makes the calls that strace counts`() throws {
            // It tries random file names: strace alone counts 1 getrandom in nine of ten runs, and 2 in the tenth.
            try compare(["git", "init", "--quiet", "--initial-branch=main", "."], timing: ["getrandom"])
        }

        @Test func `git status makes the calls that strace counts`() throws {
            let scratch = try Scratch()
            let git = ["env"] + Self.environment.map { "\($0.key)=\($0.value)" } + ["git", "-C", scratch.folder]
            try scratch.write("hello\n", to: "tracked")
            try scratch.write("hello\n", to: "untracked")
            for arguments in [
                ["init", "--quiet", "--initial-branch=main"], ["add", "tracked"], ["commit", "--quiet", "--message=one"],
            ] {
                #expect(try ProgramRun.run(git + arguments).status == 0)
            }
            // git reads files again that are as new as the index, so they are made older.
            #expect(try ProgramRun.run(["touch", "-d", "@1700000000", scratch.path("tracked")]).status == 0)
            #expect(try ProgramRun.run(git + ["status", "--short"]).output == "?? untracked\n")
            try compare(["git", "--no-optional-locks", "-C", scratch.folder, "status", "--short"])
        }

        @Test func `Python makes the calls that strace counts`() throws {
            // -B: no compiled modules are written; -s -S: nobody's own modules.
            try compare(["/usr/bin/python3", "-B", "-s", "-S", "-c", "import json; print(json.dumps({'a': list(range(10))}))"])
        }

        @Test func `sqlite in memory makes the calls that strace counts`() throws {
            try compare(["sqlite3", ":memory:", "create table t(a); insert into t values (1), (2); select sum(a) from t;"])
        }

        @Test func `sqlite in a file makes the calls that strace counts`() throws {
            try compare([
                "sqlite3", "data.db",
                "create table t(a); begin; insert into t values (1), (2); commit; delete from t where a = 1; select count(*) from t;",
            ])
        }

        /// The shell waits for each process, so only one runs at a time.
        @Test func `a shell with children makes the calls that strace counts`() throws {
            try compare(["sh", "-c", "i=0; while [ $i -lt 5 ]; do /bin/true; i=$((i + 1)); done; cat /etc/hostname >/dev/null"])
        }

        /// A server, a process for each connection, and a client. Their code tells how many calls there are.
        @Test func `the calls of a server and its client are all counted`() throws {
            let scratch = try Scratch()
            let (connections, requests) = (20, 50)
            let (report, run) = try Report.profiling([
                try Fixture("echo_server").path, scratch.path("socket"), "\(connections)", "\(requests)",
            ])
            #expect(run.status == 0, "\(run.error)")
            let (c, r) = (UInt64(connections), UInt64(requests))
            #expect(report.calls("accept4") == c)
            #expect(report.calls("connect") == c)
            #expect(report.calls("socket") == c + 1)
            #expect(report.calls("sendto") == 2 * c * r)
            #expect(report.calls("recvfrom") == c * r + c * (r + 1))
            #expect(report.calls("clone") == c + 1)
            #expect(report.calls("wait4") == c + 1)
            #expect(report.call("recvfrom")?.errors == 0)
            // Every process ends with exit_group, and every child has a new-task return.
            #expect(report.balance.never_returned == c + 2)
            #expect(report.balance.new_task_returns == c + 1)
            #expect(report.processes.count == connections + 2)
            #expect(report.balance.lost == 0 && report.balance.closes)
            // The client waits for its answers.
            #expect((report.call("recvfrom")?.outcomes["blocked"]?.calls ?? 0) > 0)
        }
    }
}
