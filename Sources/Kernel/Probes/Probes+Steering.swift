import Aggregation
package import BPFRuntime
import CLinux
import CSyslatABI
import Glibc
import Linux
package import SyscallTable

/// Steers the programs. Every program that starts after one of these calls sees its effect.
extension Probes {
    /// The largest process id that can be watched.
    package static var largestPID: Int32 { Int32(SYSLAT_PID_LIMIT) - 1 }

    /// Begins recording, and says when that was (CLOCK_MONOTONIC).
    package func startRecording() -> UInt64 {
        #if !arch(x86_64)
        // Programs may read what they do before the phase. After this none has read what was there before it was cleared or set.
        waitForPrograms()
        #endif
        let now = Clock.monotonic
        control.setRecordingStart(now)
        control.setCoarseNow(now)
        resumeRecording()
        return now
    }

    package func resumeRecording() { control.beginEpoch(recordingPhase) }

    /// Records nothing until ``resumeRecording()``.
    package func pauseRecording() { control.beginEpoch(SYSLAT_IDLE) }

    /// Ends recording at one moment: programs that began before it have finished when this returns. What is in flight stays for reading.
    package func stopRecording() { control.beginEpoch(SYSLAT_STOPPED) }

    /// Sets from how many nanoseconds on a call is slow: a known one, or any other (nil); `.max` for never. Call it before recording begins.
    package func setSlowThresholds(_ nanoseconds: (SyscallID?) -> UInt64) { thresholds.set(nanoseconds) }

    /// Forgets the longest calls so far, so that the thresholds rise with later ones only.
    package func forgetLongestCalls() throws(BPFError) {
        let map = try object.map("longest")
        try Probes.clearDurations(map)
        // A program that was moving durations meanwhile has put some of them back.
        waitForPrograms()
        try Probes.clearDurations(map)
    }

    private static func clearDurations(_ map: BPFMap) throws(BPFError) {
        let stride = map.entries / Int(SYSLAT_CALL_INDEXES)
        guard stride > 1 else { return }
        // The first element of each call index is its lock, which a program may be holding.
        let batch = 1 << 16
        for start in Swift.stride(from: 0, to: map.entries, by: batch) {
            try map.clear((start..<min(start + batch, map.entries)).compactMap { $0 % stride > 0 ? UInt32($0) : nil })
        }
    }

    /// Returns when every program that was running at the time of the call has finished.
    package func waitForPrograms() {
        if clinux_wait_for_kernel_readers() != 0 {
            // nohz_full kernels refuse. A program takes only microseconds.
            usleep(20_000)
        }
    }

    /// Watches the calling thread alone, so its calls tell what the programs cost. In this order, and at the end in the reverse: while this
    /// process is in the watch list its children are not followed.
    package func beginCalibration() throws(BPFError) {
        control.beginEpoch(SYSLAT_CALIBRATING)
        try watch(pid: getpid())
    }

    package func endCalibration() throws(BPFError) {
        try watch(pid: getpid(), false)
        control.beginEpoch(SYSLAT_IDLE)
    }

    /// Watches a process, or no longer does so.
    package func watch(pid: Int32, _ isWatched: Bool = true) throws(BPFError) {
        try WatchList.set(pid, isWatched: isWatched, in: object)
        control.beginEpoch()
    }

    /// The processes in the watch list. For a scope of processes.
    package func watchedProcesses() throws(BPFError) -> [Int32] { try WatchList.processes(in: object) }

    /// Measures 1 of 2^shift calls from now on. Only where the options ask for sampling.
    package func sample(shift: UInt8) {
        control.setSamplingShift(shift)
        control.beginEpoch()
    }

    /// Tells the time (CLOCK_MONOTONIC), which unmeasured calls take as their start.
    package func advanceCoarseClock(to now: UInt64) { control.setCoarseNow(now) }

    /// Sends the batches of all CPUs that have events waiting.
    ///
    /// False if a batch was in use just then, or its CPU is offline: it waits for the next time, or for the end.
    package func flush() throws(BPFError) -> Bool {
        var isComplete = true
        for id in 0..<shares.count where shares.hasEvents(id) {
            do throws(BPFError) {
                if try object.run("flush_batch", onCPU: id) != 0 { isComplete = false }
            } catch {
                guard error.code == ENXIO else { throw error }
                isComplete = false
            }
        }
        return isComplete
    }

    /// Makes room for requests to io_uring where many are kept: removes those of processes that are gone. Returns how many.
    package func removeRequests(where isGone: (Int32) -> Bool) throws(BPFError) -> UInt64 {
        guard control.requests > UInt32(SYSLAT_REQUESTS) / 4 else { return 0 }
        let requests = try object.map("requests")
        var isKnown: [UInt32: Bool] = [:]
        var removed: UInt64 = 0
        for (address, request) in try requests.entries(UInt64.self, syslat_request.self) {
            let gone = isKnown[request.tgid] ?? isGone(Int32(bitPattern: request.tgid))
            isKnown[request.tgid] = gone
            guard gone, try requests.take(address) else { continue }
            control.countRemovedRequest()
            removed += 1
        }
        return removed
    }

    /// Forgets everything that has been recorded. Only while nothing is recorded.
    package func clear() throws(BPFError) {
        for calls in try unmeasured() { try object.map("unmeasured").clearAllCPUs(UInt32(calls.index)) }
        control.forgetMetCalls()
        shares.clear()
        slots.clear()
        let (callers, refused) = (try object.map("callers"), try object.map("refused"))
        for key in callers.keys(as: syslat_caller_key.self) { try callers.remove(key) }
        for key in refused.keys(as: syslat_refused_key.self) { try refused.remove(key) }
        if control.requests > 0 {
            let requests = try object.map("requests")
            for key in requests.keys(as: UInt64.self) { try requests.remove(key) }
            control.forgetRequests()
        }
        let beforeEntry = try object.map("before_entry")
        for key in beforeEntry.keys(as: UInt32.self) { try beforeEntry.remove(key) }
    }
}
