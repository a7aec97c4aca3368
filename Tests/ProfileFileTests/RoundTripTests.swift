import LatencyHistogram
import Profile
import ProfileFile
import TestSupport
import Testing

@Suite struct RoundTripTests {
    @Test func `reading gives the profile that was written`() throws {
        var random = SeededGenerator.fromEnvironment()
        for number in 0..<rounds(200) {
            let profile = Profile.random(intervals: number % 3, using: &random)
            let bytes = try ProfileFileWriter.text(of: profile)
            let read = try ProfileFileReader.read(bytes, path: "f")
            #expect(read == profile, "profile \(number)")
            #expect(try ProfileFileWriter.text(of: read) == bytes, "the same profile must give the same bytes")
        }
    }

    @Test func `a file can be read in pieces of any size`() throws {
        var random = SeededGenerator.fromEnvironment()
        let profile = Profile.random(intervals: 2, using: &random)
        let bytes = try ProfileFileWriter.text(of: profile)
        for size in [1, 7, 100, 4096] {
            var reader = ProfileFileReader(path: "f")
            for start in stride(from: 0, to: bytes.count, by: size) {
                try reader.take(bytes[start..<min(start + size, bytes.count)])
            }
            #expect(try reader.finish() == profile)
        }
    }

    @Test func `the first line begins with the version of the file`() throws {
        var random = SeededGenerator.fromEnvironment()
        let bytes = try ProfileFileWriter.text(of: .random(using: &random))
        #expect(bytes.starts(with: Array("{\"syslat-profile\":2,".utf8)))
        #expect(bytes.last == UInt8(ascii: "\n"))
    }

    /// `-o -` may go to a terminal.
    @Test func `a file has no character that could control a terminal`() throws {
        var random = SeededGenerator.fromEnvironment()
        var profile = Profile.random(using: &random)
        let hostile = "\u{1b}]0;x\u{7}\u{9b}2J\u{202e}\u{2028}"
        profile.host.cpuModel = hostile
        profile.capture.command = [hostile]
        let bytes = try ProfileFileWriter.text(of: profile)
        let hidden = String(decoding: bytes, as: UTF8.self).unicodeScalars.filter {
            [.control, .format, .lineSeparator].contains($0.properties.generalCategory) && $0 != "\n"
        }
        #expect(hidden.isEmpty)
        #expect(try ProfileFileReader.read(bytes, path: "f") == profile)
    }

    @Test func `unknown keys and lines are ignored`() throws {
        var random = SeededGenerator.fromEnvironment()
        let profile = Profile.random(using: &random)
        let text = String(decoding: try ProfileFileWriter.text(of: profile), as: UTF8.self)
        var lines = text.split(separator: "\n").map(String.init).dropLast()
        lines[0] = lines[0].dropLast() + ",\"colour\":{\"of\":[\"the\",1]}}"
        lines.insert("{\"weather\":\"fine\"}", at: 1)
        let bytes = Signed.file(Array(lines))
        #expect(try ProfileFileReader.read(bytes, path: "f") == profile)
    }

    @Test func `a time series is valid up to its last finished interval`() throws {
        var random = SeededGenerator.fromEnvironment()
        let profile = Profile.random(intervals: 3, using: &random)
        var writer = ProfileFileWriter()
        var bytes = try writer.begin(profile)
        bytes += try writer.append(profile.intervals[0])
        bytes += try writer.append(profile.intervals[1])
        let third = try writer.append(profile.intervals[2])
        for cut in [0, 1, 50, third.count - 1] {
            let read = try ProfileFileReader.read(bytes + third.prefix(cut), path: "f.partial")
            #expect(read.intervals == Array(profile.intervals[..<2]))
            #expect(read.calls == Array(profile.intervals[..<2]).merged())
            #expect(read.capture.durationNanoseconds == 2_000_000_000)
            #expect(read.capture.warnings.last?.contains("f.partial is incomplete: it ends after 2 finished intervals") == true)
            #expect(read.balance.closes)
        }
    }

    @Test func `intervals of older files have the time of day that follows from the start, and nothing in flight is claimed`()
        throws
    {
        var random = SeededGenerator.fromEnvironment()
        var profile = Profile.random(intervals: 2, using: &random)
        profile.capture.startedAtNanoseconds = 5_000_000_000
        for index in profile.intervals.indices {
            (profile.intervals[index].startedAtNanoseconds, profile.intervals[index].inFlight) = (nil, nil)
        }
        let bytes = try ProfileFileWriter.text(of: profile)
        #expect(!String(decoding: bytes, as: UTF8.self).contains("\"interval\":{\"duration_ns\":1000000000,\"in_flight"))
        let read = try ProfileFileReader.read(bytes, path: "f")
        #expect(read.intervals.map(\.startedAtNanoseconds) == [5_000_000_000, 6_000_000_000])
        #expect(read.intervals.allSatisfy { $0.inFlight == nil })
    }
}
