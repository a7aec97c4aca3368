import Foundation
import TestSupport
import Testing

@testable import Linux
@testable import Symbols

@Suite("functions of binaries")
struct BinaryTests {
    static let kinds: [[String]] = [
        ["-pie", "-fPIE"], ["-no-pie"], ["-static"], ["-rdynamic"], ["-fuse-ld=gold"], ["-Wl,-z,noseparate-code"],
    ]

    private static func binary(_ path: String) throws -> Binary {
        try Binary(try CheckedFile(path: path).source(), path: path)
    }

    @Test(arguments: kinds) func `all functions are those of nm`(options: [String]) throws {
        let folder = try Folder()
        let program = try Sample.compile(in: folder, options)
        let ours = Set(try Self.binary(program).allFunctions().map { Tool.Symbol(name: $0.name, address: $0.start) })
        let theirs = Set(
            try Tool.functions(of: program).map(\.symbol)
                + (options == ["-static"] ? [] : try Tool.functions(of: program, options: ["-D"]).map(\.symbol)))
        #expect(theirs.count > 10)
        #expect(ours.subtracting(theirs).isEmpty, "\(ours.subtracting(theirs))")
        #expect(theirs.subtracting(ours).isEmpty, "\(theirs.subtracting(ours))")
    }

    /// Every function has its first, its last and a random byte looked up. Aliases are one function.
    @Test(arguments: kinds) func `places are in the function that addr2line names`(options: [String]) throws {
        var random = SeededGenerator.fromEnvironment()
        let folder = try Folder()
        let program = try Sample.compile(in: folder, options)
        let binary = try Self.binary(program)
        let functions = try Tool.functions(of: program)
        let starts = Dictionary(functions.map { ($0.symbol.name, [$0.symbol.address]) }, uniquingKeysWith: +)
        let places = functions.filter { $0.size > 0 }.flatMap { function in
            [0, function.size - 1, UInt64.random(in: 0..<function.size, using: &random)].map { function.symbol.address + $0 }
        }
        let input = places.map { String($0, radix: 16) + "\n" }.joined()
        let answers = try Tool.run("addr2line", "-f", "-e", program, input: input).split(
            separator: "\n", omittingEmptySubsequences: false)
        var compared = 0
        for (index, place) in places.enumerated() {
            let theirs = String(answers[index * 2])
            let ours = try #require(binary.function(at: place), "\(String(place, radix: 16)), which is \(theirs)")
            let candidates = starts[theirs] ?? []
            #expect(candidates.contains(ours.start), "\(String(place, radix: 16)): \(ours.name), and addr2line says \(theirs)")
            compared += 1
        }
        #expect(compared > 10)
    }

    @Test func `a global name is preferred to a weak one, a weak one to a local one, and a plain one to underscores`() throws {
        let folder = try Folder()
        let binary = try Self.binary(try Sample.compile(in: folder))
        let all = binary.allFunctions()
        func name(of symbol: String) throws -> String? {
            binary.function(at: try #require(all.first { $0.name == symbol }).start)?.name
        }
        #expect(try name(of: "strong_alias") == "outer_work" || name(of: "strong_alias") == "strong_alias")
        #expect(try name(of: "_local_alias") == "weak_work")
    }

    @Test func `a symbol without a size reaches to the next one, and not beyond its section`() throws {
        let folder = try Folder()
        let binary = try Self.binary(try Sample.compile(in: folder))
        let label = try #require(binary.allFunctions().first { $0.name == "bare_label" })
        #expect(label.size == 0)
        #expect(binary.function(at: label.start + 2)?.name == "bare_label")
        #expect(binary.function(at: label.start + 3)?.name == "bare_global")
        #expect(binary.function(at: label.start + 3)?.start == label.start + 3)
        let last = try #require(binary.allFunctions().map(\.start).max())
        #expect(binary.function(at: last + 1 << 20) == nil)
        #expect(binary.function(at: 0) == nil)
        #expect(binary.function(at: .max) == nil)
    }

    @Test(arguments: kinds) func `a place in the file has the address that readelf's segments give it`(options: [String]) throws {
        let folder = try Folder()
        let program = try Sample.compile(in: folder, options)
        let binary = try Self.binary(program)
        var count = 0
        for line in try Tool.run("readelf", "-lW", program).split(separator: "\n") {
            let fields = line.split(separator: " ")
            guard fields.first == "LOAD", fields.contains("E") else { continue }
            func number(_ index: Int) throws -> UInt64 { try #require(UInt64(fields[index].dropFirst(2), radix: 16)) }
            let (offset, address, size) = (try number(1), try number(2), try number(4))
            #expect(binary.address(ofFileOffset: offset) == address)
            #expect(binary.address(ofFileOffset: offset + size - 1) == address + size - 1)
            count += 1
        }
        #expect(count > 0)
        #expect(binary.address(ofFileOffset: 1 << 40) == nil)
    }

    @Test func `the build-id is the one that readelf prints`() throws {
        let folder = try Folder()
        for options in [["-Wl,--build-id=sha1"], ["-Wl,--build-id=md5"], ["-Wl,--build-id=0x0123456789abcdef"]] {
            let program = try Sample.compile(in: folder, options)
            let text = try Tool.run("readelf", "-n", program)
            let line = try #require(text.split(separator: "\n").first { $0.contains("Build ID: ") })
            #expect(try Self.binary(program).buildID?.description == line.split(separator: " ").last.map { String($0) })
        }
        #expect(try Self.binary(try Sample.compile(in: folder, ["-Wl,--build-id=none"])).buildID == nil)
    }

    @Test func `a stripped program has the functions for the dynamic linker`() throws {
        let folder = try Folder()
        let program = try Sample.compile(in: folder, ["-rdynamic"])
        try Tool.run("strip", program)
        let ours = Set(try Self.binary(program).allFunctions().map(\.name))
        #expect(ours.contains("outer_work") && !ours.contains("hidden_work"))
        #expect(ours == Set(try Tool.functions(of: program, options: ["-D"]).map(\.symbol.name)))
    }

    /// A library without libc, which takes no 32-bit libraries to build.
    private static func build32(in folder: Folder) throws -> String {
        let source = try folder.write("int first(int a) { return a + 1; }\nint second(int a) { return first(a) * 2; }\n", to: "a.c")
        let object = folder.file("a.so")
        try Tool.run("cc", "-m32", "-O1", "-fno-inline", "-shared", "-nostdlib", source, "-o", object)
        return object
    }

    private static let builds32: Bool = (try? build32(in: Folder())) != nil

    @Test(.enabled(if: builds32, "the compiler builds no 32-bit code")) func `a 32-bit library is read`() throws {
        let folder = try Folder()
        let object = try Self.build32(in: folder)
        let binary = try Self.binary(object)
        #expect(Set(binary.allFunctions().map(\.name)).isSuperset(of: ["first", "second"]))
        for (symbol, size) in try Tool.functions(of: object) where size > 0 {
            #expect(binary.function(at: symbol.address + size - 1)?.name == symbol.name)
        }
    }

    @Test func `what is no ELF file is refused`() throws {
        #expect(throws: ELFError.notELF) { try Binary(ELFSource(memory: []), path: "") }
        #expect(throws: ELFError.notELF) { try Binary(ELFSource(memory: Array("#!/bin/sh\n".utf8)), path: "") }
        var bigEndian = Array(try Data(contentsOf: URL(fileURLWithPath: "/bin/true")))
        bigEndian[5] = 2
        #expect(throws: ELFError.unsupported) { try Binary(ELFSource(memory: bigEndian), path: "") }
    }
}
