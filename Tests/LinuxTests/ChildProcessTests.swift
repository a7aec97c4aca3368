import CLinux
import Foundation
import Linux
import Testing

/// Child processes don't outlive their owner, and get nothing that they are not given.
@Suite struct ChildProcessTests {
    /// What a command writes to standard output.
    private func output(_ command: [String], environment: [String]? = nil) throws -> (String, ProcessEnding) {
        let null = try Descriptor.devNull()
        let pipe = try PipeEnds()
        var child = try ChildProcess(
            command[0], command, environment: environment, descriptors: [null.number, pipe.writing.number, null.number])
        let reading = pipe.closingWritingEnd()
        let text = String(decoding: try reading.read(), as: UTF8.self)
        return (text, child.wait())
    }

    @Test func `a child gets the descriptors it is given and no others`() throws {
        // A descriptor without close-on-exec, as other people's code leaves them.
        let stray = open("/dev/null", O_RDONLY)
        defer { close(stray) }
        // The fourth is the folder that ls reads.
        let (text, ending) = try output(["/bin/ls", "/proc/self/fd"])
        #expect(text == "0\n1\n2\n3\n" && ending == .exited(status: 0))
    }

    @Test func `a child gets exactly the given environment or inherits ours`() throws {
        #expect(try output(["/usr/bin/env"], environment: ["A=1", "B=x y"]).0 == "A=1\nB=x y\n")
        #expect(try output(["/usr/bin/env"], environment: []).0 == "")
        #expect(try output(["/usr/bin/env"]).0.contains("PATH="))
    }

    @Test func `a child ends with a status or a signal`() throws {
        #expect(try output(["/bin/sh", "-c", "exit 9"]).1 == .exited(status: 9))
        #expect(try output(["/bin/sh", "-c", "kill -TERM $$"]).1 == .killed(signal: SIGTERM))
    }

    @Test func `a path that can't be executed throws its errno`() throws {
        for (path, code) in [("/no/such/program", ENOENT), ("/etc", EACCES), ("/etc/passwd", EACCES)] {
            let error = #expect(throws: Errno.self) { _ = try output([path]) }
            #expect(error?.code == code)
        }
    }

    @Test func `a child is killed when its owner goes away`() throws {
        func pidOfOneThatIsDropped() throws -> Int32 {
            let null = try Descriptor.devNull()
            let child = try ChildProcess("/bin/sleep", ["sleep", "1000"], descriptors: [null.number, null.number, null.number])
            #expect(kill(child.pid, 0) == 0)
            return child.pid
        }
        // The owner waits for the child, so not even a zombie is left.
        let pid = try pidOfOneThatIsDropped()
        #expect(kill(pid, 0) == -1 && errno == ESRCH)
    }

    /// The same happens when the whole process is killed and can do nothing more.
    @Test(arguments: [false, true]) func `a child is killed when the thread that started it ends`(isConfined: Bool) throws {
        final class Started: @unchecked Sendable { var pid: Int32 = 0 }
        let started = Started()
        let done = DispatchSemaphore(value: 0)
        let executed = DispatchSemaphore(value: 0)
        let status = try PipeEnds()
        let end = status.writing.number
        Thread.detachNewThread {
            var words = [strdup("sleep"), strdup("1000"), nil]
            let descriptors: [Int32] = [0, 1, 2]
            words.withUnsafeMutableBufferPointer { words in
                descriptors.withUnsafeBufferPointer { descriptors in
                    "/bin/sleep".withCString { path in
                        // A change of users makes the kernel forget whom a child dies with.
                        withUnsafePointer(to: clinux_user(uid: 65534, gid: 65534, groups: nil, group_count: 0)) { nobody in
                            var program = clinux_program(
                                path: path, argv: words.baseAddress!, envp: environ, descriptors: descriptors.baseAddress,
                                descriptor_count: 3, dies_with_caller: 1, gate_read: -1, gate_write: -1, status: end,
                                user: isConfined ? nobody : nil, is_confined: isConfined ? 1 : 0, stays_root: 0,
                                largest_file: .max)
                            started.pid = clinux_spawn(&program)
                        }
                    }
                }
            }
            done.signal()
            // The child asks to die with this thread before it executes anything. The thread must not end before that.
            executed.wait()
        }
        done.wait()
        // execve closed the other end, and no error was reported.
        #expect(try status.closingWritingEnd().read().isEmpty)
        executed.signal()
        try #require(started.pid > 0)
        var state: Int32 = 0
        #expect(waitpid(started.pid, &state, 0) == started.pid)
        #expect(clinux_wifsignaled(state) != 0 && clinux_wtermsig(state) == SIGKILL)
    }

