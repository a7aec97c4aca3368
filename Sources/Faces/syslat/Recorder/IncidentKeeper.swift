import FlightRecorder
import Linux
import Presentation

/// Keeps incidents: waits until the time after each of them is recorded, and writes one at a time, step by step.
struct IncidentKeeper: ~Copyable {
    /// The next one. What happens until it is written belongs to it.
    private var request: IncidentRequest?
    private var file: IncidentFile?
    /// What is being written.
    private var current: IncidentRequest?
    /// The first segment that is still needed for it.
    private(set) var held: UInt64?
    /// Incidents that were kept.
    private(set) var kept = 0
    /// Incidents that could not be written.
    private(set) var failed = 0

    /// How long to wait before an incident that couldn't be written is tried again, and how often.
    private static let retryNanoseconds: UInt64 = 10_000_000_000
    private static let mostFailures = 30

    var isWriting: Bool { file != nil }

    /// Whether the segment with the end of an incident is to be finished, so it can be written.
    /// - Parameter time: what is recorded.
    func isDue(at time: UInt64) -> Bool { file == nil && request.map { time >= $0.dueNanoseconds } ?? false }

    mutating func add(_ new: IncidentRequest) {
        guard var known = request else { return request = new }
        known.reasons += new.reasons
        known.dueNanoseconds = min(known.dueNanoseconds, new.dueNanoseconds)
        request = known
    }

    /// Does a part of the work that there is.
    mutating func step(_ segments: inout SegmentWriter) {
        if isDue(at: segments.time) { begin(&segments) }
        guard file != nil else { return }
        do {
            if case .more(let next) = try file?.step(segments.folder) { return held = next }
            guard let finished = try file.take()?.finish() else { return (current, held) = (nil, nil) }
            (current, held) = (nil, nil)
            segments.folder.add(finished.incident)
            kept += 1
            let (path, incident) = ("\(segments.folder.path)/\(finished.incident.name)", finished.incident)
            RecorderVoice.say(
                "Kept \(HumanFormat.duration(nanoseconds: finished.durationNanoseconds)) in \(path) "
                    + "(\(HumanFormat.bytes(incident.bytes))).")
        } catch {
            file = nil
            retry(after: error, &segments)
        }
    }

    private mutating func begin(_ segments: inout SegmentWriter) {
        guard let request = request.take() else { return }
        let sources = segments.folder.retention.segments(since: request.fromNanoseconds, among: segments.folder.segments)
        guard !sources.isEmpty else { return giveUp(request, "nothing of its time could be recorded") }
        for name in segments.folder.dropIncidents(adding: sources.reduce(0) { $0 + $1.bytes }) {
            RecorderVoice.say("\(segments.folder.path)/\(name) made room for a newer incident.")
        }
        (current, held) = (request, sources.first?.number)
        file = IncidentFile(request, number: segments.folder.nextNumber(of: .incident), segments: sources)
    }

    private mutating func retry(after error: any Error, _ segments: inout SegmentWriter) {
        guard var request = current.take() else { return }
        held = nil
        request.failures += 1
        guard request.failures < IncidentKeeper.mostFailures else { return giveUp(request, RecorderVoice.reason(error)) }
        if request.failures == 1 {
            RecorderVoice.say("An incident can't be written: \(RecorderVoice.reason(error)). It is tried again.")
        }
        request.dueNanoseconds = segments.time + IncidentKeeper.retryNanoseconds
        if let next = self.request { request.reasons += next.reasons }
        self.request = request
    }

    private mutating func giveUp(_ request: IncidentRequest, _ reason: String) {
        failed += 1
        RecorderVoice.say("The incident of \(Timestamp.readable(nanosecondsSince1970: request.moment)) is not kept: \(reason).")
    }

    /// Does all that is left, when nothing more is recorded. What can't be written now is given up.
    mutating func finish(_ segments: inout SegmentWriter) {
        while file != nil || request != nil {
            if file == nil { request?.dueNanoseconds = segments.time }
            request?.failures = IncidentKeeper.mostFailures
            step(&segments)
        }
    }
}
