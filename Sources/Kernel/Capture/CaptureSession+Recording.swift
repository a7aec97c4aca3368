import Aggregation
import BPFRuntime
import CLinux
import CSyslatABI
import Glibc
import Linux
import Profile

/// When a capture recorded, and how it ended.
struct Recording {
    /// CLOCK_MONOTONIC.
    let start: UInt64
    var intervalStart: UInt64
    var nextFlush: UInt64
    let startedAt: UInt64
    let cpuAtStart: UInt64
    let programsAtStart: ProgramCost
    var end: UInt64 = 0
    var cpuAtEnd: UInt64 = 0
    /// The signal that ended it, if one did.
    var signal: Int32?
    /// The target ended by itself.
    var targetEnded = false
}

/// A process of the target, with a descriptor that becomes readable when it ends.
struct WatchedProcess {
    let pid: Int32
    let descriptor: Int32
}

extension CaptureSession {
    func watch(_ pid: Int32) throws(CaptureError) {
        guard pid > 0, pid < SYSLAT_PID_LIMIT else {
            throw CaptureError("Process \(pid) can't be watched: process ids are numbers from 1 to \(SYSLAT_PID_LIMIT - 1).")
        }
        do throws(BPFError) { try probes.watch(pid: pid) } catch { throw CaptureError(error) }
    }

    /// Marks the processes of a `.processes` target; none for the others.
    mutating func watchedProcesses() throws(CaptureError) -> [WatchedProcess] {
        guard case .processes(let pids, _) = options.target else { return [] }
        var watched: [WatchedProcess] = []
        for pid in pids {
            try watch(pid)
            let descriptor = clinux_pidfd_open(pid)
            guard descriptor >= 0 else {
                notes.append("Process \(pid) ended before the capture began.")
                continue
            }
            loop.add(descriptor, edgeTriggered: false)
            watched.append(WatchedProcess(pid: pid, descriptor: descriptor))
        }
        return watched
    }

    /// Records what listed processes, a cgroup or the whole system do.
    mutating func record(processes: [WatchedProcess], observer: Observer) throws(CaptureError) -> Recording {
        var alive = processes
        defer { for process in alive { close(process.descriptor) } }
        var recording = start()
        if case .processes = options.target, alive.isEmpty { recording.targetEnded = true }
        while !recording.targetEnded {
            guard let event = try waitAndConsume(&recording, observer) else { break }
            guard case .ended(let descriptor) = event, let index = alive.firstIndex(where: { $0.descriptor == descriptor })
            else { continue }
            let process = alive.remove(at: index)
            loop.remove(process.descriptor)
            close(process.descriptor)
            notes.append(
                "Process \(process.pid) ended \(CaptureSession.seconds(ProcFS.monotonicNanoseconds() - recording.start)) "
                    + "after the capture began.")
            recording.targetEnded = alive.isEmpty
        }
        stop(&recording)
        return recording
    }

    /// Lets a launched command go and records until it ends.
    mutating func record(
        command: borrowing LaunchedCommand, observer: Observer
    ) throws(CaptureError) -> Recording {
        var recording = start()
        try command.release()
        while let event = try waitAndConsume(&recording, observer) {
            if case .ended = event {
                recording.targetEnded = true
                break
            }
        }
        stop(&recording)
        return recording
    }

    /// Waits for a command that may go on after the capture. A signal that ended the capture is passed on.
    func waitForEnd(of command: borrowing LaunchedCommand, _ recording: Recording) throws(CaptureError) -> Int32 {
        guard !recording.targetEnded else { return command.wait() }
        var signal = recording.signal
        while true {
            if let signal {
                // From the terminal it has reached the command already; twice does no harm.
                kill(command.pid, signal)
                loop.letSignalsThrough()
                return command.wait()
            }
            switch loop.wait(milliseconds: 1000, ring: probes.ring.descriptor) {
            case .signal(let number): signal = number
            case .ended: return command.wait()
            case nil: continue
            }
        }
    }

    mutating func start() -> Recording {
        let (wall, cpu) = (ProcFS.wallNanoseconds(), ProcFS.ownCPUNanoseconds())
        let programs = probes.programCost()
        sampling.start(probes, &aggregator, cpuNanoseconds: cpu)
        let start = probes.startRecording()
        sampler.start()
        return Recording(
            start: start, intervalStart: start, nextFlush: start + sampling.firstLookNanoseconds, startedAt: wall, cpuAtStart: cpu,
            programsAtStart: programs)
    }

