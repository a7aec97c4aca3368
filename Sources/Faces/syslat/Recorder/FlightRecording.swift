import Capture
import FlightRecorder
import Glibc
import Linux
import PlainText
import Presentation
import Profile
import SaturatingMath

/// A capture whose last part is always on disk: it drives the session, and hands each interval to triggers and to the segment that grows.
struct FlightRecording: ~Copyable {
    private var session: Session
    private var segments: SegmentWriter
    private var incidents: IncidentKeeper
    private var triggers: [TriggerWatch]
    private let options: Options
    private var progress: ProgressLine
    /// Calls that were lost by the end of the last interval.
    private var lost: UInt64 = 0
    private var nextEnd: UInt64 = 0

    struct Options {
        var intervalNanoseconds: UInt64
        var durationNanoseconds: UInt64?
        /// How much an incident has of the time before it, and of the time after it.
        var beforeNanoseconds: UInt64
        var afterNanoseconds: UInt64
        var triggers: [Trigger]
        /// The words of the command that is watched; empty for other targets.
        var command: [String]
    }

    /// What is left when the programs are gone.
    struct Ended: ~Copyable {
        var target: DetachedTarget
        var segments: SegmentWriter
        var incidents: IncidentKeeper
    }

    /// One trouble is one incident, even if what follows an incident is short.
    private static let leastPause: UInt64 = 10_000_000_000
    /// How often progress is shown on a terminal.
    private static let progressNanoseconds: UInt64 = 200_000_000

    /// - Parameter session: one that has not started.
    init(_ session: consuming Session, into folder: consuming RecorderFolder, _ options: Options) {
        segments = SegmentWriter(folder, session.outline, command: options.command.map(ExactText.shown))
        self.session = session
        incidents = IncidentKeeper()
        let pause = max(options.afterNanoseconds, FlightRecording.leastPause)
        triggers = options.triggers.map { TriggerWatch($0, pauseNanoseconds: pause) }
        progress = ProgressLine(
            isWanted: options.command.isEmpty || !Terminal.isTerminal(STDOUT_FILENO),
            isEndless: options.command.isEmpty && options.durationNanoseconds == nil)
        self.options = options
    }

    /// Records until the duration is over, the target has ended, or a signal comes that ends captures.
    consuming func run() throws -> Ended {
        try session.loop.handleMore([SIGUSR1])
        try session.start()
        let start = Clock.monotonic
        nextEnd = start.addingSaturating(options.intervalNanoseconds)
        try record(until: options.durationNanoseconds.map { start.addingSaturating($0) } ?? .max)
        progress.clear()
        session.stop()
        try take(try session.endInterval())
        let profile = try session.finish()
        segments.close(profile, isLast: true)
        request("end", "The recording ended.", isDue: true)
        let target = session.detach()
        // Taken out one after the other, for Swift 6.2.
        var segments = self.segments
        var incidents = self.incidents
        incidents.finish(&segments)
        return Ended(target: target, segments: segments, incidents: incidents)
    }

    private mutating func record(until end: UInt64) throws {
        while true {
            // While an incident is being written, only what waits is taken in between its steps.
            let now = incidents.isWriting ? 0 : Clock.monotonic + FlightRecording.progressNanoseconds
            switch try session.advance(until: min(end, nextEnd, now)) {
            case .targetEnded: return
            case .signal(SIGUSR1):
                try endInterval()
                request("signal", "SIGUSR1 asked for it.", isDue: true)
            case .signal: return
            case .source, .deadline: break
            }
            let moment = Clock.monotonic
            if moment >= end { return }
            if moment >= nextEnd { try endInterval() }
            if incidents.isDue(at: segments.time) { try closeSegment() }
            incidents.step(&segments)
            progress.show(session.progress)
        }
    }

    /// An interval that comes late puts none of the next ones off, and is not made up for.
    private mutating func endInterval() throws {
        try take(try session.endInterval())
        let now = Clock.monotonic
        guard now >= nextEnd else { return }
        nextEnd += options.intervalNanoseconds
        if nextEnd <= now { nextEnd = now + options.intervalNanoseconds }
    }

    private mutating func take(_ interval: Interval) throws {
        let lostNow = session.progress.lost
        let input = TriggerInput(interval, lost: lostNow - min(lost, lostNow))
        lost = lostNow
        segments.take(interval)
        for place in triggers.indices {
            guard let amount = triggers[place].take(input) else { continue }
            let trigger = triggers[place].trigger
            RecorderVoice.say("\(trigger.sentence(amount)).")
            request(trigger.subject, "\(trigger.sentence(amount)).", isDue: false)
        }
        if segments.isFull { try closeSegment() }
        segments.drop(held: incidents.held)
    }

    private mutating func closeSegment() throws {
        guard segments.hasOpen else { return }
        segments.close(try session.snapshot())
        try session.keepSlowCallsAnew()
    }

    private mutating func request(_ label: String, _ reason: String, isDue: Bool) {
        let now = segments.time
        incidents.add(
            IncidentRequest(
                label: label, reasons: ["Kept at \(Timestamp.readable(nanosecondsSince1970: Clock.wall)): \(reason)"],
                fromNanoseconds: now - min(now, options.beforeNanoseconds),
                dueNanoseconds: isDue ? now : now.addingSaturating(options.afterNanoseconds), moment: Clock.wall))
    }
}
