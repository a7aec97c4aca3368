import Linux
import PlainText
package import Profile

/// A capture from its start to its end: until the duration is over, the target has ended or a signal comes.
package enum OneShot {
    /// How often progress is reported, at least.
    private static let progressNanoseconds: UInt64 = 50_000_000

    /// Runs a session that has not started, and returns its profile. Intervals of a time series are not in it; `onInterval` gets them
    /// one by one.
    /// - Parameters:
    ///   - onProgress: called a few times a second.
    ///   - onInterval: called with each interval of a time series as it ends.
    package static func run(
        _ session: consuming Session, onProgress: (Session.Progress) -> Void = { _ in }, onInterval: (Interval) -> Void = { _ in }
    ) throws(CaptureError) -> Profile {
        var session = session
        try session.start()
        try record(&session, onProgress, onInterval)
        session.stop()
        if session.options.intervalNanoseconds != nil { onInterval(try session.endInterval()) }
        var profile = try session.finish()
        guard case .command(let command, _) = session.options.target else { return profile }
        profile.capture.command = command.arguments.map(ExactText.shown)
        profile.capture.exitStatus = session.waitForCommand()
        return profile
    }

    private static func record(
        _ session: inout Session, _ onProgress: (Session.Progress) -> Void, _ onInterval: (Interval) -> Void
    ) throws(CaptureError) {
        let end = session.options.durationNanoseconds.map { session.times.start + $0 } ?? .max
        let length = session.options.intervalNanoseconds
        while true {
            let intervalEnd = length.map { session.times.intervalStart + $0 } ?? .max
            let deadline = min(end, intervalEnd, Clock.monotonic + progressNanoseconds)
            guard case .deadline = try session.advance(until: deadline) else { return }
            let now = Clock.monotonic
            if now >= end { return }
            if now >= intervalEnd { onInterval(try session.endInterval()) }
            onProgress(session.progress)
        }
    }
}
