import Capture
import CaptureSupport
import Foundation
import Testing

extension CommandLineTests {
    /// Processes and cgroups that can't be watched.
    @Suite(.requiresBPF) struct BadTargets {
        @Test func `a process that has ended is refused`() throws {
            let program = try WaitingProgram(["/bin/cat"])
            let pid = program.pid
            program.signal(SIGKILL)
            program.wait()
            try Refusal(["profile", "-p", "\(pid)"], 1, "no process \(pid)", "may have ended", "pgrep").check()
        }

        @Test func `a missing process beside another one is refused by its pid`() throws {
            try Refusal(["profile", "-p", "1,2147483647"], 1, "no process 2147483647", "pgrep").check()
        }

        /// exec keeps the pid, so `$$` is syslat's own.
        @Test func `syslat's own pid is refused`() throws {
            let run = try shell("echo $$; exec \"$SYSLAT\" profile -p $$")
            let pid = run.output.trimmingCharacters(in: .newlines)
            #expect(run.status == 64)
            #expect(run.error.contains("\(pid) is syslat's own process"), "\(run.error)")
            #expect(run.error.contains("Give the pid of another process"))
        }

        @Test func `a session refuses to watch its own process`() throws {
            #expect {
                _ = try Session(CaptureOptions(target: .processes([getpid()], follow: true)))
            } throws: { error in
                (error as? CaptureError)?.kind == .wrongRequest && "\(error)".contains("own process")
            }
        }

        @Test func `a thread id is refused with the pid of its process`() throws {
            let python = try WaitingProgram([
                "/usr/bin/python3", "-c",
                "import threading, sys, time; threading.Thread(target=time.sleep, args=(60,), daemon=True).start(); "
                    + "sys.stdin.buffer.raw.read(1)",
            ])
            defer {
                python.release()
                python.wait()
            }
            func threads() -> [String] {
                let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(python.pid)/task")) ?? []
                return all.filter { $0 != "\(python.pid)" }
            }
            #expect(eventually { !threads().isEmpty })
            let thread = try #require(threads().first)
            try Refusal(
                ["profile", "-p", thread], 64, "\(thread) is a thread of process \(python.pid)", "Give \(python.pid)"
            ).check()
        }

        @Test func `a cgroup that does not exist is refused`() throws {
            try Refusal(
                ["profile", "--cgroup", "/sys/fs/cgroup/no-such-group"], 1, "/sys/fs/cgroup/no-such-group", "no such file",
                "A cgroup is a folder"
            ).check()
        }

        /// A version 1 hierarchy, if this machine has one, and an ordinary folder.
        @Test(arguments: ["/sys/fs/cgroup/cpu", "/tmp"].filter(FileManager.default.fileExists(atPath:)))
        func `a folder that is not a version 2 cgroup is refused`(_ folder: String) throws {
            try Refusal(["profile", "--cgroup", folder], 1, folder, "isn't a version 2 cgroup", "mount -t cgroup2").check()
        }

        @Test func `a BTF file that does not exist is refused`() throws {
            try Refusal(["profile", "--btf", "/no/such.btf", "--", "true"], 2, "/no/such.btf", "no such file", "Leave it out")
                .check()
        }

        @Test(arguments: ["text\n", "", "\u{7f}EL"]) func `a file without BTF is refused`(_ content: String) throws {
            let scratch = try Scratch()
            let file = try scratch.write(content, to: "notes")
            try Refusal(["profile", "--btf", file, "--", "true"], 2, file, "has no BTF", "Leave it out").check()
        }

        @Test func `a folder or a FIFO as a BTF file is refused, and not waited for`() throws {
            let scratch = try Scratch()
            #expect(mkfifo(scratch.path("fifo"), 0o600) == 0)
            try Refusal(
                ["profile", "--btf", scratch.path("fifo"), "--", "true"], 2, "fifo can't be read: it is not a regular file"
            )
            .check()
            try Refusal(["profile", "--btf", "/tmp", "--", "true"], 2, "/tmp", "is a directory", "Leave it out").check()
        }

        @Test func `an ELF file without BTF is refused`() throws {
            try Refusal(["profile", "--btf", "/bin/sh", "--", "true"], 2, "/bin/sh has no valid BTF", "Leave it out").check()
        }

        @Test func `a file with only the start of a BTF header is refused`() throws {
            let scratch = try Scratch()
            try Data([0x9f, 0xeb, 1, 0, 24, 0, 0, 0]).write(to: URL(fileURLWithPath: scratch.path("short")))
            try Refusal(["profile", "--btf", scratch.path("short"), "--", "true"], 2, "short has no valid BTF").check()
        }

        @Test func `a refused capture leaves nothing in the kernel`() throws {
            let before = try KernelObjects.ours()
            for arguments in [
                ["profile", "-p", "2147483647"], ["profile", "--", "/bin/no-such-command"], ["profile", "--btf", "/bin/sh", "-a"],
            ] {
                #expect(try syslat(arguments).status != 0)
            }
            // Other captures may have begun meanwhile. They will end.
            let appeared = try KernelObjects.ours().subtracting(before)
            #expect(try eventually { try appeared.isDisjoint(with: KernelObjects.ours()) })
        }
    }
}