    /// Waits for an event and consumes meanwhile; nil when the duration is over or a signal came.
    private mutating func waitAndConsume(
        _ recording: inout Recording, _ observer: Observer
    ) throws(CaptureError) -> EventLoop.Event? {
        while true {
            let now = ProcFS.monotonicNanoseconds()
            probes.advanceCoarseClock(to: now)
            sampler.adapt(probes, at: now)
            guard let patience = patience(recording, now) else { return nil }
            let event = loop.wait(milliseconds: patience, ring: probes.ring.descriptor)
            consumeRing()
            if case .signal(let number) = event {
                recording.signal = number
                return nil
            }
            if let event { return event }
            if let length = options.intervalNanoseconds, now >= recording.intervalStart + length {
                try flush(recording, now)
                try endInterval(&recording, at: now, observer)
                recording.nextFlush = now + CaptureSession.flushNanoseconds
            } else if now >= recording.nextFlush {
                recording.nextFlush = now + CaptureSession.flushNanoseconds
                try flush(recording, now)
            }
            observer.progress(
                Progress(
                    elapsedNanoseconds: now - recording.start, completed: aggregator.completed,
                    lost: lostInKernel + aggregator.malformedEvents))
        }
    }

    /// How long to wait: until the next thing that is due. nil when the duration is over.
    private func patience(_ recording: Recording, _ now: UInt64) -> Int32? {
        var due = now + UInt64(CaptureSession.pollMilliseconds) * 1_000_000
        if let duration = options.durationNanoseconds {
            guard now < recording.start + duration else { return nil }
            due = min(due, recording.start + duration)
        }
        if let length = options.intervalNanoseconds { due = min(due, max(now, recording.intervalStart + length)) }
        // Rounded up: a wait that ends too early would be followed by one of nothing.
        return Int32((due - now + 999_999) / 1_000_000)
    }

    /// Hands over what completed since the last interval and begins a new one. Batches must have been flushed.
    mutating func endInterval(_ recording: inout Recording, at end: UInt64, _ observer: Observer) throws(CaptureError) {
        try consumeCounted()
        let calls = aggregator.calls()
        completedIntervals = completedIntervals.merged(with: calls)
        aggregator.startInterval()
        let start = recording.intervalStart
        recording.intervalStart = end
        observer.interval(
            Interval(startNanoseconds: start - recording.start, durationNanoseconds: end - start, calls: calls))
    }

    /// Takes in what the kernel has counted: calls that were not measured, and those that found the ring full.
    mutating func consumeCounted() throws(CaptureError) {
        do throws(BPFError) {
            try consumeUnmeasured()
            for series in try probes.overflow() {
                aggregator.consumeOverflow(key: series.key, series: series.series, extremes: series.extremes)
            }
        } catch {
            throw CaptureError(error)
        }
    }

    private mutating func consumeUnmeasured() throws(BPFError) {
        guard options.sampling != .everyCall else { return }
        for (index, totals) in try probes.unmeasured() { aggregator.consumeUnmeasured(index: index, totals: totals) }
    }

    /// Reads all that is left in the kernel after a recording has stopped. Returns the counters of all CPUs.
    mutating func consumeRest(of recording: inout Recording, _ observer: Observer) throws(CaptureError) -> syslat_counters {
        let total = CaptureSession.drain(probes, into: &aggregator)
        if options.intervalNanoseconds == nil {
            try consumeCounted()
        } else {
            try endInterval(&recording, at: recording.end, observer)
        }
        return total
    }

    mutating func consumeRing() {
        _ = unsafe probes.ring.consume { unsafe aggregator.consume($0) }
    }

    /// Empties the batches of quiet CPUs, so that what is shown is no older than a second. False if one was in use just then.
    @discardableResult
    mutating func flush(_ recording: Recording, _ now: UInt64) throws(CaptureError) -> Bool {
        do throws(BPFError) {
            let flushed = try probes.flush()
            consumeRing()
            noteClocksource(at: now - recording.start)
            if !probes.namesCallers { callerFiles.resolve(try probes.callers()) }
            if flushed.isComplete { aggregator.retireEndedProcesses() }
            try consumeUnmeasured()
            sampling.look(at: flushed.counters, probes, &aggregator)
            lostInKernel = flushed.counters.no_slot + flushed.counters.missed_exit + flushed.counters.overflow_full
            return flushed.isComplete
        } catch {
            throw CaptureError(error)
        }
    }

    /// Ends recording at one moment: programs that began before it have finished when this returns.
    func stop(_ recording: inout Recording) {
        probes.enter(SYSLAT_STOPPED)
        sampler.stop()
        recording.end = ProcFS.monotonicNanoseconds()
        recording.cpuAtEnd = ProcFS.ownCPUNanoseconds()
        if clinux_wait_for_kernel_readers() != 0 {
            // nohz_full kernels refuse; a program takes microseconds.
            usleep(20_000)
        }
    }

    static func seconds(_ nanoseconds: UInt64) -> String {
        let tenths = (nanoseconds + 50_000_000) / 100_000_000
        return "\(tenths / 10).\(tenths % 10) s"
    }
}
