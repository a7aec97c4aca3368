import CaptureSupport
import Foundation
import Testing
import TestPrograms

extension CommandLineTests {
    /// The command gets exactly what syslat was given.
    @Suite(.requiresBPF) struct ExactCommands {
        /// Bytes that are no UTF-8, for printf(1).
        private static let odd = "a\\377\\376b"

        @Test func `arguments that are no UTF-8 arrive as they are`() throws {
            let run = try shell(
                "\"$SYSLAT\" profile --report /dev/null -- printf '%s|' \"$(printf '\(Self.odd)')\" \"$(printf '\\364\\217\\277\\277')\""
                    + " | od -An -tx1")
            #expect(run.status == 0 && run.output == " 61 ff fe 62 7c f4 8f bf bf 7c\n", "\(run.output)\(run.error)")
        }

        @Test func `programs, folders of PATH and files may have names that are no UTF-8`() throws {
            let scratch = try Scratch()
            let run = try shell(
                """
                cd '\(scratch.folder)'; d=$(printf 'd\\351'); o=$(printf 'out\\351'); mkdir "$d"; cp /bin/cat "$d/prog"; echo hi >"$d/file"
                "$SYSLAT" profile --report "$o.r" -o "$o.p" -- "$d/prog" "$d/file"; echo $?
                PATH="$PWD/$d:$PATH" "$SYSLAT" profile --report=/dev/null -- prog "$d/file"; echo $?
                "$SYSLAT" report "$o.p" | grep -F Command:; "$SYSLAT" report --format json -o "$o.j" "$o.p"
                jq -c .capture.command "$o.j"; ls | od -c | tr -d ' \\n'
                """)
            #expect(
                run.output.hasPrefix("hi\n0\nhi\n0\nCommand: 'd\\xe9/prog' 'd\\xe9/file'"), "\(run.output)\(run.error)")
            #expect(run.output.contains("[\"d\\\\xe9/prog\",\"d\\\\xe9/file\"]\n"), "\(run.output)")
            for name in ["d351", "out351.j", "out351.p", "out351.r"] { #expect(run.output.contains(name), "\(run.output)") }
        }

        @Test func `blocked and ignored signals are the command's as they were`() throws {
            let script = """
                import os, signal, sys
                signal.pthread_sigmask(signal.SIG_SETMASK, {signal.SIGUSR1, signal.SIGALRM, signal.SIGINT})
                signal.signal(signal.SIGPIPE, getattr(signal, sys.argv[1]))
                for name in ("SIGXFSZ", "SIGCHLD", "SIGHUP"): signal.signal(getattr(signal, name), getattr(signal, sys.argv[1]))
                os.execvp(sys.argv[2], sys.argv[2:])
                """
            let show = ["grep", "^Sig[BI]", "/proc/self/status"]
            for disposition in ["SIG_DFL", "SIG_IGN"] {
                let start = ["/usr/bin/python3", "-I", "-S", "-c", script, disposition]
                let alone = try ProgramRun.run(start + show)
                let watched = try ProgramRun.run(start + [ProgramRun.syslat, "profile", "--report", "/dev/null", "--"] + show)
                #expect(alone.output.contains("SigBlk"))
                #expect(watched.output == alone.output, "\(watched.error)")
            }
        }

        @Test func `limits and the environment are the command's as they were`() throws {
            let show = "ulimit -Sa; ulimit -Ha; env | grep -v '^_=' | sort"
            let alone = try shell("ulimit -Sn 100; exec sh -c \"\(show)\"")
            let watched = try shell("ulimit -Sn 100; exec \"$SYSLAT\" profile --report /dev/null -- sh -c \"\(show)\"")
            #expect(watched.output == alone.output, "\(watched.error)")
            #expect(alone.output.contains("PATH="))
        }

        // MARK: As somebody else

        private static let isRoot = ConditionTrait.enabled(if: geteuid() == 0, "needs root to give root up")

        @Test(Self.isRoot, arguments: ["nobody", "65534"]) func `a command runs as the user that is named`(_ user: String) throws {
            let scratch = try Scratch()
            let run = try shell(
                """
                "$SYSLAT" profile -u \(user) -o '\(scratch.path("p"))' --report '\(scratch.path("r"))' -- sh -c '
                id -u; id -G; echo $HOME $USER $LOGNAME $KEPT; grep -E "Cap(Inh|Prm|Eff|Amb)" /proc/self/status | grep -vc 0000000000000000'
                """, environment: ["KEPT": "kept"])
            let groups = try ProgramRun.run(["id", "-G", "nobody"]).output
            let home = try ProgramRun.run(["sh", "-c", "echo ~nobody"]).output.trimmingCharacters(in: .newlines)
            #expect(run.output == "65534\n\(groups)\(home) nobody nobody kept\n0\n", "\(run.error)")
            #expect(try scratch.read("r").contains("command sh as nobody and its children"))
            #expect(try FileManager.default.attributesOfItem(atPath: scratch.path("p"))[.ownerAccountID] as? Int == 0)
        }

