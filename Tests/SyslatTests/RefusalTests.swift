import ArgumentParser
import Testing

@testable import syslat

/// Every sentence that a wrong command line gives, in full: they are part of the interface.
@Suite struct RefusalTests {
    private func expect(
        _ arguments: [String], _ sentence: String, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        do {
            _ = try Syslat.parseAsRoot(Arguments.prepared(["profile"] + arguments))
            Issue.record("\(arguments) was accepted", sourceLocation: sourceLocation)
        } catch {
            #expect(Syslat.message(for: error) == sentence, sourceLocation: sourceLocation)
            #expect(Syslat.exitCode(for: error) == .validationFailure, sourceLocation: sourceLocation)
        }
    }

    @Test func `a command line without a target is refused`() {
        let sentence = "Say what to profile: -p PID, -a for everything, --cgroup PATH, or -- COMMAND ARGUMENT…"
        expect([], sentence)
        expect(["-d", "1s"], sentence)
        expect(["--"], sentence)
        expect(["--no-follow"], sentence)
    }

    @Test(arguments: [
        (["-p", "1", "-a"], "-p and -a"),
        (["-a", "--cgroup", "/"], "-a and --cgroup"),
        (["-p", "1", "--", "true"], "-p and a command after --"),
        (["--cgroup", "/", "--", "true"], "--cgroup and a command after --"),
        (["-p", "1", "-a", "--cgroup", "/", "--", "true"], "-p and -a and --cgroup and a command after --"),
    ])
    func `targets that contradict each other are refused`(arguments: [String], names: String) {
        expect(arguments, "\(names) contradict each other: a profile has one target. Keep one.")
    }

    @Test(arguments: [(["-a"], "-a"), (["--cgroup", "/"], "--cgroup")])
    func `the option --no-follow is refused if there is nothing to follow`(arguments: [String], name: String) {
        expect(
            arguments + ["--no-follow"],
            "--no-follow goes with -p or a command: \(name) has no children to leave out. Drop it.")
    }

    @Test(arguments: [
        ("abc", "abc"), ("1,,2", ""), ("1,", ""), (",1", ""), ("", ""), ("1 2", "1 2"), ("1, 2", " 2"), ("0", "0"),
        ("1,-2", "-2"), ("1.5", "1.5"), ("2147483648", "2147483648"), ("0x1f", "0x1f"),
    ])
    func `what is not a process id is refused`(value: String, item: String) {
        expect(
            ["-p", value],
            "'\(item)' is not a process id. Give -p numbers: -p 1234,5678 or -p 1234 5678")
    }

    @Test(arguments: ["0", "-1", "-9223372036854775808"])
    func `fewer rows than one are refused`(top: String) {
        expect(["-a", "--top=\(top)"], "--top \(top) shows nothing: give 1 or more.")
    }

    @Test(arguments: ["", ",", ",,"])
    func `a list of histograms without names is refused`(names: String) {
        expect(
            ["-a", "--histogram=\(names)"], "--histogram= names no call: write --histogram=read,write, or --histogram for all.")
    }

    @Test(arguments: [
        ("3MiB", 3_145_728), ("32KiB", 32_768), ("2GiB", 2_147_483_648), ("0KiB", 0), ("64.5KiB", 66_048), ("96K", 98_304),
        ("64G", 68_719_476_736), ("1T", 1_099_511_627_776), ("1TiB", 1_099_511_627_776),
    ])
    func `ring sizes out of bounds are refused`(size: String, bytes: Int) {
        expect(
            ["-a", "--ring-size", size],
            "The ring size must be a power of two from 64KiB to 1GiB, such as 1MiB, 8MiB or 64MiB; it is \(bytes) bytes.")
    }

    @Test(arguments: [
        ("8", "needs a unit: KiB, MiB, GiB or TiB"), ("8PiB", "needs a unit: KiB, MiB, GiB or TiB"),
        ("-8MiB", "is not a positive number with a unit"), ("9999999999TiB", "is more than any memory"),
    ])
    func `malformed ring sizes are refused with the reason`(value: String, reason: String) {
        expect(
            ["-a", "--ring-size=\(value)"],
            "The value '\(value)' is invalid for '--ring-size <size>': The size '\(value)' \(reason). Write it as 512KiB or 8MiB.")
    }

    @Test(arguments: [
        ("10", "needs a unit: ns, us, ms, s, m or h"), ("0s", "is zero"), ("-1s", "is not a positive number with a unit"),
        ("9000h", "is more than a year"),
    ])
    func `malformed durations are refused with the reason`(value: String, reason: String) {
        expect(
            ["-a", "--duration=\(value)"],
            "The value '\(value)' is invalid for '--duration <time>': The duration '\(value)' \(reason). "
                + "Write it as 10s or 500ms.")
    }

    @Test func `unknown calls and classes are refused with suggestions`() {
        expect(["-a", "-e", "raed"], "-e: no system call is named 'raed'; did you mean read, readv or rseq?")
        expect(["-a", "-e", "read", "-e", "wirte"], "-e: no system call is named 'wirte'; did you mean write or writev?")
        expect(
            ["-a", "-e", "%fiel"],
            "-e: no class of system calls is named '%fiel'; "
                + "the classes are %file, %desc, %memory, %process, %network, %signal, %ipc and %clock")
        expect(["-a", "-e", "read,"], "-e: the list 'read,' has an empty item; remove the comma beside it")
    }

    @Test func `unknown formats and groupings are refused with the choices`() {
        expect(
            ["-a", "--format", "xml"],
            "The value 'xml' is invalid for '--format <format>'. Please provide one of 'text', 'json' or 'html'.")
        expect(
            ["-a", "--by", "user"],
            "The value 'user' is invalid for '--by <by>'. Please provide one of the following:\n  - call\n  - process\n  - thread\n"
                + "  - comm\n  - cgroup\n  - file\n  - interval")
    }

    @Test func `a command without the dashes is refused`() {
        expect(["ls"], "Say what to profile: -p PID, -a for everything, --cgroup PATH, or -- COMMAND ARGUMENT…")
        expect(["-a", "ls"], "Unexpected argument 'ls'")
    }
}
