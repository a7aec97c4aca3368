import TestSupport
import Testing

@testable import KernelLab

/// Archives as dpkg-deb hands them over, and as nobody should.
@Suite struct TarReaderTests {
    /// A header with its contents, filled up to whole blocks.
    private static func member(
        _ name: String, _ contents: [UInt8], kind: Character = "0", size: String? = nil, magic: String = "ustar "
    ) -> [UInt8] {
        var header = [UInt8](repeating: 0, count: 512)
        func put(_ text: String, at offset: Int) {
            header.replaceSubrange(offset..<(offset + text.utf8.count), with: Array(text.utf8))
        }
        put(String(name.prefix(100)), at: 0)
        put(size ?? String(contents.count, radix: 8), at: 124)
        put(String(kind), at: 156)
        put(magic, at: 257)
        return header + contents + [UInt8](repeating: 0, count: (512 - contents.count % 512) % 512)
    }

    private static let end = [UInt8](repeating: 0, count: 1024)

    private func read(_ archive: [UInt8], in pieces: Int = .max, limit: Int = 10_000) throws -> (TarReader, [TarReader.Member]) {
        var reader = TarReader(limit: limit) { $0.hasSuffix("kernel") }
        var rest = archive[...]
        while !rest.isEmpty {
            try reader.take(rest.prefix(pieces))
            rest = rest.dropFirst(pieces)
        }
        return (reader, reader.members)
    }

    @Test(arguments: [1, 7, 511, 512, 513, 4096, .max]) func `wanted files are read whole, whatever the pieces are`(_ pieces: Int)
        throws
    {
        let bytes = (0..<1500).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let long = "./" + String(repeating: "folder/", count: 40) + "kernel"
        let archive =
            Self.member("./", [], kind: "5") + Self.member("./boot/kernel", bytes) + Self.member("./other", [1, 2, 3])
            + Self.member("/empty-kernel", []) + Self.member("././@LongLink", Array(long.utf8) + [0], kind: "L")
            + Self.member(String(long.prefix(100)), Array(bytes[..<512])) + Self.member("last/kernel", [9]) + Self.end
        let (reader, members) = try read(archive, in: pieces)
        #expect(reader.isComplete)
        #expect(
            members == [
                .init(name: "boot/kernel", contents: bytes), .init(name: "empty-kernel", contents: []),
                .init(name: String(long.dropFirst(2)), contents: Array(bytes[..<512])), .init(name: "last/kernel", contents: [9]),
            ])
    }

    @Test(arguments: ["1", "2", "3", "4", "5", "6", "x", "S"] as [Character])
    func `links, devices, folders and FIFOs are passed over`(_ kind: Character) throws {
        let (reader, members) = try read(Self.member("kernel", [], kind: kind) + Self.end)
        #expect(reader.isComplete && members == [])
    }

    @Test func `an archive that breaks off is not complete`() throws {
        let archive = Self.member("kernel", Array(repeating: 1, count: 1000)) + Self.end
        for count in [0, 100, 512, 700, 1500, 1536] { #expect(try !read(Array(archive.prefix(count))).0.isComplete, "\(count)") }
        #expect(try read(archive).0.isComplete)
    }

    /// Before any of it is read.
    @Test func `a file that claims to be larger than a kernel is refused`() {
        for archive in [
            Self.member("kernel", [], size: "23421"), Self.member("kernel", [], size: "77777777777"),
            Self.member("x", [], kind: "L", size: "77777777777"),
        ] {
            let error = #expect(throws: KernelLabError.self) { try read(archive) }
            #expect(error?.description.contains(" bytes, which is more than a kernel has") == true)
        }
    }

    @Test func `what is no archive is refused`() {
        for archive in [
            Array(repeating: UInt8(65), count: 512), Self.member("kernel", [], magic: "zstar"),
            Self.member("kernel", [], size: "-1"),
            Self.member("kernel", [], size: "9"), Self.member("kernel", [], size: "\u{80}"),
        ] {
            let error = #expect(throws: KernelLabError.self) { try read(archive) }
            #expect(error?.description == "what is in it is no archive")
        }
    }

    @Test func `random bytes are refused or read to their end`() throws {
        var generator = SeededGenerator.fromEnvironment()
        for _ in 0..<rounds(200) {
            var archive = Self.member("kernel", Array(repeating: 1, count: 600)) + Self.member("x", [1]) + Self.end
            for _ in 0..<4 {
                archive[Int.random(in: archive.indices, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
            }
            _ = try? read(archive, in: Int.random(in: 1...600, using: &generator))
        }
    }
}
