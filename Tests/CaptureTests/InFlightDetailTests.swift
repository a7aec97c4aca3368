import Aggregation
import CaptureSupport
import Foundation
import Linux
import Profile
import Testing
import TestPrograms

@testable import Capture

/// What is known of calls in flight while a capture goes on: in every interval, and in snapshots.
@Suite(.serialized, .requiresBPF) struct InFlightDetailTests {
    /// The functions of the kernel that a thread is in, by /proc.
    private static func kernelFunctions(of tid: Int32) -> [String] {
        let text = (try? String(contentsOfFile: "/proc/\(tid)/stack", encoding: .utf8)) ?? ""
        return text.split(separator: "\n").compactMap { line in
            line.split(separator: " ").dropFirst().first.map { String($0.prefix { $0 != "+" }) }
        }
    }

    /// Runs the session on until a thread sleeps in a call.
    private static func advance(_ session: inout Session, until pid: Int32, isIn name: String, _ first: UInt64? = nil) throws {
        let end = Clock.monotonic + UInt64(ProgramRun.patience * 1e9)
        while SleepingThread(pid: pid, tid: pid)?.isIn(name, firstArgument: first) != true, Clock.monotonic < end {
            _ = try session.advance(until: Clock.monotonic + 5_000_000)
        }
        _ = try session.advance(until: Clock.monotonic + 5_000_000)
    }

    /// The one call in flight, from an interval and from a snapshot.
    private static func inFlight(_ session: inout Session) throws -> [InFlightCall] {
        let calls = [try session.endInterval().inFlight?.calls ?? [], try session.snapshot().inFlight]
        try #require(calls[0].count == 1 && calls[1].count == 1)
        return calls.flatMap { $0 }
    }

    @Test func `intervals and snapshots have the arguments, files and place of each call, and of none before it`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "in-flight-\(UUID())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let (one, two) = ("\(folder)/one", "\(folder)/two")
        try #require(mkfifo(one, 0o600) == 0 && mkfifo(two, 0o600) == 0)
        let program = try WaitingProgram(Fixture.gated(["/bin/cat", one, two]))
        defer { program.signal(SIGKILL) }
        var options = CaptureOptions(target: .processes([program.pid], follow: true))
        options.slowCalls = SlowCallOptions(rule: .slowest(3), stacks: .user)
        var session = try Session(options)
        try session.start()
        program.release()

