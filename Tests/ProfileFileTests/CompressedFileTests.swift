import Profile
import ProfileFile
import TestSupport
import Testing

/// A profile that is compressed reads like one that is not, wherever it ends.
@Suite struct CompressedFileTests {
    /// Lines as they grow: the beginning with the first interval, each other interval, the rest.
    private static func pieces(of profile: Profile) throws -> [[UInt8]] {
        var writer = ProfileFileWriter(packsSeries: true)
        var pieces = [try writer.begin(profile)]
        for interval in profile.intervals { pieces.append(try writer.append(interval)) }
        pieces.append(try writer.finish(profile))
        return pieces
    }

    private static func read(_ bytes: [UInt8], pieces: Int) throws -> Profile {
        var reader = ProfileFileReader(path: "f")
        var rest = bytes[...]
        while !rest.isEmpty {
            try reader.take(rest.prefix(pieces))
            rest = rest.dropFirst(pieces)
        }
        return try reader.finish()
    }

    @Test func `what was compressed piece by piece reads the same`() throws {
        var random = SeededGenerator.fromEnvironment()
        for _ in 0..<rounds(40) {
            let profile = Profile.random(intervals: Int.random(in: 0...4, using: &random), using: &random)
            let pieces = try Self.pieces(of: profile)
            let plain = try ProfileFileReader.read(pieces.flatMap { $0 }, path: "f")
            let packed = pieces.flatMap(ProfileFileWriter.compressed)
            for size in [1, Int.random(in: 2...1000, using: &random), .max] {
                let unpacked = try Self.read(packed, pieces: size)
                #expect(unpacked == plain)
            }
            #expect(packed.count < pieces.reduce(0) { $0 + $1.count })
        }
    }

    @Test func `a time series that is cut off has the intervals that are whole`() throws {
        var random = SeededGenerator.fromEnvironment()
        for _ in 0..<rounds(10) {
            let profile = Profile.random(intervals: 4, using: &random)
            let pieces = try Self.pieces(of: profile)
            let plain = try ProfileFileReader.read(pieces.flatMap { $0 }, path: "f")
            let packed = pieces.map(ProfileFileWriter.compressed)
            let whole = packed.flatMap { $0 }
            for _ in 0..<20 {
                let length = Int.random(in: 0..<whole.count, using: &random)
                // Pieces of the file that are there to their end; the first has no interval.
                var (complete, bytes) = (0, 0)
                while complete < packed.count, bytes + packed[complete].count <= length {
                    bytes += packed[complete].count
                    complete += 1
                }
                do {
                    let read = try Self.read(Array(whole.prefix(length)), pieces: .max)
                    #expect(read.intervals.count >= complete - 1 && read.intervals.count <= complete)
                    #expect(read.intervals == Array(profile.intervals.prefix(read.intervals.count)))
                    // Nothing is missing where only the checksum of the compressed part is: the profile has its own.
                    #expect(read == plain || read.capture.warnings.contains { $0.hasPrefix("The file f is incomplete") })
                } catch let error as ProfileFileError {
                    #expect(complete < 2 && error.isTooShort, "\(error)")
                }
            }
        }
    }

    @Test func `damage is refused with a sentence`() throws {
        var random = SeededGenerator.fromEnvironment()
        let profile = Profile.random(intervals: 3, using: &random)
        let packed = try Self.pieces(of: profile).flatMap(ProfileFileWriter.compressed)
        for _ in 0..<rounds(300) {
            var damaged = packed
            damaged[Int.random(in: 10..<packed.count, using: &random)] ^= UInt8.random(in: 1...255, using: &random)
            do {
                let read = try Self.read(damaged, pieces: .max)
                // What has no end is not whole, but nothing in it is wrong.
                #expect(read == profile || read.intervals == Array(profile.intervals.prefix(read.intervals.count)))
            } catch let error as ProfileFileError {
                #expect(error.description.hasPrefix("f"))
            }
        }
        #expect(throws: ProfileFileError.self) { try Self.read([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255, 1, 2, 3], pieces: .max) }
    }
}
