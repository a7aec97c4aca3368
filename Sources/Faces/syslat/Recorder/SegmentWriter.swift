import FlightRecorder
import Linux
import Profile
import SaturatingMath

/// Writes the segments of a recording, one after the other. What can't be written is counted and left out; the next interval is tried again.
struct SegmentWriter: ~Copyable {
    var folder: RecorderFolder
    var voice: RecorderVoice
    /// What is known of every segment before it has calls.
    private var outline: Profile
    private var books = PartBooks()
    private var file: SeriesFile?
    /// The segment that is open; nil before its first interval.
    private var open: Open?
    /// The end of the last interval, from the beginning of the recording.
    private(set) var time: UInt64 = 0
    private(set) var intervals = 0
    private(set) var finished = 0

    private struct Open {
        let number: UInt64
        let start: UInt64
        /// In nanoseconds since 1970.
        let startedAt: UInt64
        /// Of its file.
        var bytes: UInt64 = 0
    }

    /// - Parameters:
    ///   - outline: what is known of the capture before it has calls.
    ///   - command: as it is shown; empty for targets that are none.
    init(_ folder: consuming RecorderFolder, _ outline: Profile, command: [String]) {
        voice = RecorderVoice(path: folder.path)
        self.folder = folder
        self.outline = outline
        if !command.isEmpty { self.outline.capture.command = command }
    }

    var hasOpen: Bool { open != nil }

    /// Whether the open segment is to be finished.
    var isFull: Bool {
        guard let open else { return false }
        return folder.retention.isFull(bytes: open.bytes, durationNanoseconds: time - open.start)
    }

    /// Takes the next interval.
    mutating func take(_ interval: Interval) {
        books.count(interval)
        time = interval.startNanoseconds.addingSaturating(interval.durationNanoseconds)
        let open =
            open
            ?? Open(
                number: folder.nextNumber(of: .segment), start: interval.startNanoseconds,
                startedAt: interval.startedAtNanoseconds ?? outline.capture.startedAtNanoseconds)
        self.open = open
        do {
            let bytes = try write(interval.inSegment(startingAt: open.start), open)
            self.open?.bytes = UInt64(bytes)
            intervals += 1
            if voice.isInTrouble { voice.noteSuccess(room: folder.room) }
        } catch {
            voice.noteFailure(error, isInterval: true)
            // Nothing may follow what is torn: it stays as an unfinished segment, and another begins.
            if error is SeriesFile.Torn { leave() }
        }
    }

    /// Returns the size of the file.
    private mutating func write(_ interval: Interval, _ open: Open) throws -> Int {
        if file != nil { return try file?.append(interval) ?? 0 }
        var outline = outline
        outline.capture.startedAtNanoseconds = open.startedAt
        let begun = try SeriesFile(RecordedFile.segmentName(open.number), in: folder, outline, interval)
        let bytes = begun.bytes
        file = consume begun
        return bytes
    }

    /// Closes the books of the open segment and gives it its name.
    /// - Parameter profile: the capture as it is now.
    mutating func close(_ profile: Profile, isLast: Bool = false) {
        guard let open else { return }
        var part = books.close(
            profile, startedAt: open.startedAt, durationNanoseconds: time - open.start, isLast: isLast)
        part.capture.command = outline.capture.command
        defer { self.open = nil }
        guard let file = file.take() else { return }
        if let warning = voice.warning { part.capture.warnings.insert(warning, at: 0) }
        let name = RecordedFile.segmentName(open.number)
        do {
            add(open, name, bytes: UInt64(try file.finish(part)))
            _ = voice.takeWarning()
            finished += 1
        } catch {
            voice.noteFailure(error, isInterval: false)
            add(open, "\(name).partial", bytes: open.bytes)
        }
    }

    /// Lets the open segment be as it is.
    private mutating func leave() {
        file = nil
        guard let open = open.take() else { return }
        add(open, "\(RecordedFile.segmentName(open.number)).partial", bytes: open.bytes)
    }

    private mutating func add(_ open: Open, _ name: String, bytes: UInt64) {
        folder.add(
            Segment(
                number: open.number, bytes: bytes, durationNanoseconds: time - open.start, startNanoseconds: open.start),
            name)
    }

    /// Drops what is too old.
    /// - Parameter held: the first segment that is still needed.
    mutating func drop(held: UInt64?) {
        let growing = open.map {
            Segment(number: $0.number, bytes: $0.bytes, durationNanoseconds: time - $0.start, startNanoseconds: $0.start)
        }
        folder.dropSegments(beside: growing, held: held)
    }
}
