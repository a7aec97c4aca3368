import LatencyHistogram
import Profile
import ProfileFile
import SyscallTable
import TestSupport
import Testing

/// Every kind of file that is not a profile gives an error that says where and why, and never a trap.
@Suite struct BadFileTests {
    private static let lines: [String] = {
        let read = CallProfile(
            id: SyscallID(abi: .x86_64, number: 0),
            series: [
                Series(
                    outcome: .ran, failed: false,
                    distribution: LatencyHistogram(
                        buckets: [.init(index: 100, count: 2), .init(index: 300, count: 1)], aboveRange: 0, sum: 545, min: 100,
                        max: 345))
            ], errnos: [])
        var random = SeededGenerator(seed: 1)
        let profile = Profile(
            tool: "syslat 1", host: .random(using: &random),
            capture: CaptureSummary(startedAtNanoseconds: 1, durationNanoseconds: 2, scope: "all"),
            balance: Balance(entered: 3, completed: 3, inFlight: 0, neverReturned: 0, lostByCause: [:]), calls: [read],
            processes: [], inFlight: [])
        let text = (try? ProfileFileWriter.text(of: profile)).map { String(decoding: $0, as: UTF8.self) } ?? ""
        return text.split(separator: "\n").map(String.init)
    }()

    /// The error of reading; empty if there is none.
    private func complaint(_ bytes: [UInt8]) -> String {
        do {
            _ = try ProfileFileReader.read(bytes, path: "f.syslat")
            return ""
        } catch {
            return error.description
        }
    }

    /// The error of reading the file with a part of one line replaced, by default of the series, and a hash that fits.
    private func complaint(replacing old: String, with new: String, line: Int = 1) -> String {
        var lines = Array(Self.lines.dropLast())
        #expect(lines[line].contains(old))
        lines[line] = lines[line].replacing(old, with: new)
        return complaint(Signed.file(lines))
    }

    @Test func `the file that the other tests change is good`() {
        #expect(complaint(Array((Self.lines.joined(separator: "\n") + "\n").utf8)) == "")
        #expect(complaint(Signed.file(Array(Self.lines.dropLast()))) == "")
    }

    @Test func `an empty file and files of other kinds are refused`() {
        #expect(complaint([]) == "f.syslat: the file is empty, so it isn't a profile. `syslat profile -o FILE` writes one.")
        let none = "f.syslat, line 1: this is not a syslat profile. `syslat profile -o FILE` writes one."
        #expect(complaint(Array("{\"schema\":\"other\"}\n".utf8)) == none)
        #expect(complaint(Array("#!/bin/sh\necho\n".utf8)) == none)
        #expect(complaint([0x7f, 0x45, 0x4c, 0x46, 0, 10, 1, 2, 3]) == none)
        #expect(complaint(Array("[1,2,3]\n".utf8)) == none)
        #expect(complaint(Array(repeating: 0xff, count: 5000)).hasPrefix("f.syslat, line 1: "))
    }

