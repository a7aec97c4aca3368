import Foundation
import Glibc
import Testing

@testable import Linux
@testable import Symbols

@Suite("mappings of a process")
struct MappingTests {
    private func mapping(_ line: String) -> ProcessMapping? { ProcessMapping(line: Array(line.utf8)[...]) }

    @Test func `a line of each kind`() throws {
        let file = try #require(mapping("55d3765b8000-55d3765ce000 r-xp 00004000 fe:03 332717                     /usr/bin/ls"))
        #expect(file.start == 0x55d3_765b_8000 && file.end == 0x55d3_765c_e000 && file.fileOffset == 0x4000)
        #expect(file.device == 0xfe03 && file.inode == 332717 && file.isExecutable && file.kind == .file)
        #expect(String(decoding: file.path, as: UTF8.self) == "/usr/bin/ls" && !file.isDeleted)
        #expect(file.offset(of: 0x55d3_765b_8010) == 0x4010)
        let kinds: [(String, ProcessMapping.Kind)] = [
            ("[vdso]", .vdso), ("[stack]", .stack), ("[heap]", .heap), ("[vvar]", .kernel), ("[vsyscall]", .kernel),
            ("", .anonymous),
            ("[anon:arena]", .anonymous),
        ]
        for (name, kind) in kinds {
            #expect(try #require(mapping("1000-2000 rw-p 00000000 00:00 0      \(name)")).kind == kind)
        }
        // A file can't pass for the vDSO by its name: it has an inode.
        #expect(mapping("1000-2000 r-xp 00000000 00:01 77 [vdso]")?.kind == .file)
    }

    @Test func `names with blanks, line breaks, other bytes and without a file`() throws {
        let broken = try #require(mapping(#"1000-2000 r-xp 00000000 00:1f 5 /tmp/a b\012c\d (deleted)"#))
        #expect(String(decoding: broken.path, as: UTF8.self) == "/tmp/a b\nc\\d" && broken.isDeleted)
        #expect(broken.fullPath == Array("/tmp/a b\nc\\d (deleted)".utf8))
        let bytes = Array("1000-2000 r-xp 00000000 00:1f 5 /\u{1}".utf8) + [0xff, 0xfe]
        #expect(ProcessMapping(line: bytes[...])?.path == [0x2f, 1, 0xff, 0xfe])
    }

    @Test(arguments: [
        "", "x", "1000", "1000-", "2000-1000 r-xp 0 0:0 0", "1000-2000 r-x", "1000-2000 r-xp", "1000-2000 r-xp 0 0:0",
        "1000-2000 r-xp 0 0:0 x",
        "11111111111111111-2 r-xp 0 0:0 0", "1000-2000 r-xp 0 0-0 0", "1000-2000 r-xp 0 0:0 99999999999999999999999",
        "1000-1000 r-xp 0 0:0 0",
    ]) func `lines of another form are left out`(line: String) {
        #expect(mapping(line) == nil)
        let all = ProcessMappings(text: Array("\(line)\n3000-4000 r-xp 00000000 00:00 0\n".utf8))
        #expect(all.mappings.count == 1 && all.isCut)
    }

    @Test func `addresses are found in them alone`() {
        let all = ProcessMappings(text: Array("1000-2000 r-xp 0 0:0 0\n3000-4000 r-xp 0 0:0 0\n4000-5000 r-xp 0 0:0 0\n".utf8))
        #expect(!all.isCut)
        let found: [(UInt64, Int?)] = [
            (0, nil), (0xfff, nil), (0x1000, 0), (0x1fff, 0), (0x2000, nil), (0x3000, 1), (0x4000, 2), (0x4fff, 2), (0x5000, nil),
            (.max, nil),
        ]
        for (address, index) in found { #expect(all.index(of: address) == index) }
        // Out of order, which the kernel never writes: a search would fail.
        #expect(ProcessMappings(text: Array("3000-4000 r-xp 0 0:0 0\n1000-2000 r-xp 0 0:0 0\n".utf8)).mappings.count == 1)
    }

    @Test func `more mappings than are kept are cut, and so are endless lines`() {
        var text: [UInt8] = []
        for index in 0..<(ProcessMappings.most + 10) {
            text += Array("\(String(index * 2 + 2, radix: 16))-\(String(index * 2 + 3, radix: 16)) r-xp 0 0:0 0\n".utf8)
        }
        let all = ProcessMappings(text: text)
        #expect(all.mappings.count == ProcessMappings.most && all.isCut)
        let long = ProcessMappings(
            text: Array("1000-2000 r-xp 0 0:0 1 /\(String(repeating: "a", count: 1 << 20))\n2000-3000 r-xp 0 0:0 0\n".utf8))
        #expect(long.mappings.count == 1 && long.isCut)
    }

    @Test func `this process's own mappings are those that Python reads`() throws {
        let folder = try Folder()
        let sample = try RunningSample(try Sample.compile(in: folder))
        defer { sample.end() }
        let script = """
            import sys
            for line in open(sys.argv[1]):
                f = line.rstrip('\\n').split(None, 5)
                a, b = f[0].split('-')
                print(int(a,16), int(b,16), int(f[2],16), int(f[4]), f[5] if len(f) > 5 else '')
            """
        let theirs = try Tool.run("python3", "-c", script, "/proc/\(sample.pid)/maps")
        let ours = try ProcessMappings(of: sample.pid)
        let text = ours.mappings.map { mapping in
            "\(mapping.start) \(mapping.end) \(mapping.fileOffset) \(mapping.inode) \(String(decoding: mapping.fullPath, as: UTF8.self))\n"
        }.joined()
        #expect(text == theirs && !ours.isCut)
        let program = try #require(ours.mappings.first { $0.kind == .file })
        var info = stat()
        try #require(stat(folder.file("sample"), &info) == 0)
        #expect(program.inode == info.st_ino)
    }

    @Test func `a process that is gone is an error`() {
        #expect(throws: Errno(ENOENT)) { try ProcessMappings(of: 0x3fff_ffff) }
    }

    @Test func `lines are the same however the stream is cut`() {
        let text = Array("first\n\nsecond line\nlong long long line\nlast".utf8)
        for size in 1...text.count {
            var splitter = LineSplitter(longest: 12)
            var lines: [String] = []
            for start in stride(from: 0, to: text.count, by: size) {
                splitter.add(text[start..<min(start + size, text.count)]) { lines.append(String(decoding: $0, as: UTF8.self)) }
            }
            splitter.end { lines.append(String(decoding: $0, as: UTF8.self)) }
            #expect(lines == ["first", "", "second line", "last"])
            #expect(splitter.leftOut == 1)
        }
    }
}
