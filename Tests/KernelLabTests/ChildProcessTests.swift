import CLinux
import CaptureSupport
import Foundation
import Testing

@testable import KernelLab

/// Programs that are started do not outlive who started them, and get nothing that they are not given.
@Suite struct ChildProcessTests {
    /// What a command writes to standard output.
    private func output(_ command: [String], environment: [String]? = nil) throws -> (String, ChildProcess.Ending) {
        let null = try Descriptor()
        let pipe = try PipeEnds()
        var child = try ChildProcess(
            command[0], command, environment: environment, descriptors: [null.number, pipe.writing.number, null.number])
        let reading = pipe.closingWritingEnd()
        let text = String(decoding: reading.read() ?? [], as: UTF8.self)
        return (text, child.wait())
    }

    @Test func aProgramGetsTheDescriptorsItIsGivenAndNoOther() throws {
        // One that is not close-on-exec, as other people's code leaves them.
        let stray = open("/dev/null", O_RDONLY)
        defer { close(stray) }
        // The fourth is the folder that ls reads.
        let (text, ending) = try output(["/bin/ls", "/proc/self/fd"])
        #expect(text == "0\n1\n2\n3\n" && ending == .exited(0))
    }

    @Test func anEnvironmentIsGivenExactly() throws {
        #expect(try output(["/usr/bin/env"], environment: ["A=1", "B=x y"]).0 == "A=1\nB=x y\n")
        #expect(try output(["/usr/bin/env"], environment: []).0 == "")
        #expect(try output(["/usr/bin/env"]).0.contains("PATH="))
    }

    @Test func anEndingIsAStatusOrASignal() throws {
        #expect(try output(["/bin/sh", "-c", "exit 9"]).1 == .exited(9))
        #expect(try output(["/bin/sh", "-c", "kill -TERM $$"]).1 == .killed(signal: SIGTERM))
    }

    @Test func whatCanNotBeExecutedIsAnError() throws {
        for (path, code) in [("/no/such/program", ENOENT), ("/etc", EACCES), ("/etc/passwd", EACCES)] {
            let error = #expect(throws: ChildProcess.Errno.self) { _ = try output([path]) }
            #expect(error?.code == code)
        }
    }

    @Test func aProgramIsKilledWithItsOwner() throws {
        func pidOfOneThatIsDropped() throws -> Int32 {
            let null = try Descriptor()
            let child = try ChildProcess("/bin/sleep", ["sleep", "1000"], descriptors: [null.number, null.number, null.number])
            #expect(kill(child.pid, 0) == 0)
            return child.pid
        }
        // The owner waits for it, so that nothing is left of it.
        #expect(kill(try pidOfOneThatIsDropped(), 0) == -1)
    }

    /// As it is when the whole process is killed: nobody is left to do anything.
    @Test func aProgramIsKilledWithTheThreadThatStartedIt() throws {
        final class Started: @unchecked Sendable { var pid: Int32 = 0 }
        let started = Started()
        let done = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            var words = [strdup("sleep"), strdup("1000"), nil]
            started.pid = clinux_spawn("/bin/sleep", &words, environ, [0, 1, 2], 3)
            done.signal()
        }
        done.wait()
        try #require(started.pid > 0)
        #expect(eventually { hasEnded(started.pid) })
        var state: Int32 = 0
        waitpid(started.pid, &state, 0)
        #expect(clinux_wtermsig(state) == SIGKILL)
    }
}
