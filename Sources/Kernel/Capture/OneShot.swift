import Linux
import PlainText
package import Profile

/// A capture from its start to its end: until the duration is over, the target has ended or a signal comes.
package enum OneShot {
    /// How often progress is reported, at least.
    private static let progressNanoseconds: UInt64 = 50_000_000

    /// A capture whose books are closed and whose programs are detached.
    package struct Ended: ~Copyable {
        package private(set) var profile: Profile
        private var target: DetachedTarget

        fileprivate init(_ profile: Profile, _ target: consuming DetachedTarget) {
            self.profile = profile
            self.target = target
        }

        /// Whether the command of the target runs on: for how long, nobody knows.
        package var commandRunsOn: Bool { target.commandRunsOn }

        /// Waits for the command of the target, and notes its exit status in the profile. nil for other targets.
        @discardableResult
        package mutating func waitForCommand() -> Int32? {
            profile.capture.exitStatus = target.waitForCommand()
            return profile.capture.exitStatus
        }
    }

    /// Runs a session that has not started, waits for its command, and returns its profile.
    package static func run(
        _ session: consuming Session, onProgress: (Session.Progress) -> Void = { _ in }
    ) throws(CaptureError) -> Profile {
        var ended = try capture(session, onProgress: onProgress)
        ended.waitForCommand()
        return ended.profile
    }

    /// Runs a session that has not started. A command may run on. Intervals of a time series are not in the profile; `onInterval` gets
    /// them one by one.
    /// - Parameters:
    ///   - onProgress: called a few times a second.
    ///   - onInterval: called with each interval of a time series as it ends.
    ///   - onSlowCalls: called with slow calls that have come, if the options ask for a log of them.
    package static func capture(
        _ session: consuming Session, onProgress: (Session.Progress) -> Void = { _ in },
        onInterval: (Interval) -> Void = { _ in }, onSlowCalls: ([SlowCall]) -> Void = { _ in }
    ) throws(CaptureError) -> Ended {
        var session = session
        try session.start()
        try record(&session, onProgress, onInterval, onSlowCalls)
        session.stop()
        if session.options.intervalNanoseconds != nil { onInterval(try session.endInterval()) }
        var profile = try session.finish()
        handOver(session.takeSlowLog(), onSlowCalls)
        if case .command(let command, _) = session.options.target {
            profile.capture.command = command.arguments.map(ExactText.shown)
        }
        return Ended(profile, session.detach())
    }

    private static func record(
        _ session: inout Session, _ onProgress: (Session.Progress) -> Void, _ onInterval: (Interval) -> Void,
        _ onSlowCalls: ([SlowCall]) -> Void
    ) throws(CaptureError) {
        let end = session.options.durationNanoseconds.map { session.times.start + $0 } ?? .max
        let length = session.options.intervalNanoseconds
        while true {
            let intervalEnd = length.map { session.times.intervalStart + $0 } ?? .max
            let deadline = min(end, intervalEnd, Clock.monotonic + progressNanoseconds)
            let stop = try session.advance(until: deadline)
            handOver(session.takeSlowLog(), onSlowCalls)
            guard case .deadline = stop else { return }
            let now = Clock.monotonic
            if now >= end { return }
            if now >= intervalEnd { onInterval(try session.endInterval()) }
            onProgress(session.progress)
        }
    }

    private static func handOver(_ calls: [SlowCall], _ onSlowCalls: ([SlowCall]) -> Void) {
        if !calls.isEmpty { onSlowCalls(calls) }
    }
}
