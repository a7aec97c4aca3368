import Aggregation
import BPFRuntime
import CLinux
import CSyslatABI
import Glibc
import Linux
package import Profile

/// A capture of one process and its children that records in windows only, each with exact counts of its own.
///
/// A window begins and ends while no thread of the target is in a system call: so no call is cut in two, and all that is counted in
/// the window happened in it. The target sees to that, and the caller knows when it is so.
///
/// Threading: everything runs on the calling thread, which must be the only one that handles SIGINT and SIGTERM.
package struct WindowedCapture: ~Copyable {
    /// What one window recorded.
    package struct Window: Sendable {
        /// The calls that completed.
        package var calls: [CallProfile]
        /// The calls that were entered: those above, and those that never return.
        package var entered: UInt64
        package var ending: Ending
    }

    package enum Ending: Sendable {
        /// What was waited for is so.
        case over
        /// The target ended first.
        case targetEnded
        /// It took too long. The window is closed, with calls under way.
        case timeLimit
    }

    private var session: CaptureSession
    private var recording: Recording
    private var target: ProcessWatch
    private var recordedNanoseconds: UInt64 = 0
    private var entered: UInt64 = 0

    /// How often a busy batch is tried again.
    private static let flushAttempts = 100

    /// Loads and attaches the programs for this process, and for the children that it starts. Nothing is recorded yet.
    package init(of pid: Int32, btfPath: String? = nil) throws(CaptureError) {
        var session = try CaptureSession(
            CaptureOptions(target: .processes([pid], follow: true), btfPath: btfPath, vdsoTickHertz: nil))
        // Children that live for a moment need no rows of their own.
        session.aggregator = Aggregator(processRowLimit: 2)
        target = try WindowedCapture.watch(pid, session)
        // This says when the session began, by which tasks that are born later are told from the others.
        recording = session.start()
        session.probes.enter(SYSLAT_IDLE)
        self.session = session
    }

    private static func watch(_ pid: Int32, _ session: borrowing CaptureSession) throws(CaptureError) -> ProcessWatch {
        try session.watch(pid)
        let descriptor = clinux_pidfd_open(pid)
        guard descriptor >= 0 else { throw CaptureError("Process \(pid) can't be watched: \(ProcFS.errorText(errno)).") }
        session.loop.add(descriptor, edgeTriggered: false)
        return ProcessWatch(descriptor: descriptor)
    }

    /// From now on another process is the target; the last one has ended.
    package mutating func retarget(to pid: Int32) throws(CaptureError) {
        session.loop.remove(target.descriptor)
        target = try WindowedCapture.watch(pid, session)
    }

    /// Records one window.
    /// - Parameters:
    ///   - limit: for all of it.
    ///   - begin: lets the target go. It is recorded from before this call on.
    ///   - isOver: whether the target has come to its end, where none of its threads is in a call. Asked every millisecond.
    /// - Throws: where a signal asked to end, and where the kernel's side can't be read.
    package mutating func record(
        within limit: Duration, begin: () -> Void, until isOver: () -> Bool
    ) throws(CaptureError) -> Window {
        let start = ContinuousClock.now
        session.probes.resumeRecording()
        begin()
        let ending = try wait(until: start + limit, isOver)
        session.probes.enter(SYSLAT_IDLE)
        recordedNanoseconds += start.duration(to: .now).nanoseconds
        return try window(ending)
    }

    private mutating func wait(
        until deadline: ContinuousClock.Instant, _ isOver: () -> Bool
    ) throws(CaptureError) -> Ending {
        while !isOver() {
            guard ContinuousClock.now < deadline else { return .timeLimit }
            let event = session.loop.wait(milliseconds: 1, ring: session.probes.ring.descriptor)
            session.consumeRing()
            switch event {
            case .signal(let number): throw CaptureError("Signal \(number) ended the measurement before it was complete.")
            case .ended: return .targetEnded
            case nil: break
            }
        }
        return .over
    }

    /// Takes all that is in the kernel.
    private mutating func window(_ ending: Ending) throws(CaptureError) -> Window {
        var attempts = 1
        while try !session.flush(recording, ProcFS.monotonicNanoseconds()), attempts < WindowedCapture.flushAttempts {
            attempts += 1
            usleep(1000)
        }
        let total = session.probes.counters().entered
        try session.consumeCounted()
        let calls = session.aggregator.calls()
        session.completedIntervals = session.completedIntervals.merged(with: calls)
        session.aggregator.startInterval()
        defer { entered = total }
        return Window(calls: calls, entered: total - entered, ending: ending)
    }

    /// Closes the books of all windows together. The profile's duration is that of the windows.
    package consuming func finish() throws(CaptureError) -> Profile {
        session.stop(&recording)
        var profile = try session.profile(of: recording, CaptureSession.Observer(interval: { _ in }, progress: { _ in }))
        profile.capture.durationNanoseconds = recordedNanoseconds
        return profile
    }
}

/// A descriptor that becomes readable when its process ends. Closed with its owner.
struct ProcessWatch: ~Copyable {
    let descriptor: Int32
    deinit { close(descriptor) }
}

extension Duration {
    fileprivate var nanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        return UInt64(max(0, seconds)) * 1_000_000_000 + UInt64(max(0, attoseconds / 1_000_000_000))
    }
}
