import Foundation
import Glibc
import TestSupport
import Testing

@testable import Linux
@testable import Symbols

@Suite("damaged and hostile binaries")
struct DamageTests {
    /// Reads everything that can be read, and looks up addresses everywhere.
    private static func exercise(_ bytes: [UInt8], _ random: inout SeededGenerator) -> Int {
        let source = ELFSource(memory: bytes)
        guard let binary = try? Binary(source, path: "/a/b") else { return 0 }
        let functions = binary.allFunctions()
        for function in functions.prefix(64) { _ = binary.function(at: function.start) }
        for _ in 0..<16 {
            _ = binary.function(at: UInt64.random(in: 0...0x10000, using: &random))
            _ = binary.address(ofFileOffset: UInt64.random(in: 0...UInt64(bytes.count), using: &random))
        }
        for extreme in [0, 1, UInt64.max, UInt64.max - 1, 1 << 63] {
            _ = binary.function(at: extreme)
            _ = binary.address(ofFileOffset: extreme)
        }
        if let elf = try? ELFFile(source) { _ = elf.debugLink(in: source) }
        return functions.count
    }

    private static func sample() throws -> [UInt8] {
        let folder = try Folder()
        let program = try Sample.compile(in: folder, ["-rdynamic"])
        try Tool.run("objcopy", "--add-gnu-debuglink=/bin/true", program)
        return Array(try Data(contentsOf: URL(fileURLWithPath: program)))
    }

    @Test func `a file cut off anywhere gives what it has or an error`() throws {
        var random = SeededGenerator.fromEnvironment()
        let whole = try Self.sample()
        let all = Self.exercise(whole, &random)
        #expect(all > 20)
        var lengths = Array(0...256) + (0..<rounds(400)).map { _ in Int.random(in: 0..<whole.count, using: &random) }
        lengths.sort()
        var previous = 0
        for length in lengths {
            let count = Self.exercise(Array(whole.prefix(length)), &random)
            #expect(count <= all)
            // The table of sections stands at the end: without it there are no symbols.
            #expect(count == 0 || length == whole.count, "\(length)")
            previous = max(previous, count)
        }
    }

    @Test func `changed bytes never end this process`() throws {
        var random = SeededGenerator.fromEnvironment()
        let whole = try Self.sample()
        let header = 64
        let sections = Int(ByteReader(whole).address(40, is64: true))
        var read = 0
        for round in 0..<rounds(1600) {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...8, using: &random) {
                // Half of the changes hit what leads elsewhere: the header, the segments and the sections.
                let place =
                    switch round % 4 {
                    case 0: Int.random(in: 4..<header, using: &random)
                    case 1: Int.random(in: header..<header + 14 * 56, using: &random)
                    case 2: Int.random(in: sections..<bytes.count, using: &random)
                    default: Int.random(in: 0..<bytes.count, using: &random)
                    }
                bytes[place] =
                    [0, 1, 0x7f, 0x80, 0xff, UInt8.random(in: 0...255, using: &random)].randomElement(using: &random) ?? 0
            }
            if Self.exercise(bytes, &random) > 0 { read += 1 }
        }
        #expect(read > rounds(1600) / 4, "most changes should leave something to read")
    }

    @Test func `a file that is cut off while it is open names no more, and harms nothing`() throws {
        let folder = try Folder()
        let program = try Sample.compile(in: folder)
        let binary = try Binary(try CheckedFile(path: program).source(), path: program)
        let main = try #require(binary.allFunctions().first { $0.name == "main" })
        #expect(binary.function(at: main.start)?.name == "main")
        #expect(truncate(program, 0) == 0)
        #expect(binary.function(at: main.start) == nil)
    }

    @Test func `a table of more functions than are kept is cut, and says so`() throws {
        // A header, one segment, no code but a symbol table of zeros with a name each, as a sparse file would have it.
        var table = FunctionTable()
        let count = SymbolLimits.mostFunctions + 1000
        var symbols = [UInt8](repeating: 0, count: count * 24)
        for index in 0..<count {
            symbols[index * 24] = 1
            symbols[index * 24 + 4] = 0x12
            symbols[index * 24 + 6] = 1
        }
        let folder = try Folder()
        let elf = try ELFFile(try CheckedFile(path: try Sample.compile(in: folder)).source())
        let section = ELFFile.Section(
            name: 0, type: 2, isCode: false, address: 0, offset: 0, size: UInt64(symbols.count), link: 0, alignment: 8)
        table.add(section, of: elf, in: ELFSource(memory: symbols), table: 0)
        #expect(table.entries.count == SymbolLimits.mostFunctions)
        #expect(table.leftOut == 1000)
        table.sort()
        #expect(table.cost < 32 << 20)
        // All of them have one address: looking there must not take all of them in.
        #expect(table.symbols(at: 0) { _ in false }.count <= 256)
    }

    @Test func `a section that claims to be endless is read to the end of the file`() throws {
        let folder = try Folder()
        let elf = try ELFFile(try CheckedFile(path: try Sample.compile(in: folder)).source())
        var table = FunctionTable()
        let section = ELFFile.Section(
            name: 0, type: 2, isCode: false, address: 0, offset: .max - 8, size: .max, link: 0, alignment: 8)
        table.add(section, of: elf, in: ELFSource(memory: [1, 2, 3]), table: 0)
        #expect(table.entries.isEmpty)
        #expect(table.leftOut == UInt64.max / 24 - SymbolLimits.mostEntries)
    }
}
