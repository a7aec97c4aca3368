import Glibc
import Linux
package import Probes
package import Profile

/// A capture of one process and its children that records in windows only, each with exact counts of its own.
///
/// A window begins and ends while no thread of the target is in a system call: no call is cut in two, and everything that the window
/// counts happened in it. The target ensures that, and the caller knows when.
///
/// Threading: as ``Session``.
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
        /// The awaited condition holds.
        case over
        /// The target ended first.
        case targetEnded
        /// It took too long. The window is closed, possibly with calls in flight.
        case timeLimit
    }

    private var session: Session
    private var recordedNanoseconds: UInt64 = 0
    private var entered: UInt64 = 0

    /// How often to ask whether the window is over: a short one, of which the ring holds all, and one that goes on.
    private static let (shortPollMicroseconds, pollNanoseconds): (UInt32, UInt64) = (50, 1_000_000)
    private static let shortWindowNanoseconds: UInt64 = 2_000_000

    /// Loads and attaches the programs for this process, and for the children that it starts. Nothing is recorded yet.
    package init(
        of pid: Int32, btfPath: String? = nil, programSet: ProgramSet? = nil, hook: TracepointHooks.Hook? = nil
    ) throws(CaptureError) {
        var options = CaptureOptions(
            target: .processes([pid], follow: true), btfPath: btfPath, programSet: programSet, vdsoTickHertz: nil)
        options.isWindowed = true
        options.hook = hook
        // Short-lived children need no rows.
        options.processRowLimit = 2
        var session = try Session(options)
        // Sets the start of the session, which tells tasks born later from older ones.
        try session.start()
        session.pause()
        self.session = session
    }

    /// From now on another process is the target; the last one has ended.
    package mutating func retarget(to pid: Int32) throws(CaptureError) { try session.retarget(to: pid) }

    /// Records one window.
    /// - Parameters:
    ///   - limit: for the whole window.
    ///   - begin: lets the target run. Recording begins before this call.
    ///   - isOver: whether the target is done and none of its threads is in a call. Asked every millisecond, and more often at first.
    /// - Throws: if a signal ends it, or the kernel side can't be read.
    package mutating func record(
        within limit: Duration, begin: () -> Void, until isOver: () -> Bool
    ) throws(CaptureError) -> Window {
        let start = Clock.monotonic
        session.resume()
        begin()
        let ending = try wait(until: start + limit.nanoseconds, isOver)
        session.pause()
        recordedNanoseconds += Clock.monotonic - start
        let calls = try session.endInterval().calls
        let total = session.entered
        defer { entered = total }
        return Window(calls: calls, entered: total - entered, ending: ending)
    }

    private mutating func wait(until deadline: UInt64, _ isOver: () -> Bool) throws(CaptureError) -> Ending {
        let shortEnd = Clock.monotonic + WindowedCapture.shortWindowNanoseconds
        while !isOver() {
            let now = Clock.monotonic
            // The event loop sleeps for whole milliseconds.
            if now < shortEnd {
                usleep(WindowedCapture.shortPollMicroseconds)
                continue
            }
            guard now < deadline else { return .timeLimit }
            switch try session.advance(until: now + WindowedCapture.pollNanoseconds) {
            case .signal(let number): throw CaptureError("Signal \(number) ended the measurement before it was complete.")
            case .targetEnded: return .targetEnded
            case .deadline, .source: break
            }
        }
        return .over
    }

    /// Closes the books of all windows together. The profile's duration is the sum of the windows.
    package consuming func finish() throws(CaptureError) -> Profile {
        var profile = try session.finish()
        profile.capture.durationNanoseconds = recordedNanoseconds
        return profile
    }
}

extension Duration {
    fileprivate var nanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        return UInt64(max(0, seconds)) * 1_000_000_000 + UInt64(max(0, attoseconds / 1_000_000_000))
    }
}
