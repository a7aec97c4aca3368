import Foundation
import TestSupport
import Testing

@testable import Symbols

/// Stacks of processes that ended before anybody looked at them.
@Suite struct EndedProcessTests {
    /// As readelf reads it.
    private func buildID(of path: String) throws -> BuildID {
        let notes = try Tool.run("readelf", "--notes", path)
        let line = try #require(notes.split(separator: "\n").first { $0.contains("Build ID: ") })
        let digits = try #require(line.split(separator: " ").last)
        return try #require(BuildID(hex: digits))
    }

    /// Where the code at an address is in its file, by the program headers that readelf lists.
    private func fileOffset(of address: UInt64, in path: String) throws -> UInt64 {
        func number(_ text: Substring) -> UInt64 { UInt64(text.dropFirst(2), radix: 16) ?? 0 }
        let loads = try Tool.run("readelf", "--segments", "--wide", path).split(separator: "\n")
            .map { $0.split(separator: " ") }.filter { $0.first == "LOAD" }
        let segment = try #require(loads.first { number($0[2])..<number($0[2]) + number($0[4]) ~= address })
        return address - number(segment[2]) + number(segment[1])
    }

    @Test func `libraries of a process that has ended are found by the cache of the dynamic linker, and programs by name`() throws {
        let ended = try Tool.run("sh", "-c", "echo $$")
        let pid = try #require(Int32(ended.dropLast()))
        let library = try #require(LinkerCache.paths().first { $0.hasSuffix("/libc.so.6") && $0.contains("x86_64") })
        var namer = StackNamer()
        let write = try #require(try Tool.functions(of: library, options: ["-D"]).first { $0.symbol.name == "write" }).symbol
        let frame = Frame(buildID: try buildID(of: library), fileOffset: try fileOffset(of: write.address, in: library))
        let named = namer.names(of: [frame], process: pid)[0]
        #expect(named.function?.name.hasSuffix("write") == true && named.function?.offset == 0 && named.file?.path == library)
        // Its program, which has no functions: the file is known all the same.
        let program = Frame(buildID: try buildID(of: "/usr/bin/ls"), fileOffset: 0x5000)
        #expect(namer.names(of: [program], process: pid)[0].reason == .processGone)
        #expect(namer.names(of: [program], process: pid, program: "../bin/ls")[0].reason == .processGone)
        #expect(namer.names(of: [program], process: pid, program: "ls")[0].file?.path.hasSuffix("/ls") == true)
    }

    @Test func `a damaged cache of the dynamic linker names no more than it has`() throws {
        let bytes = Array(try Data(contentsOf: URL(fileURLWithPath: "/etc/ld.so.cache")))
        #expect(LinkerCache.paths(in: bytes) == LinkerCache.paths() && LinkerCache.paths().count > 20)
        var random = SeededGenerator.fromEnvironment()
        for _ in 0..<300 {
            var damaged = Array(bytes.prefix(.random(in: 0...bytes.count, using: &random)))
            for _ in 0..<20 where damaged.count > 48 {
                damaged[.random(in: 20..<damaged.count, using: &random)] = .random(in: 0...255)
            }
            #expect(LinkerCache.paths(in: damaged).allSatisfy { $0.hasPrefix("/") })
        }
        let ldconfig = try Tool.run("/sbin/ldconfig", "-p").split(separator: "\n").compactMap {
            $0.split(separator: " ").last.map(String.init)
        }
        #expect(Set(ldconfig.filter { $0.hasPrefix("/") }) == Set(LinkerCache.paths()))
    }
}
