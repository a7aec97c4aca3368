import ArgumentParser
import FlightRecorder
import Testing

@testable import syslat

/// What the command line of `syslat record` becomes, and what it refuses.
@Suite struct RecordCommandTests {
    private func parse(_ arguments: [String]) throws -> RecordCommand {
        try #require(try Syslat.parseAsRoot(Arguments.prepared(["record"] + arguments)) as? RecordCommand)
    }

    @Test func `options that are not given have their defaults`() throws {
        let command = try parse(["-a", "-o", "folder"])
        #expect(command.recorder.keep == 1_800_000_000_000)
        #expect(command.recorder.interval == 1_000_000_000)
        #expect(command.recorder.before == nil)
        #expect(command.recorder.after == 10_000_000_000)
        #expect(command.recorder.incidents == 10)
        #expect(command.recorder.maxDisk == 256 << 20)
        #expect(command.recorder.retention.segmentNanoseconds == 60_000_000_000)
        #expect(command.recorder.retention.bytesOfEach == 128 << 20)
        #expect(command.duration == nil)
        let triggers = try command.recorder.triggers()
        #expect(triggers.isEmpty)
    }

    @Test func `conditions are those of the options, in their order`() throws {
        let command = try parse([
            "-a", "-o", "folder", "--when", "p99(fsync) > 50ms for 10s", "--when", "lost > 0", "--when", "errors(openat) > 2.5%",
        ])
        let triggers = try command.recorder.triggers()
        #expect(triggers.map(\.subject) == ["p99(fsync)", "lost", "errors(openat)"])
        #expect(triggers.map(\.limit) == [.nanoseconds(50_000_000), .count(0), .share(0.025)])
        #expect(triggers.map(\.nanoseconds) == [10_000_000_000, 0, 0])
    }

    @Test(arguments: [
        (["-a"], "Say where to record: -o FOLDER. The folder is created if it is missing."),
        (["-a", "-o", ""], "Say where to record: -o FOLDER. The folder is created if it is missing."),
        (["-o", "f"], "Say what to profile: -p PID, -a for everything, --cgroup PATH, or -- COMMAND ARGUMENT…"),
        (["-a", "-o", "f", "--interval", "50ms"], "--interval is out of range: give a time from 100ms to 1h."),
        (["-a", "-o", "f", "--interval", "2h"], "--interval is out of range: give a time from 100ms to 1h."),
        (
            ["-a", "-o", "f", "--keep", "500ms"],
            "--keep is shorter than an interval, so nothing would be kept. Give a longer time."
        ),
        (["-a", "-o", "f", "--before", "31m"], "--before is longer than --keep: the time before that is gone. Raise --keep."),
        (["-a", "-o", "f", "--incidents", "0"], "--incidents 0 is out of range: give a number from 1 to 10000."),
        (["-a", "-o", "f", "--incidents", "-1"], "--incidents -1 is out of range: give a number from 1 to 10000."),
        (["-a", "-o", "f", "--max-disk", "512KiB"], "--max-disk is too small for a recording: give 1MiB or more."),
        (
            ["-a", "-o", "f", "--when", "p99(fsnyc) > 1ms"],
            "--when 'p99(fsnyc) > 1ms': no system call is named 'fsnyc'; did you mean fsync, msync or sync?"
        ),
        (
            ["-a", "-o", "f", "--when", "p99(fsync) > 50"],
            "--when 'p99(fsync) > 50': The duration '50' needs a unit: ns, us, ms, s, m or h. Write it as 10s or 500ms."
        ),
        (
            ["-a", "-o", "f", "-e", "read,write", "--when", "p99(fsync) > 50ms"],
            "--when 'p99(fsync) > 50ms' is about calls that -e leaves out. Select them, or drop the condition."
        ),
        (
            ["-a", "-o", "f", "--vdso-ticks", "off"],
            "--vdso-ticks goes with `syslat profile`: a recording has no estimate of served calls. Drop it."
        ),
    ])
    func `what makes no sense is refused with the remedy`(_ arguments: [String], _ sentence: String) {
        do {
            _ = try Syslat.parseAsRoot(Arguments.prepared(["record"] + arguments))
            Issue.record("\(arguments) was accepted")
        } catch {
            #expect(Syslat.message(for: error) == sentence)
        }
    }

    @Test func `conditions on calls that are watched, or on all, go with a selection`() throws {
        for condition in ["p99(fsync) > 1ms", "rate(*) > 1", "max(!read) > 1s", "p50(%desc) > 1us", "lost > 0", "oldest > 1s"] {
            let command = try parse(["-a", "-o", "f", "-e", "fsync", "--when", condition])
            #expect(command.recorder.when == [condition])
        }
    }
}
