import FlightRecorder
import Linux
import Presentation
import Profile
import SaturatingMath

/// What is to be kept, and when.
struct IncidentRequest {
    /// In the name of the file.
    let label: String
    /// Sentences, for the notes of the profile.
    var reasons: [String]
    /// From the beginning of the recording.
    let fromNanoseconds: UInt64
    /// When all of it is recorded, from the beginning of the recording.
    var dueNanoseconds: UInt64
    /// In nanoseconds since 1970.
    let moment: UInt64
    /// How often it couldn't be written.
    var failures = 0

    /// `20260301T123456Z`.
    var time: String {
        let digits = Timestamp.readable(nanosecondsSince1970: moment).filter(\.isNumber)
        return "\(digits.prefix(8))T\(digits.dropFirst(8))Z"
    }
}

/// An incident that is being written: the segments of its time as one time series. A step at a time, so the capture goes on meanwhile.
struct IncidentFile: ~Copyable {
    private let reasons: [String]
    private let number: UInt64
    private let name: String
    /// Those that it still needs.
    private var segments: ArraySlice<Segment>
    private let start: UInt64
    private var file: SeriesFile?
    /// All segments so far, without their calls.
    private var sum: Profile?

    /// - Parameter segments: not empty, and all of this recording.
    init(_ request: IncidentRequest, number: UInt64, segments: [Segment]) {
        reasons = request.reasons
        self.number = number
        self.segments = segments[...]
        name = RecordedFile.incidentName(number, time: request.time, reason: request.label)
        start = segments.first?.startNanoseconds ?? 0
    }

    /// What is left to do.
    enum Progress {
        /// Segments, of which this one is the next; nil if only the end is missing.
        case more(next: UInt64?)
        case all
    }

    /// Takes in the next segment.
    /// Errors: the file can't be written or a segment can't be read; there is no file then.
    mutating func step(_ folder: borrowing RecorderFolder) throws -> Progress {
        guard let segment = segments.popFirst() else { return .all }
        do { try add(segment, folder) } catch {
            file.take()?.discard()
            throw error
        }
        return .more(next: segments.first?.number)
    }

    private mutating func add(_ segment: Segment, _ folder: borrowing RecorderFolder) throws {
        guard var part = try folder.profile(of: segment) else { return }
        let offset = (segment.startNanoseconds ?? 0) - min(start, segment.startNanoseconds ?? 0)
        let intervals = part.intervals
        (part.intervals, part.calls) = ([], [])
        for var interval in intervals {
            interval.startNanoseconds = interval.startNanoseconds.addingSaturating(offset)
            if file == nil { file = try SeriesFile(name, in: folder, part, interval) } else { try file?.append(interval) }
        }
        sum = sum.map { $0.continued(by: part) } ?? part
    }

    /// Gives the file its name. nil if its segments had nothing.
    consuming func finish() throws -> (incident: RecorderFolder.Incident, durationNanoseconds: UInt64)? {
        guard var profile = sum, let file = file.take() else { return nil }
        profile.capture.notes = reasons + profile.capture.notes
        // A file that can't be finished would be taken for one that a recorder left.
        let bytes = try file.finishOrDiscard(profile)
        return (
            RecorderFolder.Incident(number: number, name: name, bytes: UInt64(bytes)), profile.capture.durationNanoseconds
        )
    }
}
