import CLinux
import Foundation
import Glibc
import Testing

@testable import Linux
@testable import Symbols

@Suite("map files of JIT compilers")
struct PerfMapTests {
    private static func names(_ text: String, _ addresses: Set<UInt64>) throws -> (names: [UInt64: String], leftOut: Int) {
        let folder = try Folder()
        let map = try PerfMap(Descriptor(reading: try folder.write(text, to: "map")), addresses: addresses)
        return (map.functions.mapValues { "\($0.name)@\(String($0.start, radix: 16))" }, map.linesLeftOut)
    }

    @Test func `functions are found at their first and last byte alone`() throws {
        let text = "1000 10 first\n0x2000 0x20 second with blanks\n3000 0 empty\n"
        let found = try Self.names(text, [0xfff, 0x1000, 0x100f, 0x1010, 0x2000, 0x201f, 0x2020, 0x3000])
        #expect(
            found.names == [
                0x1000: "first@1000", 0x100f: "first@1000", 0x2000: "second with blanks@2000", 0x201f: "second with blanks@2000",
            ])
        #expect(found.leftOut == 0)
    }

    @Test func `where functions overlap, the last one counts`() throws {
        let found = try Self.names("1000 100 old\n1010 10 new\n1000 8 newest\n", [0x1000, 0x1007, 0x1008, 0x1010, 0x1020])
        #expect(
            found.names == [
                0x1000: "newest@1000", 0x1007: "newest@1000", 0x1008: "old@1000", 0x1010: "new@1010", 0x1020: "old@1000",
            ])
    }

    @Test func `bad lines are left out and counted`() throws {
        let bad = [
            "", "nothing", "1000", "1000 10", "1000 10 ", "g000 10 name", "1000 -1 name", "11111111111111111 1 name",
            "ffffffffffffffff 2 name", "1000 10 " + String(repeating: "x", count: 100_000),
        ]
        let found = try Self.names(bad.joined(separator: "\n") + "\n1000 10 good", [0x1000, .max])
        #expect(found.names == [0x1000: "good@1000"])
        #expect(found.leftOut == bad.count)
    }

    @Test func `names keep bytes that are no UTF-8, and show no control characters`() throws {
        let folder = try Folder()
        let path = try folder.write(Array("1000 10 a\u{1b}[31m".utf8) + [0xff, 10], to: "map")
        let map = try PerfMap(Descriptor(reading: path), addresses: [0x1000])
        let name = try #require(map.functions[0x1000]?.name)
        let frame = NamedFrame(location: .anonymous(address: 0x1000), function: FunctionPlace(name: name, offset: 0))
        #expect(frame.text == "a\\x1b[31m\\xff+0x0")
    }

    // MARK: Traps

    private static let pid: Int32 = 42

    private static func open(_ root: Folder, user: UInt32 = geteuid()) throws {
        let folder = Descriptor(owning: clinux_find(AT_FDCWD, root.path, CLINUX_LINKS_ANYWHERE))
        _ = try PerfMap.open(in: folder, pid: pid, user: user)
    }

    @Test(.enabled(if: Requirement.isRoot, "changing owners needs root"))
    func `a file of the user or of root is taken, and of nobody else`() throws {
        let root = try Folder()
        let path = try root.write("1000 10 name\n", to: "tmp/perf-42.map")
        #expect(throws: Never.self) { try Self.open(root) }
        #expect(throws: Never.self) { try Self.open(root, user: 1234) }
        try #require(chown(path, 1234, 1234) == 0)
        #expect(throws: Never.self) { try Self.open(root, user: 1234) }
        #expect(throws: FileRefusal.ownedByOther(uid: 1234)) { try Self.open(root, user: 4321) }
        // Not even root's processes take what another user wrote.
        #expect(throws: FileRefusal.ownedByOther(uid: 1234)) { try Self.open(root, user: 0) }
    }

    @Test func `links are not followed, at the end or on the way`() throws {
        let root = try Folder()
        let secret = try root.write("1000 10 secret\n", to: "secret")
        try root.write("", to: "tmp/other")
        try #require(symlink(secret, root.file("tmp/perf-42.map")) == 0)
        #expect(throws: FileRefusal.system(Errno(ELOOP))) { try Self.open(root) }
        try #require(unlink(root.file("tmp/perf-42.map")) == 0)
        try #require(link(secret, root.file("tmp/perf-42.map")) == 0)
        #expect(throws: FileRefusal.severalLinks) { try Self.open(root) }

        let other = try Folder()
        try other.write("1000 10 name\n", to: "elsewhere/perf-42.map")
        try #require(symlink("elsewhere", other.file("tmp")) == 0)
        #expect(throws: FileRefusal.system(Errno(ELOOP))) { try Self.open(other) }
    }

    @Test func `a FIFO, a folder, a device and a huge file are refused`() throws {
        let root = try Folder()
        try root.write("", to: "tmp/other")
        let path = root.file("tmp/perf-42.map")
        #expect(throws: FileRefusal.system(Errno(ENOENT))) { try Self.open(root) }
        try #require(mkfifo(path, 0o600) == 0)
        #expect(throws: FileRefusal.notRegular) { try Self.open(root) }
        try #require(unlink(path) == 0 && mkdir(path, 0o700) == 0)
        #expect(throws: FileRefusal.notRegular) { try Self.open(root) }
        try #require(rmdir(path) == 0)
        try root.write("", to: "tmp/perf-42.map")
        try #require(truncate(path, Int(SymbolLimits.largestMapFile) + 1) == 0)
        #expect(throws: FileRefusal.tooLarge(limit: SymbolLimits.largestMapFile)) { try Self.open(root) }
    }
}
