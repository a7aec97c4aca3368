import ArgumentParser
import Capture
import Presentation
import TextReport
import Testing

@testable import syslat

/// What the command line of `syslat profile` becomes.
@Suite struct ProfileCommandTests {
    private func parse(_ arguments: [String]) throws -> ProfileCommand {
        try #require(try Syslat.parseAsRoot(Arguments.prepared(["profile"] + arguments)) as? ProfileCommand)
    }

    @Test func `options that are not given have their defaults`() throws {
        let command = try ProfileCommand.parse(["-a"])
        #expect(try command.target.target() == .all)
        #expect(command.recording.syscalls.isEmpty)
        #expect(command.duration == nil)
        #expect(command.recording.ringSize == nil)
        #expect(command.recording.btf == nil)
        #expect(command.format == .text)
        #expect(command.report == nil)
        #expect(command.view.grouping == .call)
        #expect(command.view.sort == nil)
        #expect(command.view.top == nil)
        #expect(!command.view.drawsHistograms)
        #expect(command.view.histogramNames == nil)
    }

    @Test(
        arguments: [
            (["-p", "1"], .processes([1], follow: true)),
            (["--pid", "1"], .processes([1], follow: true)),
            (["-p", "3,1,2"], .processes([3, 1, 2], follow: true)),
            (["-p", "3", "-p", "1,2"], .processes([3, 1, 2], follow: true)),
            (["-p", "1,2,1", "-p", "2"], .processes([1, 2], follow: true)),
            (["-p", "2147483647", "--no-follow"], .processes([.max], follow: false)),
            (["--all"], .all),
            (["--cgroup", "/sys/fs/cgroup/a b"], .cgroup(path: "/sys/fs/cgroup/a b")),
        ] as [([String], Target)])
    func `the target is the one that the options give`(arguments: [String], target: Target) throws {
        #expect(try parse(arguments).target.target() == target)
    }

    @Test func `everything after the dashes belongs to the command`() throws {
        let words = ["sh", "-c", "exit 3", "-p", "1", "--histogram=read", "--", "-d", "10"]
        let command = try parse(["--no-follow", "--"] + words)
        #expect(try command.target.target() == .command(try ResolvedCommand(words), follow: false))
        #expect(command.duration == nil)
        #expect(command.view.histogramNames == nil)
        guard case .command(let resolved, follow: true) = try parse(["--", "sh"]).target.target() else {
            Issue.record("no command that is followed")
            return
        }
        #expect(resolved.arguments == ["sh"])
        #expect(resolved.path.hasSuffix("/sh"))
    }

    @Test(arguments: [
        (
            ["no-such-command-at-all"], CaptureError.Kind.notFound,
            "The command no-such-command-at-all was not found in PATH. Check its spelling, or give its path."
        ),
        (["./no/such"], .notFound, "The command ./no/such was not found: no such file or directory. Check its path."),
        (["/proc"], .notExecutable, "/proc can't be executed: it is a folder. Name a program in it."),
        ([""], .wrongRequest, "The command is empty. Name a program and its arguments."),
    ])
    func `a command that can't be run is refused`(words: [String], kind: CaptureError.Kind, sentence: String) throws {
        let target = try parse(["--"] + words).target
        let error = try #require(throws: CaptureError.self) { try target.target() }
        #expect(error.description == sentence)
        #expect(error.kind == kind)
    }

    @Test func `every option is parsed to its value`() throws {
        let command = try parse([
            "-p", "1", "-e", "read,write", "--syscalls", "%file", "-d", "1.5s", "--ring-size", "64KiB", "--btf", "vmlinux",
            "--format", "text", "--report", "out.txt", "--by", "process", "--sort", "p99", "--top", "1",
            "--histogram=read,write",
        ])
        #expect(command.recording.syscalls == ["read,write", "%file"])
        #expect(command.duration == 1_500_000_000)
        #expect(command.recording.ringSize == 65_536)
        #expect(command.recording.btf == "vmlinux")
        #expect(command.format == .text)
        #expect(command.report == "out.txt")
        #expect(try parse(["-a", "--format", "json"]).format == .json)
        #expect(command.view.grouping == .process)
        #expect(command.view.sort == .p99)
        #expect(command.view.top == 1)
        #expect(command.view.histogramNames == "read,write")
        #expect(!command.view.drawsHistograms)
        #expect(try parse(["-a", "--histogram"]).view.drawsHistograms)
        #expect(try parse(["-a", "--duration", "2m"]).duration == 120_000_000_000)
        #expect(try parse(["-a", "--ring-size", "1GiB"]).recording.ringSize == 1 << 30)
    }

    @Test func `the version is that of the tool`() {
        #expect(Syslat.configuration.version == syslatVersion)
    }
}
