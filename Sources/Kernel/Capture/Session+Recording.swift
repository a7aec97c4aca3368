import CSyslatABI
import Aggregation
import BPFRuntime
import Glibc
import Linux
import Probes
package import Profile

/// When a capture recorded. CLOCK_MONOTONIC, unless another clock is named.
struct RecordingTimes {
    var start: UInt64 = 0
    var intervalStart: UInt64 = 0
    /// The same in nanoseconds since 1970: it follows a clock that is set.
    var intervalStartedAt: UInt64
    var end: UInt64 = 0
    /// Nanoseconds since 1970.
    let startedAt: UInt64
    /// Our own CPU time.
    let cpuAtStart: UInt64
    var cpuAtEnd: UInt64 = 0
    /// What the programs had cost before the recording.
    let programsAtStart: ProgramCost
    /// What the kernel had skipped before the recording.
    var skippedAtStart: UInt64 = 0
    var skippedTasksAtStart: UInt64 = 0

    init(programs: ProgramCost = ProgramCost(runs: 0, nanoseconds: 0)) {
        (startedAt, cpuAtStart) = (Clock.wall, Clock.ownCPU)
        intervalStartedAt = startedAt
        programsAtStart = programs
    }

    /// `2.3 s`, from the start to a moment.
    func phrase(of moment: UInt64) -> String {
        let tenths = (moment - start + 50_000_000) / 100_000_000
        return "\(tenths / 10).\(tenths % 10) s"
    }
}

extension Session {
    /// How often to retry a batch that is in use, if nothing may be left out.
    private static let flushAttempts = 100

    /// Returns the calls that have completed since the last interval ended, and begins a new one. Exact while recording is paused or
    /// has stopped; otherwise the latest calls may come in the next interval.
    package mutating func endInterval() throws(CaptureError) -> Interval {
        switch phase {
        case .recording: try flush(Clock.monotonic)
        case .paused:
            var attempts = 1
            while try !flush(Clock.monotonic), attempts < Session.flushAttempts {
                attempts += 1
                usleep(1000)
            }
        case .ready, .stopped, .drained: try drain()
        }
        try takeCounted()
        let (start, startedAt) = (times.intervalStart, times.intervalStartedAt)
        let (end, wall) = (phase == .drained ? times.end : Clock.monotonic, Clock.wall)
        // First of all: what is in flight now may complete at any moment.
        let inFlight = try callsInFlight(at: end)
        (times.intervalStart, times.intervalStartedAt) = (end, wall)
        return Interval(
            startNanoseconds: start - times.start, durationNanoseconds: end - start, startedAtNanoseconds: startedAt,
            calls: intake.endInterval(), inFlight: inFlight)
    }

    /// Records nothing until ``resume()``. The owner makes sure that no call is in flight; it would be cut in two.
    package mutating func pause() {
        probes.pauseRecording()
        phase = .paused
    }

    package mutating func resume() {
        probes.resumeRecording()
        phase = .recording
    }

    /// From now on another process is the target.
    package mutating func retarget(to pid: Int32) throws(CaptureError) { try watch.retarget(to: pid, probes, &loop) }

    /// Calls that were entered since recording began.
    package var entered: UInt64 { probes.counters.entered }

    // MARK: Taking in

    /// Takes in the calls that wait in the batches of CPUs, for an owner who shows the newest ones at once.
    package mutating func takeBatches() throws(CaptureError) {
        if phase == .recording { try flush(Clock.monotonic) }
    }

    /// Sends the batches of quiet CPUs, so no event waits longer than a second, and does what is due with it. False if a batch
    /// was in use just then.
    @discardableResult
    mutating func flush(_ now: UInt64) throws(CaptureError) -> Bool {
        nextFlush = now + Session.flushNanoseconds
        do throws(BPFError) {
            let counters = probes.counters
            let isComplete = try probes.flush()
            intake.takeRing(probes)
            if let note = vdso.noteClocksource(&intake.aggregator, at: times.phrase(of: now)) { notes.append(note) }
            if !probes.namesCallers { vdso.resolve(try probes.callers()) }
            removedRequests += try probes.removeRequests { !ProcFS.mayAccess("/proc/\($0)", F_OK) }
            if isComplete { intake.aggregator.retireEndedProcesses() }
            let names = livingNames(areRecent: true)
            if !options.isWindowed { intake.aggregator.lookUpTitles({ ProcFS.title(of: $0) }, names: names) }
            intake.aggregator.lookUpProcesses { ProcFS.threadGroup(of: $0) }
            if options.sampling != .everyCall { try intake.takeUnmeasured(probes) }
            sampling.look(entered: counters.entered, probes, &intake.aggregator)
            lostInKernel = counters.lost
            return isComplete
        } catch {
            throw CaptureError(error)
        }
    }

    /// Takes in what the kernel has only counted: unmeasured calls, and those that found the ring full.
    mutating func takeCounted() throws(CaptureError) {
        do throws(BPFError) {
            if options.sampling != .everyCall { try intake.takeUnmeasured(probes) }
            try intake.takeOverflow(probes)
        } catch {
            throw CaptureError(error)
        }
    }

    /// Takes in the details of slow calls.
    mutating func takeSlowCalls() {
        let (start, startedAt) = (times.start, times.startedAt)
        slowCalls?.take(probes) { startedAt &+ $0 &- start }
    }

    /// Takes in the calls by file before the kernel side has no room for more.
    mutating func takeFiles() throws(CaptureError) {
        guard options.grouping == .file else { return }
        do throws(BPFError) { try files.takeMany(probes) } catch { throw CaptureError(error) }
    }

    /// The slow calls that have come since this was last called, in the order of their ends. Empty unless the options ask for a log.
    package mutating func takeSlowLog() -> [SlowCall] { slowCalls?.takeLog(isEnd: phase == .drained) ?? [] }

    /// Keeps slow calls as if recording began now: those until now are forgotten.
    package mutating func keepSlowCallsAnew() throws(CaptureError) {
        do throws(BPFError) { try slowCalls?.beginAnew(probes, probes.counters) } catch { throw CaptureError(error) }
    }

    /// Takes in everything that is left in the kernel after recording has stopped.
    mutating func drain() throws(CaptureError) {
        guard phase == .stopped else { return }
        intake.takeRest(probes)
        takeSlowCalls()
        try takeCounted()
        phase = .drained
    }
}
