import Foundation
import Glibc
import Testing

@testable import Linux
@testable import Symbols

@Suite("what names of functions lack")
struct NamingLossTests {
    @Test func `nothing lost says nothing`() throws {
        let folder = try Folder()
        let sample = try RunningSample(try Sample.compile(in: folder))
        defer { sample.end() }
        var namer = StackNamer()
        let address = try #require(sample.addresses["main"])
        #expect(namer.names(of: [Frame(address: address)], process: sample.pid).first?.function?.name == "main")
        #expect(namer.losses.isEmpty && namer.losses.sentences == [])
    }

    @Test func `lines of a map file are counted once, however often it is read, and a map file of somebody else is named`() throws {
        let folder = try Folder()
        let sample = try RunningSample(try Sample.compile(in: folder))
        defer { sample.end() }
        let memory = try #require(sample.addresses["memory"])
        let map = "/tmp/perf-\(sample.pid).map"
        defer { unlink(map) }
        try Data("nonsense\n\(String(memory, radix: 16)) 10 jit_work\nmore nonsense\n".utf8).write(to: URL(fileURLWithPath: map))
        var namer = StackNamer()
        for _ in 0..<3 {
            #expect(namer.names(of: [Frame(address: memory)], process: sample.pid).first?.function?.name == "jit_work")
        }
        #expect(
            namer.losses.sentences == [
                "Functions may be without a name or have that of another: not read were 2 lines of perf-\(sample.pid).map, "
                    + "which have another form or no end."
            ])
        guard geteuid() == 0 else { return }
        try #require(chown(map, 12345, 12345) == 0)
        var other = StackNamer()
        #expect(other.names(of: [Frame(address: memory)], process: sample.pid).first?.function == nil)
        let sentences = other.losses.sentences
        #expect(sentences.count == 1 && sentences[0].contains("Functions have no names in process \(sample.pid): "), "\(sentences)")
        #expect(sentences[0].contains("perf-PID.map is not used: it belongs to user 12345"), "\(sentences)")
    }

    @Test(arguments: [
        (UnnamedReason.mapFileRefused(.system(Errno(EBADF))), false), (.mapFileRefused(.system(Errno(EACCES))), true),
        (.fileRefused(.system(Errno(ESRCH))), false), (.fileRefused(.severalLinks), true),
    ]) func `that a process has ended is no loss to tell of`(reason: UnnamedReason, isTold: Bool) {
        var losses = NamingLosses()
        losses.add(NamedFrame(location: .anonymous(address: 0x7000), reason: reason), of: 104)
        #expect(losses.isEmpty != isTold && losses.sentences.count == (isTold ? 1 : 0))
    }

    @Test func `functions beyond the bound are told with their file`() throws {
        // A table of symbols that claims more entries than are looked at; the file has only its beginning.
        let folder = try Folder()
        let program = try Sample.compile(in: folder)
        var bytes = Array(try Data(contentsOf: URL(fileURLWithPath: program)))
        let sections = Int(ByteReader(bytes).address(40, is64: true))
        let count = Int(ByteReader(bytes).half(60))
        let claimed = (SymbolLimits.mostEntries + 777) * 24
        for index in 0..<count where ByteReader(bytes).word(sections + index * 64 + 4) == ELFFile.Kind.symbols {
            for byte in 0..<8 {
                bytes[sections + index * 64 + 32 + byte] = UInt8(truncatingIfNeeded: claimed >> (8 * UInt64(byte)))
            }
        }
        try folder.write(bytes, to: "sample")
        let source = try CheckedFile(path: program).source()
        let id = try #require(try ELFFile(source).buildID(in: source))
        var namer = BinaryNamer()
        _ = namer.name(FilePlace(path: program, buildID: id, fileOffset: 0x1000), isReturn: false)
        #expect(namer.losses.sentences.first?.contains("777 functions of \(program)") == true, "\(namer.losses.sentences)")
    }
}
