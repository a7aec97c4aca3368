import CLinux
import Foundation
import Glibc
import TestSupport
import Testing

@testable import Linux
@testable import Symbols

@Suite("separate debug files")
struct DebugFileTests {
    /// A stripped program and its debug file.
    private struct Split {
        let program: String
        let debug: String
        let buildID: BuildID
        let addresses: [String: UInt64]

        init(in folder: Folder, _ options: [String] = []) throws {
            program = try Sample.compile(in: folder, options)
            debug = folder.file("sample.debug")
            addresses = Dictionary(
                try Tool.functions(of: program).map { ($0.symbol.name, $0.symbol.address) }, uniquingKeysWith: { first, _ in first }
            )
            try Tool.run("objcopy", "--only-keep-debug", program, debug)
            try Tool.run("objcopy", "--strip-all", program)
            let source = try CheckedFile(path: program).source()
            buildID = try ELFFile(source).buildID(in: source) ?? BuildID([0])!
        }
    }

    private static func read(_ path: String, _ folders: DebugFolders, root: String = "/") throws -> Binary {
        let source = try CheckedFile(path: path).source()
        let root = Descriptor(owning: clinux_find(AT_FDCWD, root, CLINUX_LINKS_ANYWHERE))
        return try Binary(source, path: path) { folders.file(for: $0, in: source, buildID: $1, path: path, root: root) }
    }

    private static func knowsHidden(_ binary: Binary, _ address: UInt64) -> Bool {
        binary.function(at: address)?.name == "hidden_work"
    }

