import FlightRecorder
import Linux
import Profile
import ProfileFile

/// A time series that grows on disk, compressed. What can't be written is not in it, and what is written later follows what is there.
struct SeriesFile: ~Copyable {
    private let file: GrowingFile
    private var writer: ProfileFileWriter
    /// How many bytes of the file are whole.
    private(set) var bytes: Int

    /// What couldn't be written is there in part and can't be taken back: nothing may follow it.
    struct Torn: Error {
        let reason: Errno
    }

    /// Begins a file with an interval. If that can't be written, there is no file.
    init(_ name: String, in folder: borrowing RecorderFolder, _ outline: Profile, _ first: Interval) throws {
        var writer = ProfileFileWriter(packsSeries: true)
        let lines = try writer.begin(outline) + writer.append(first)
        let created = try folder.begin(name)
        do throws(Errno) { try created.append(ProfileFileWriter.compressed(lines)) } catch {
            created.discard()
            throw error
        }
        bytes = created.size
        file = created
        self.writer = writer
    }

    /// Adds an interval. Returns how many bytes there are. After an error the file is as it was, unless that is ``Torn``.
    @discardableResult
    mutating func append(_ interval: Interval) throws -> Int {
        try add { try $0.append(interval) }
        return bytes
    }

    /// Writes the rest and gives the file its name. After an error it keeps the name of an unfinished one.
    consuming func finish(_ profile: Profile) throws -> Int {
        try add { try $0.finish(profile) }
        try file.finish()
        return bytes
    }

    /// The same, but after an error there is no file.
    consuming func finishOrDiscard(_ profile: Profile) throws -> Int {
        do {
            try add { try $0.finish(profile) }
            try file.finish()
        } catch {
            file.discard()
            throw error
        }
        return bytes
    }

    consuming func discard() { file.discard() }

    private mutating func add(_ lines: (inout ProfileFileWriter) throws -> [UInt8]) throws {
        // Its hash is of what is in the file.
        var next = writer
        let packed = ProfileFileWriter.compressed(try lines(&next))
        do throws(Errno) { try file.append(packed) } catch {
            guard (try? file.cut(to: bytes)) != nil else { throw Torn(reason: error) }
            throw error
        }
        writer = next
        bytes += packed.count
    }
}
