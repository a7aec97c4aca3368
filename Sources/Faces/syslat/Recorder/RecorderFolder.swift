import FlightRecorder
import Glibc
import Linux
import Presentation
import Profile
import ProfileFile

/// The folder of a recorder: no other writes to it. Segments and incidents are files of their own; everything else in it stays as it is.
struct RecorderFolder: ~Copyable {
    let path: String
    let retention: Retention
    private let folder: LockedFolder
    /// Finished segments, and those that an earlier recorder left, oldest first.
    private(set) var segments: [Segment] = []
    private var segmentNames: [UInt64: String] = [:]
    /// Oldest first.
    private(set) var incidents: [Incident] = []
    private(set) var droppedSegments = 0
    private(set) var droppedIncidents = 0
    private var lastNumbers: [RecordedFile.Kind: UInt64] = [:]

    struct Incident {
        let number: UInt64
        let name: String
        let bytes: UInt64
    }

    /// A compressed segment is a fraction of that; a larger file is no segment.
    private static let largestSegment = 256 << 20

    private static func locked(_ path: String) throws(CommandError) -> LockedFolder {
        do throws(OutputError) { return try LockedFolder(path) } catch {
            switch error {
            case .system(Errno(EWOULDBLOCK)):
                let owner = LockedFolder.owner(of: path)
                throw CommandError(
                    "Another recorder\(owner.map { " (process \($0))" } ?? "") records into \(path). End it"
                        + "\(owner.map { " (kill \($0))" } ?? ""), or give -o another folder.")
            case .system(Errno(ENOTDIR)): throw CommandError("\(path) is not a folder. -o names a folder for the recording.")
            case .system(let error): throw CommandError("Can't use the folder \(path): \(error). Give -o another name.")
            default: throw CommandError(error, path, "-o")
            }
        }
    }

    // MARK: What is there

    private mutating func look() {
        let files = folder.entries()
        let names = Set(files.map(\.name))
        for entry in files {
            guard let file = RecordedFile(name: entry.name) else { continue }
            // What isn't a file of ours has its name all the same.
            lastNumbers[file.kind] = max(lastNumbers[file.kind] ?? 0, file.number)
            guard entry.isRegularFile else { continue }
            if file.isPartial, names.contains(String(entry.name.dropLast(".partial".count))) {
                // It was finished already, and its recorder could not remove it any more.
                try? folder.remove(entry.name)
                continue
            }
            switch file.kind {
            case .segment:
                // How long it is stands inside; it is taken for a whole one.
                add(
                    Segment(
                        number: file.number, bytes: entry.bytes, durationNanoseconds: retention.segmentNanoseconds), entry.name)
            case .incident: incidents.append(Incident(number: file.number, name: entry.name, bytes: entry.bytes))
            }
        }
        segments.sort { $0.number < $1.number }
        incidents.sort { ($0.number, $0.name) < ($1.number, $1.name) }
    }

    /// The next number of a kind.
    mutating func nextNumber(of kind: RecordedFile.Kind) -> UInt64 {
        let number = (lastNumbers[kind] ?? 0) + 1
        lastNumbers[kind] = number
        return number
    }

    /// Gives what a recorder that was killed has left the form of what is finished.
    private mutating func finishLeftovers() {
        let unfinished = segments.compactMap { segmentNames[$0.number] } + incidents.map(\.name)
        for partial in unfinished where RecordedFile(name: partial)?.isPartial == true {
            do { try finish(partial) } catch let error as ProfileFileError where error.isTooShort {
                // Nothing of it is whole.
                try? folder.remove(partial)
                forget(partial)
            } catch {
                RecorderVoice.say(
                    "\(partial), which an earlier recorder left, can't be finished: \(CommandError(error)?.description ?? "\(error)")"
                )
            }
        }
    }

    private mutating func finish(_ partial: String) throws {
        let name = String(partial.dropLast(".partial".count))
        let profile = try read(partial)
        let bytes = ProfileFileWriter.compressed(try ProfileFileWriter.text(of: profile, packsSeries: true))
        do throws(OutputError) { try folder.write(bytes, to: name) } catch { throw CommandError(error, "\(path)/\(name)", "-o") }
        try? folder.remove(partial)
        for place in segments.indices where segmentNames[segments[place].number] == partial {
            segmentNames[segments[place].number] = name
            segments[place].bytes = UInt64(bytes.count)
            segments[place].durationNanoseconds = profile.capture.durationNanoseconds
        }
        for place in incidents.indices where incidents[place].name == partial {
            incidents[place] = Incident(number: incidents[place].number, name: name, bytes: UInt64(bytes.count))
        }
        RecorderVoice.say("Finished \(path)/\(name), which an earlier recorder left.")
    }

    private mutating func forget(_ name: String) {
        segments.removeAll { segmentNames[$0.number] == name }
        incidents.removeAll { $0.name == name }
    }

    // MARK: Files

    /// The bytes of everything that it holds.
    var bytes: UInt64 { (segments.map(\.bytes) + incidents.map(\.bytes)).reduce(0, +) }

    /// What may still be written to its file system, in bytes; nil where that isn't known.
    var room: UInt64? { folder.room() }

    borrowing func begin(_ name: String) throws(OutputError) -> GrowingFile { try folder.growingFile(name) }

    /// A file that is finished.
    mutating func add(_ segment: Segment, _ name: String) {
        segments.append(segment)
        segmentNames[segment.number] = name
    }

    mutating func add(_ incident: Incident) { incidents.append(incident) }

    /// The profile of a segment; nil if it has been dropped.
    /// Errors: sentences, and errors of the file.
    borrowing func profile(of segment: Segment) throws -> Profile? { try segmentNames[segment.number].map { try read($0) } }

    private borrowing func read(_ name: String) throws -> Profile {
        do {
            let file = try folder.reading(name)
            guard file.size <= RecorderFolder.largestSegment else {
                throw CommandError("\(path)/\(name) is no segment: it is too large.")
            }
            var reader = ProfileFileReader(path: "\(path)/\(name)")
            try Descriptor.read(file.number, failing: { $0 as any Error }, { try reader.take($0) })
            return try reader.finish()
        } catch let error as Errno {
            throw CommandError("\(path)/\(name) can't be read: \(error).")
        }
    }

    // MARK: Dropping

    /// Drops what is too old, or more than there is room for.
    /// - Parameters:
    ///   - open: the segment that is being written.
    ///   - held: the first segment that is still needed.
    mutating func dropSegments(beside open: Segment?, held: UInt64?) {
        let count = retention.segmentsToDrop(segments + (open.map { [$0] } ?? []))
        for segment in segments.prefix(count) {
            guard held.map({ segment.number < $0 }) ?? true else { return }
            if let name = segmentNames.removeValue(forKey: segment.number) { try? folder.remove(name) }
            segments.removeFirst()
            droppedSegments += 1
        }
    }

    /// Makes room for an incident. Returns the names of those that went.
    mutating func dropIncidents(adding bytes: UInt64) -> [String] {
        let dropped = incidents.prefix(retention.incidentsToDrop(incidents.map(\.bytes), adding: bytes)).map(\.name)
        for name in dropped { try? folder.remove(name) }
        incidents.removeFirst(dropped.count)
        droppedIncidents += dropped.count
        return dropped
    }
}

extension RecorderFolder {
    /// Creates the folder if it is missing, locks it, and finishes what an earlier recorder left unfinished.
    init(path: String, retention: Retention) throws(CommandError) {
        let folder = try RecorderFolder.locked(path)
        self.init(path: path, retention: retention, folder: folder)
        look()
        finishLeftovers()
    }
}