    @Test(arguments: [false, true]) func `a confined child has no capabilities, can't get any and is nobody's`(staysRoot: Bool)
        throws
    {
        var confinement = Confinement()
        (confinement.groups, confinement.staysRoot, confinement.largestFile) = ([12, 34], staysRoot, 5 << 10)
        let null = try Descriptor.devNull()
        let pipe = try PipeEnds()
        var child = try ChildProcess(
            "/bin/sh", ["sh", "-c", "ulimit -f; cat /proc/self/status"],
            descriptors: [null.number, pipe.writing.number, null.number],
            confinement: confinement)
        let text = String(decoding: try pipe.closingWritingEnd().read(), as: UTF8.self)
        let ending = child.wait()
        #expect(ending == .exited(status: 0))
        // In units of 512 bytes.
        #expect(text.hasPrefix("10\n"))
        for line in ["CapInh", "CapPrm", "CapEff", "CapAmb"] + (geteuid() == 0 ? ["CapBnd"] : []) {
            #expect(text.contains("\(line):\t0000000000000000"), "\(text)")
        }
        #expect(text.contains("NoNewPrivs:\t1"))
        let isNobody = geteuid() == 0 && !staysRoot
        let ids = isNobody ? "65534" : String(geteuid())
        #expect(text.contains("Uid:\t\(ids)\t\(ids)\t\(ids)\t\(ids)"), "\(text)")
        if isNobody { #expect(text.contains("Groups:\t12 34")) }
    }

    @Test func `a gated child waits until it is released`() throws {
        let mark = FileManager.default.temporaryDirectory.path + "/syslat-gate-\(UUID().uuidString)"
        defer { unlink(mark) }
        let child = try GatedChild("/bin/sh", ["sh", "-c", "echo x >\(mark); exit 3"])
        let isAsleep = try child.waitUntilAsleep()
        #expect(isAsleep)
        #expect(FileKind(of: mark) == nil)
        try child.release()
        let ending = child.wait()
        #expect(ending == .exited(status: 3))
        #expect(FileKind(of: mark) == .regular)
    }

    @Test func `a gated child that can't be executed reports its errno`() throws {
        let child = try GatedChild("/etc/passwd", ["passwd"])
        let isAsleep = try child.waitUntilAsleep()
        #expect(isAsleep)
        do {
            try child.release()
            Issue.record("/etc/passwd was executed")
        } catch {
            #expect(error == Errno(EACCES))
        }
    }

    /// Whoever may send signals to the user that it runs as can do so.
    @Test func `a gated child that is killed is noticed at once`() throws {
        let child = try GatedChild("/bin/sleep", ["sleep", "1000"])
        kill(child.pid, SIGKILL)
        let isAsleep = try child.waitUntilAsleep()
        #expect(!isAsleep)
        child.abandon()
        #expect(kill(child.pid, 0) != 0)
    }

    @Test func `a gated child that is stopped is given up, and ended`() throws {
        let child = try GatedChild("/bin/sleep", ["sleep", "1000"])
        let isAsleep = try child.waitUntilAsleep()
        #expect(isAsleep)
        kill(child.pid, SIGSTOP)
        do {
            try child.release()
            Issue.record("it was released")
        } catch { #expect(error == Errno(ETIMEDOUT)) }
        #expect(kill(child.pid, 0) != 0)
    }

    @Test func `a gated child ends when it is dropped without a release`() throws {
        func pidOfOneThatIsDropped() throws -> Int32 {
            let child = try GatedChild("/bin/sleep", ["sleep", "1000"])
            let isAsleep = try child.waitUntilAsleep()
            #expect(isAsleep)
            return child.pid
        }
        let pid = try pidOfOneThatIsDropped()
        var state: Int32 = 0
        #expect(waitpid(pid, &state, 0) == pid)
        #expect(clinux_wexitstatus(state) == 127)
    }
}