        /// A program could type into the terminal (TIOCSTI), and read what root has open.
        @Test(Self.isRoot) func `a command of another user has neither the terminal nor the open files of root`() throws {
            let script = #"echo $$ $(ps -o sid= -p $$); ls /proc/self/fd | wc -l; (: </dev/tty) 2>/dev/null && echo terminal"#
            let line =
                "exec 9</etc/shadow; script -qec '\"$SYSLAT\" profile -u nobody --report /dev/null -- sh -c \"$SCRIPT\"' /dev/null"
            let run = try shell(line, environment: ["SCRIPT": script.replacing("\"", with: "\\\"")])
            let lines = run.output.split(whereSeparator: \.isNewline).map { $0.split(separator: " ").map(String.init) }
            try #require(lines.count == 2 && lines[0].count == 2, "\(run.output)")
            #expect(lines[0][0] == lines[0][1], "a session of its own")
            // The standard ones, and the folder that ls reads.
            #expect(lines[1] == ["4"])
        }

        @Test(Self.isRoot) func `a signal reaches all processes of a command of another user`() throws {
            let run = try syslat(["profile", "--format", "json", "-u", "nobody", "--", "sh", "-c", "sleep 100 & wait; sleep 100"]) {
                pid in
                _ = eventually { SleepingThread(pid: pid, tid: pid)?.isIn("epoll_wait") == true }
                _ = eventually { (try? ProgramRun.run(["pgrep", "-u", "nobody", "-x", "sleep"]).status) == 0 }
                kill(pid, SIGTERM)
            }
            #expect(run.status == 128 + SIGTERM, "\(run.error)")
            #expect(eventually { (try? ProgramRun.run(["pgrep", "-u", "nobody", "-x", "sleep"]).status) == 1 })
        }

        @Test(Self.isRoot) func `what happens before the command's execve isn't counted as its own`() throws {
            let run = try syslat(["profile", "-u", "nobody", "--format", "json", "--", "true"])
            let report = try Report(json: run.output)
            #expect(report.calls("execve") == 1)
            for call in ["setresuid", "setresgid", "setgroups", "capset"] { #expect(report.calls(call) == 0, "\(call)") }
            report.expectNothingLost()
        }

        @Test func `a user that can't be is refused`() throws {
            let run = try syslat(["profile", "-u", "no-such-user", "--", "true"])
            #expect(run.status == 64)
            #expect(run.error.contains("There is no user no-such-user in /etc/passwd"), "\(run.error)")
            let all = try syslat(["profile", "-u", "nobody", "-a"])
            #expect(
                all.status == 64 && all.error.contains("--user goes with a command: -a runs as somebody already"), "\(all.error)")
        }

        @Test(Self.isRoot) func `without root no command runs as somebody else`() throws {
            let scratch = try Scratch()
            #expect(chmod(scratch.folder, 0o755) == 0)
            let program = try scratch.install(ProgramRun.syslat, as: "syslat")
            let run = try ProgramRun.run([
                "setpriv", "--reuid", "65534", "--clear-groups", program, "profile", "-u", "root", "--", "id",
            ])
            #expect(run.status == 1 && run.output == "")
            #expect(run.error.contains("Only root can run a command as root: run syslat with sudo"), "\(run.error)")
        }

        // MARK: Crashes

        /// The Swift runtime's crash reporter would take many seconds, and write a trace.
        @Test(arguments: [SIGQUIT, SIGABRT, SIGSEGV]) func `a fatal signal ends syslat at once and without a word`(_ signal: Int32)
            throws
        {
            let run = try syslat(["profile", "-a"]) { pid in
                _ = eventually { SleepingThread(pid: pid, tid: pid)?.isIn("epoll_wait") == true }
                let caught = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8))?
                    .split(separator: "\n").first { $0.hasPrefix("SigCgt:") }
                #expect(caught?.hasSuffix("\t0000000000000000") == true, "\(caught ?? "")")
                kill(pid, signal)
            }
            #expect(run.status == 128 + signal && run.output == "" && run.error == "", "\(run.error)")
        }
    }
}