    @Test func `a file of a later version is refused`() {
        #expect(
            complaint(replacing: "\"syslat-profile\":2", with: "\"syslat-profile\":4", line: 0)
                == "f.syslat, line 1: the file has version 4, and this syslat reads versions 1 to 3. Use a newer syslat.")
    }

    @Test func `a file that is cut off anywhere is refused`() {
        let whole = Array((Self.lines.joined(separator: "\n") + "\n").utf8)
        for length in stride(from: 1, to: whole.count - 1, by: 7) {
            #expect(complaint(Array(whole.prefix(length))).hasPrefix("f.syslat, line "), "\(length) bytes")
        }
    }

    @Test func `a file with a changed bit anywhere is refused`() {
        let whole = Array((Self.lines.joined(separator: "\n") + "\n").utf8)
        for position in stride(from: 0, to: whole.count - 1, by: 3) {
            var bytes = whole
            bytes[position] ^= 1
            #expect(complaint(bytes).hasPrefix("f.syslat, line "), "byte \(position)")
        }
    }

    @Test func `lines after the hash are refused`() {
        let twice = (Self.lines + Self.lines).joined(separator: "\n") + "\n"
        #expect(
            complaint(Array(twice.utf8))
                == "f.syslat, line 5: there is more after the line with the hash; two files in one aren't a profile")
    }

    @Test(arguments: [
        ("[[100,2],[344,1]]", "[[344,1],[100,2]]", "the bucket 100 is out of order or there twice"),
        ("[[100,2],[344,1]]", "[[100,2],[100,1]]", "the bucket 100 is out of order or there twice"),
        ("[[100,2],[344,1]]", "[[100,2],[345,1]]", "345 is not where a bucket begins"),
        ("[[100,2],[344,1]]", "[[100,3],[344,0]]", "the bucket 344 is empty"),
        ("[[100,2],[344,1]]", "[[100,2],[344]]", "a bucket is a pair of lowest value and count"),
        ("[[100,2],[344,1]]", "[[100,2],[4398046511104,1]]", "4398046511104 is not where a bucket begins"),
        ("\"count\":3", "\"count\":4", "the buckets hold 3 calls, not the 4 that the line says"),
        ("\"min_ns\":100", "\"min_ns\":101", "min_ns 101 is above the first bucket"),
        ("\"max_ns\":345", "\"max_ns\":343", "max_ns 343 is below the last bucket"),
        ("\"abi\":\"x86_64\"", "\"abi\":\"sparc\"", "'sparc' is not an ABI that syslat knows"),
        ("\"outcome\":\"ran\"", "\"outcome\":\"flew\"", "'flew' is not an outcome of a call"),
        ("[[100,2]", "[[-100,2]", "this is not valid JSON, or a number in it is negative, broken or too large"),
        ("\"failed\":false", "\"failed\":7", "a value is of the wrong kind at .series.failed"),
        ("\"failed\":false,", "", "'failed' is missing at .series"),
        ("\"series\":{", "\"series\":{{", "this is not valid JSON, or a number in it is negative, broken or too large"),
    ])
    func `a malformed or contradictory series is refused`(old: String, new: String, reason: String) {
        #expect(complaint(replacing: old, with: new) == "f.syslat, line 2: \(reason)")
    }

    @Test func `a series that is there twice is refused`() {
        var lines = Array(Self.lines.dropLast())
        lines.insert(lines[1], at: 2)
        #expect(complaint(Signed.file(lines)) == "f.syslat, line 3: the series of x86_64:read is there twice")
    }

    @Test func `deeply nested JSON is refused`() {
        let deep = "{\"series\":" + String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000) + "}"
        var lines = Array(Self.lines.dropLast())
        lines.insert(deep, at: 1)
        #expect(complaint(Signed.file(lines)).hasPrefix("f.syslat, line 2: "))
    }

    @Test func `a line of more than 16 MiB is refused`() throws {
        var reader = ProfileFileReader(path: "f.syslat")
        let piece = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
        let error = #expect(throws: ProfileFileError.self) { for _ in 0..<17 { try reader.take(piece[...]) } }
        #expect(error?.description == "f.syslat, line 1: the line is longer than 16 MiB; no line of a profile is")
    }

    @Test func `a randomly damaged file is refused or read as a whole profile`() throws {
        var random = SeededGenerator.fromEnvironment()
        let whole = Array((Self.lines.joined(separator: "\n") + "\n").utf8)
        for _ in 0..<rounds(2000) {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...20, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            // The hash guards every byte. Its own digits may be capital letters.
            let isSame = String(decoding: bytes, as: UTF8.self).lowercased() == String(decoding: whole, as: UTF8.self).lowercased()
            #expect(try !expectProfileOrRefusal(bytes) || isSame)
            // With a hash that fits, the lines themselves are read.
            let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").dropLast().map(String.init)
            try expectProfileOrRefusal(Signed.file(lines))
        }
    }
}
