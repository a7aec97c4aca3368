import Compression
import Foundation
import TestPrograms
import TestSupport
import Testing

/// What is unpacked is what was packed, by us and by gzip(1), in whatever pieces it comes.
@Suite struct GunzipTests {
    private static func unpack(_ bytes: [UInt8], pieces: Int = .max) throws -> [UInt8] {
        let gunzip = Gunzip()
        var (unpacked, rest): ([UInt8], ArraySlice<UInt8>) = ([], bytes[...])
        while !rest.isEmpty {
            try gunzip.take(rest.prefix(pieces)) { unpacked += $0 }
            rest = rest.dropFirst(pieces)
        }
        return unpacked
    }

    /// Runs of few letters, as text has them, and noise.
    private static func text(_ count: Int, _ random: inout SeededGenerator) -> [UInt8] {
        var bytes: [UInt8] = []
        for place in 0..<count {
            let isNoise = place / 500 % 2 == 1
            bytes.append(isNoise ? UInt8.random(in: 0...255, using: &random) : UInt8(65 + place / 7 % 20))
        }
        return bytes
    }

    @Test func `parts one behind the other give what went into them, in pieces of any size`() throws {
        var random = SeededGenerator.fromEnvironment()
        for _ in 0..<30 {
            let parts = (0..<Int.random(in: 1...5, using: &random)).map { _ in
                Self.text(Int.random(in: 0...200_000, using: &random), &random)
            }
            let efforts: [Deflate.Effort] = [.quick, .usual]
            let packed = parts.flatMap { Deflate.gzip($0, effort: efforts.randomElement(using: &random) ?? .quick) }
            for pieces in [Int.max, 1 + Int.random(in: 0...5000, using: &random)] {
                let unpacked = try Self.unpack(packed, pieces: pieces)
                #expect(unpacked == parts.flatMap { $0 })
            }
        }
    }

    /// A megabyte of zeros is a kilobyte: more comes out than fits at once.
    @Test func `a small file that holds much comes out whole`() throws {
        let packed = Deflate.gzip([UInt8](repeating: 0, count: 1 << 20))
        #expect(packed.count < 10_000)
        for pieces in [Int.max, 1] {
            let unpacked = try Self.unpack(packed, pieces: pieces)
            #expect(unpacked == [UInt8](repeating: 0, count: 1 << 20))
        }
    }

    @Test func `gzip reads our parts, and we read its files`() throws {
        var random = SeededGenerator.fromEnvironment()
        let text = Self.text(100_000, &random)
        let theirs = try Self.gzip(["-c"], text)
        let unpacked = try Self.unpack(theirs)
        #expect(unpacked == text)
        let ours = try Self.gzip(["-dc"], Deflate.gzip(text, effort: .quick) + Deflate.gzip(text))
        #expect(ours == text + text)
    }

    @Test func `a file that is cut off anywhere gives the beginning of what it holds`() throws {
        var random = SeededGenerator.fromEnvironment()
        let parts = (0..<3).map { _ in Self.text(700, &random) }
        let packed = parts.map { Deflate.gzip($0, effort: .quick) }
        let whole = packed.flatMap { $0 }
        for length in 0..<whole.count {
            let unpacked = try Self.unpack(Array(whole.prefix(length)))
            #expect(parts.flatMap { $0 }.starts(with: unpacked))
            // A part that is there is there to its end.
            if length >= packed[0].count { #expect(unpacked.count >= parts[0].count) }
        }
    }

    @Test func `a changed byte is noticed or harmless, and nothing traps`() throws {
        var random = SeededGenerator.fromEnvironment()
        let text = Self.text(2000, &random)
        let packed = Deflate.gzip(text)
        var noticed = 0
        for place in packed.indices {
            var changed = packed
            changed[place] ^= UInt8.random(in: 1...255, using: &random)
            guard let unpacked = try? Self.unpack(changed) else {
                noticed += 1
                continue
            }
            // The header has a time and a system that nobody asks for. Data without an end are not whole.
            #expect(unpacked == text || unpacked.count != text.count, "byte \(place)")
        }
        #expect(noticed > packed.count * 9 / 10)
    }

    @Test func `what is not compressed is refused`() {
        #expect(throws: Gunzip.Damaged.self) { try Self.unpack(Array("{\"syslat-profile\":2}\n".utf8)) }
        #expect(throws: Gunzip.Damaged.self) { try Self.unpack(Deflate.gzip([1, 2, 3]) + Array("garbage behind it".utf8)) }
    }

    private static func gzip(_ arguments: [String], _ input: [UInt8]) throws -> [UInt8] {
        Array(try ProgramRun.succeeding(["gzip"] + arguments, input: Data(input)))
    }
}
