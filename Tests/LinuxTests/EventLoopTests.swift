import Foundation
import Linux
import Testing

/// Each kind of source gives its own kind of event, and nothing else wakes a wait.
@Suite(.serialized) struct EventLoopTests {
    /// Long enough for a slow machine. A test that passes never waits this long.
    private var patience: UInt64 { Clock.monotonic + 20_000_000_000 }

    /// `#expect` can't capture an event loop, which can't be copied.
    private func expect(_ event: EventLoop.Event?, _ wanted: EventLoop.Event?, location: SourceLocation = #_sourceLocation) {
        #expect(event == wanted, sourceLocation: location)
    }

    @Test func `a wait ends at its deadline`() throws {
        var loop = try EventLoop()
        let start = Clock.monotonic
        expect(loop.wait(until: start + 30_000_000), nil)
        #expect(Clock.monotonic >= start + 30_000_000)
        expect(loop.wait(until: 0), nil)
    }

    @Test func `the end of a process is an event only once`() throws {
        var loop = try EventLoop()
        let null = try Descriptor.devNull()
        var child = try ChildProcess("/bin/true", ["true"], descriptors: [null.number, null.number, null.number])
        try loop.watch(process: child.pid)
        expect(loop.wait(until: patience), .processEnded(child.pid))
        expect(loop.wait(until: Clock.monotonic + 10_000_000), nil)
        let ending = child.wait()
        #expect(ending == .exited(status: 0))
        do {
            try loop.watch(process: child.pid)
            Issue.record("a process that is gone was watched")
        } catch {
            #expect(error == Errno(ESRCH))
        }
    }

    @Test func `whether a process has ended can be asked without taking its event`() throws {
        var loop = try EventLoop()
        let null = try Descriptor.devNull()
        var child = try ChildProcess("/bin/sleep", ["sleep", "1000"], descriptors: [null.number, null.number, null.number])
        try loop.watch(process: child.pid)
        let pid = child.pid
        let runs = !loop.hasEnded(process: pid)
        child.terminate()
        _ = child.wait()
        let hasEnded = loop.hasEnded(process: pid)
        #expect(runs && hasEnded)
        expect(loop.wait(until: patience), .processEnded(pid))
    }

    @Test func `a process that is no longer watched gives no event`() throws {
        var loop = try EventLoop()
        let null = try Descriptor.devNull()
        var child = try ChildProcess("/bin/sleep", ["sleep", "1000"], descriptors: [null.number, null.number, null.number])
        try loop.watch(process: child.pid)
        loop.unwatch(process: child.pid)
        child.terminate()
        let ending = child.wait()
        #expect(ending == .killed(signal: SIGKILL))
        expect(loop.wait(until: Clock.monotonic + 10_000_000), nil)
    }

    @Test func `a timer repeats until it is removed`() throws {
        var loop = try EventLoop()
        let start = Clock.monotonic
        let timer = try loop.addTimer(at: start + 5_000_000, every: 5_000_000)
        for beat in 1...3 {
            expect(loop.wait(until: patience), .timer(timer))
            #expect(Clock.monotonic >= start + UInt64(beat) * 5_000_000)
        }
        loop.remove(timer)
        expect(loop.wait(until: Clock.monotonic + 20_000_000), nil)
    }

    @Test func `a readable descriptor is an event until it is read`() throws {
        var loop = try EventLoop()
        let pipe = try PipeEnds()
        let source = try loop.add(readable: pipe.reading.number)
        expect(loop.wait(until: Clock.monotonic + 10_000_000), nil)
        try pipe.writing.write([1])
        expect(loop.wait(until: patience), .readable(source))
        expect(loop.wait(until: patience), .readable(source))
        var byte: UInt8 = 0
        #expect(read(pipe.reading.number, &byte, 1) == 1)
        expect(loop.wait(until: Clock.monotonic + 10_000_000), nil)
    }

    @Test func `a ring wakes a wait without giving an event`() throws {
        var loop = try EventLoop()
        let pipe = try PipeEnds()
        try loop.add(ring: pipe.reading.number)
        try pipe.writing.write([1])
        let start = Clock.monotonic
        expect(loop.wait(until: start + 20_000_000_000), nil)
        #expect(Clock.monotonic < start + 19_000_000_000)
    }

    @Test func `a signal is an event and does nothing else`() async throws {
        // On a thread of its own: each thread has its own mask, and a signal to the process goes to any thread that doesn't
        // block it.
        let events = try await withCheckedThrowingContinuation {
            (continuation: CheckedContinuation<[EventLoop.Event?], any Error>) in
            Thread.detachNewThread {
                do {
                    var loop = try EventLoop()
                    try loop.handle([SIGUSR2])
                    pthread_kill(pthread_self(), SIGUSR2)
                    let first = loop.wait(until: Clock.monotonic + 20_000_000_000)
                    continuation.resume(returning: [first, loop.wait(until: Clock.monotonic + 10_000_000)])
                } catch {
                    continuation.resume(throwing: error)
                }
            }
        }
        #expect(events == [.signal(SIGUSR2), nil])
    }
}