        // It waits for a writer.
        try Self.advance(&session, until: program.pid, isIn: "openat")
        for call in try Self.inFlight(&session) {
            #expect(call.id.name == "openat" && call.details?.paths.map(\.text) == [one], "\(call)")
        }
        let writer = open(one, O_WRONLY)
        try #require(writer >= 0)
        try Self.advance(&session, until: program.pid, isIn: "read", 3)
        // The second time from what is remembered.
        for call in try Self.inFlight(&session) + Self.inFlight(&session) {
            let details = try #require(call.details)
            #expect(call.id.name == "read" && details.arguments.first == 3)
            #expect(details.descriptors.map(\.name) == [one])
            let functions = Self.kernelFunctions(of: program.pid)
            #expect(functions.count > 3 && details.kernelStack.compactMap(\.function) == functions)
        }
        close(writer)
        // Another call of the same name, by the same thread.
        try Self.advance(&session, until: program.pid, isIn: "openat")
        for call in try Self.inFlight(&session) {
            #expect(call.id.name == "openat" && call.details?.paths.map(\.text) == [two], "\(call)")
        }
        _ = session.detach()
    }

    @Test func `a call that is over is not taken for the next one like it`() throws {
        let fifo = FileManager.default.temporaryDirectory.appending(path: "next-\(UUID())").path
        try #require(mkfifo(fifo, 0o600) == 0)
        defer { unlink(fifo) }
        let program = try WaitingProgram(Fixture.gated(["/bin/cat", fifo]))
        defer { program.signal(SIGKILL) }
        var session = try Session(CaptureOptions(target: .processes([program.pid], follow: true)))
        try session.start()
        program.release()
        try Self.advance(&session, until: program.pid, isIn: "openat")
        let writer = open(fifo, O_WRONLY)
        try #require(writer >= 0)
        defer { close(writer) }
        try Self.advance(&session, until: program.pid, isIn: "read", 3)
        let first = try #require(try session.probes.inFlight().first)
        var isInFlight = try session.probes.isInFlight(first)
        #expect(isInFlight && first.id.name == "read")
        try #require(write(writer, "x", 1) == 1)
        var second: InFlightSlot?
        let end = Clock.monotonic + UInt64(ProgramRun.patience * 1e9)
        while second == nil, Clock.monotonic < end {
            _ = try session.advance(until: Clock.monotonic + 5_000_000)
            second = try session.probes.inFlight().first { $0.id == first.id && $0.enteredAt > first.enteredAt }
        }
        let next = try #require(second)
        // The same thread, with the same arguments.
        #expect(next.tid == first.tid && next.place == first.place)
        isInFlight = try session.probes.isInFlight(first)
        #expect(!isInFlight)
        isInFlight = try session.probes.isInFlight(next)
        #expect(isInFlight)
        _ = session.detach()
    }

    /// /proc/TID/fd has the table of the thread, not that of its process.
    @Test func `a descriptor is what it is in the table of the thread that made the call`() throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "own-table-\(UUID())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let (one, two) = ("\(folder)/one", "\(folder)/two")
        try #require(mkfifo(one, 0o600) == 0 && mkfifo(two, 0o600) == 0)
        let program = try WaitingProgram(Fixture.command("own_table", one, two))
        defer { program.signal(SIGKILL) }
        var options = CaptureOptions(target: .processes([program.pid], follow: true))
        options.slowCalls = SlowCallOptions(rule: .slowest(3), stacks: .user)
        var session = try Session(options)
        try session.start()
        program.release()
        let threads = {
            ProcFS.names(in: "/proc/\(program.pid)/task").compactMap { Int32($0) }
                .filter { SleepingThread(pid: program.pid, tid: $0)?.isIn("read", firstArgument: 9) == true }
        }
        let end = Clock.monotonic + UInt64(ProgramRun.patience * 1e9)
        while threads().count < 2, Clock.monotonic < end { _ = try session.advance(until: Clock.monotonic + 5_000_000) }
        _ = try session.advance(until: Clock.monotonic + 5_000_000)
        for calls in [try session.endInterval().inFlight?.calls ?? [], try session.snapshot().inFlight] {
            try #require(calls.count == 2)
            for call in calls {
                let path = call.tid == program.pid ? one : two
                var facts = stat()
                try #require(stat(path, &facts) == 0)
                let descriptor = try #require(call.details?.descriptors.first)
                #expect(descriptor.name == path && descriptor.inode == UInt64(facts.st_ino), "\(call)")
            }
        }
        _ = session.detach()
    }

    @Test func `with all stacks they have the functions of the program too, as soon as these are looked up`() throws {
        let program = try WaitingProgram(Fixture.gated(["/bin/sleep", "100"]))
        defer { program.signal(SIGKILL) }
        var options = CaptureOptions(target: .processes([program.pid], follow: true))
        options.slowCalls = SlowCallOptions(rule: .slowest(1), stacks: .all)
        var session = try Session(options)
        try session.start()
        program.release()
        try Self.advance(&session, until: program.pid, isIn: "clock_nanosleep", 0)
        var named: CallDetails?
        let end = Clock.monotonic + UInt64(ProgramRun.patience * 1e9)
        while named == nil, Clock.monotonic < end {
            _ = try session.advance(until: Clock.monotonic + 5_000_000)
            let calls = try #require(try session.endInterval().inFlight?.calls)
            try #require(calls.count == 1)
            let details = try #require(calls[0].details)
            // What has no names yet is left out: addresses of a program that will be gone say nothing.
            if let frame = details.userStack.first, frame.function != nil { named = details }
            #expect(details.userStack.isEmpty || named != nil)
        }
        #expect(named?.userStack.first?.function?.contains("nanosleep") == true)
        #expect(named?.kernelStack.contains { $0.function?.contains("nanosleep") == true } == true)
        _ = session.detach()
    }
}