    @Test(arguments: ["{}/.build-id/", "{}/"]) func `a given folder has it by its build-id`(place: String) throws {
        let folder = try Folder()
        let split = try Split(in: folder)
        let hidden = try #require(split.addresses["hidden_work"])
        #expect(try !Self.knowsHidden(Self.read(split.program, DebugFolders(given: [])), hidden))
        let path = place.replacingOccurrences(of: "{}", with: folder.file("debug")) + split.buildID.debugFileName
        try FileManager.default.createDirectory(
            at: URL(fileURLWithPath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: split.debug, toPath: path)
        let folders = DebugFolders(given: ["/no/such/folder", folder.file("debug")])
        #expect(try Self.knowsHidden(Self.read(split.program, folders), hidden))
    }

    @Test func `the root of the process has it`() throws {
        let folder = try Folder()
        let split = try Split(in: folder)
        let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: split.debug)))
        try folder.write(bytes, to: "root/usr/lib/debug/.build-id/\(split.buildID.debugFileName)")
        let hidden = try #require(split.addresses["hidden_work"])
        #expect(try Self.knowsHidden(Self.read(split.program, DebugFolders(given: []), root: folder.file("root")), hidden))
    }

    @Test func `a debug file of another build is not used`() throws {
        let folder = try Folder()
        let split = try Split(in: folder)
        let other = try Folder()
        let stranger = try Split(in: other, ["-DX=1", "-O2"])
        try #require(stranger.buildID != split.buildID)
        let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: stranger.debug)))
        try folder.write(bytes, to: "debug/\(split.buildID.debugFileName)")
        let binary = try Self.read(split.program, DebugFolders(given: [folder.file("debug")]))
        #expect(!binary.allFunctions().contains { $0.name == "hidden_work" })
    }

    @Test(arguments: [[], ["-Wl,--build-id=none"]]) func `the name in .gnu_debuglink is used with its checksum`(options: [String])
        throws
    {
        let folder = try Folder()
        let program = try Sample.compile(in: folder, options)
        let hidden = try #require(try Tool.functions(of: program).first { $0.symbol.name == "hidden_work" }?.symbol.address)
        let debug = folder.file("sample.debug")
        try Tool.run("objcopy", "--only-keep-debug", program, debug)
        try Tool.run("objcopy", "--strip-all", "--add-gnu-debuglink=\(debug)", program)
        #expect(try Self.knowsHidden(Self.read(program, DebugFolders(given: [])), hidden))

        // In the folder .debug beside it.
        let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: debug)))
        #expect(unlink(debug) == 0)
        #expect(try !Self.knowsHidden(Self.read(program, DebugFolders(given: [])), hidden))
        try folder.write(bytes, to: ".debug/sample.debug")
        #expect(try Self.knowsHidden(Self.read(program, DebugFolders(given: [])), hidden))

        // Changed in a byte that isn't read otherwise.
        try folder.write(bytes + [0], to: ".debug/sample.debug")
        #expect(try !Self.knowsHidden(Self.read(program, DebugFolders(given: [])), hidden))
    }

    @Test func `a FIFO or a folder in its place is not waited for`() throws {
        let folder = try Folder()
        let split = try Split(in: folder)
        let path = folder.file("debug/\(split.buildID.debugFileName)")
        try FileManager.default.createDirectory(
            at: URL(fileURLWithPath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
        try #require(mkfifo(path, 0o600) == 0)
        let hidden = try #require(split.addresses["hidden_work"])
        #expect(try !Self.knowsHidden(Self.read(split.program, DebugFolders(given: [folder.file("debug")])), hidden))
    }

    @Test func `the checksum is that of zlib in Python`() throws {
        let folder = try Folder()
        let path = try folder.write((0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }, to: "bytes")
        let theirs = try Tool.run("python3", "-c", "import zlib,sys; print(zlib.crc32(open(sys.argv[1],'rb').read()))", path)
        let ours = try #require(DebugFolders.checksum(of: try CheckedFile(path: path).source()))
        #expect("\(ours)\n" == theirs)
    }

    // MARK: Saved profiles

    @Test func `a saved place is named with the binary at its path`() throws {
        let folder = try Folder()
        let program = try Sample.compile(in: folder)
        let source = try CheckedFile(path: program).source()
        let id = try #require(try ELFFile(source).buildID(in: source))
        let main = try #require(try Tool.functions(of: program).first { $0.symbol.name == "main" }?.symbol.address)
        var namer = BinaryNamer()
        // A program at a random address has its code where its addresses say, in files of ld.bfd.
        let place = FilePlace(path: program, buildID: id, fileOffset: main + 4)
        #expect(namer.name(place, isReturn: false).function == FunctionPlace(name: "main", offset: 4))
        #expect(namer.name(place, isReturn: false).text == "main+0x4")

        var other = place
        other.buildID = BuildID(hex: "00112233445566778899")
        #expect(namer.name(other, isReturn: false).reason == .onlyOtherBuild(program))
        other.buildID = nil
        #expect(namer.name(other, isReturn: false).reason == .noBuildID)
        #expect(namer.name(other, isReturn: false).text == "sample+0x\(String(main + 4, radix: 16))")
    }

    @Test func `a debug file alone is enough if the place has its address`() throws {
        let folder = try Folder()
        let split = try Split(in: folder)
        let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: split.debug)))
        try folder.write(bytes, to: "debug/\(split.buildID.debugFileName)")
        let hidden = try #require(split.addresses["hidden_work"])
        var namer = BinaryNamer(debugDirs: [folder.file("debug")])
        var place = FilePlace(path: "/gone/sample", buildID: split.buildID, fileOffset: hidden + 1, address: hidden + 1)
        #expect(namer.name(place, isReturn: false).function == FunctionPlace(name: "hidden_work", offset: 1))
        place.address = nil
        #expect(namer.name(place, isReturn: false).reason == .addressUnknown)
    }

    @Test func `a debug file that is cut off or changed names right or not at all`() throws {
        var random = SeededGenerator.fromEnvironment()
        let folder = try Folder()
        let split = try Split(in: folder)
        let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: split.debug)))
        let hidden = try #require(split.addresses["hidden_work"])
        let place = FilePlace(path: "/gone/sample", buildID: split.buildID, fileOffset: hidden, address: hidden)
        var named = 0
        for round in 0..<rounds(300) {
            var damaged = round % 2 == 0 ? Array(bytes.prefix(Int.random(in: 0...bytes.count, using: &random))) : bytes
            for _ in 0..<4 where round % 2 == 1 {
                damaged[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            try folder.write(damaged, to: "debug/\(split.buildID.debugFileName)")
            var namer = BinaryNamer(debugDirs: [folder.file("debug")])
            let frame = namer.name(place, isReturn: false)
            #expect(frame.function == nil || round % 2 == 1 || frame.function?.name == "hidden_work")
            if frame.function?.name == "hidden_work" { named += 1 }
        }
        #expect(named > rounds(300) / 8, "a few bytes are nearly always of something else")
    }

    @Test(arguments: ["/../../etc/passwd", "/a/./b", "", "/", "a\0b", "//x//y", String(repeating: "/x", count: 5000)])
    func `no path of a profile leads out of the given folders`(path: String) throws {
        let folders = DebugFolders(given: ["/given"])
        let places = folders.places(for: BuildID(hex: "0011223344")!, path: path)
        #expect(
            places.prefix(3) == ["/given/.build-id/00/11223344.debug", "/given/00/11223344.debug", "/given/.build-id/00/11223344"])
        #expect(places.allSatisfy { $0.hasPrefix("/given/") && !$0.contains("/../") && !$0.contains("/./") && !$0.contains("\0") })
    }

    @Test func `a return address belongs to the function of the call before it`() throws {
        let folder = try Folder()
        let program = try Sample.compile(in: folder)
        let source = try CheckedFile(path: program).source()
        let id = try #require(try ELFFile(source).buildID(in: source))
        let functions = try Tool.functions(of: program)
        let label = try #require(functions.first { $0.symbol.name == "bare_global" }?.symbol.address)
        var namer = BinaryNamer()
        let place = FilePlace(path: program, buildID: id, fileOffset: label)
        #expect(namer.name(place, isReturn: false).text == "bare_global+0x0")
        #expect(namer.name(place, isReturn: true).text == "bare_label+0x3")
    }
}
