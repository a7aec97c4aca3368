import Foundation
import Linux
import Testing

/// Files that appear only when they are whole, and programs that are found as a shell finds them.
@Suite struct FilesTests {
    private func text(_ path: String) throws -> String { String(decoding: try Descriptor(reading: path).read(), as: UTF8.self) }

    @Test func `a whole file replaces the old one only when it is written`() throws {
        let folder = try TemporaryFolder(prefix: "syslat-files")
        let path = "\(folder.path)/report"
        let file = try WholeFile(path)
        #expect(ProcFS.names(in: folder.path) == [])
        try file.write(Array("one".utf8))
        let again = try WholeFile(path)
        #expect(try text(path) == "one")
        try again.write(Array("two".utf8))
        #expect(try text(path) == "two")
        #expect(ProcFS.names(in: folder.path) == ["report"])
    }

    @Test func `writing through a symbolic link replaces its target`() throws {
        let folder = try TemporaryFolder(prefix: "syslat-files")
        let (target, link) = ("\(folder.path)/target", "\(folder.path)/link")
        try WholeFile(target).write([1])
        #expect(symlink(target, link) == 0)
        try WholeFile(link).write(Array("new".utf8))
        #expect(ProcFS.link(link) == target)
        #expect(try text(target) == "new")
    }

    @Test func `a missing folder is an error before anything is written`() throws {
        #expect(throws: Errno(ENOENT)) { try WholeFile("/no/such/folder/report") }
    }

    @Test func `a growing file has another name until it is finished`() throws {
        let folder = try TemporaryFolder(prefix: "syslat-files")
        let path = "\(folder.path)/series"
        let file = try GrowingFile(path)
        try file.append(Array("a".utf8))
        #expect(ProcFS.names(in: folder.path) == ["series.partial"])
        try file.append(Array("b".utf8))
        try file.finish()
        #expect(ProcFS.names(in: folder.path) == ["series"])
        #expect(try text(path) == "ab")
    }

    @Test(arguments: ["sh", "env", "ls"]) func `programs are found where a shell finds them`(_ name: String) throws {
        let null = try Descriptor.devNull()
        let pipe = try PipeEnds()
        var shell = try ChildProcess(
            "/bin/sh", ["sh", "-c", "command -v \(name)"], descriptors: [null.number, pipe.writing.number, null.number])
        let path = String(decoding: try pipe.closingWritingEnd().read(), as: UTF8.self).trimmingCharacters(in: .newlines)
        let ending = shell.wait()
        try #require(ending == .exited(status: 0) && path.hasSuffix("/\(name)"))
        #expect(ExecutableSearch.find(name) == .found(path: path))
        #expect(ExecutableSearch.path(of: name) == path)
        #expect(ExecutableSearch.find(path) == .found(path: path))
    }

    @Test func `a file that is no program and a missing one are told apart`() {
        #expect(ExecutableSearch.find("/etc/passwd") == .notExecutable(path: "/etc/passwd"))
        #expect(ExecutableSearch.find("/etc") == .notExecutable(path: "/etc"))
        #expect(ExecutableSearch.find("/no/such/program") == .missing(Errno(ENOENT)))
        #expect(ExecutableSearch.find("no-such-program-at-all") == .missing(Errno(ENOENT)))
    }

    @Test func `the description of an errno fits into a sentence`() {
        #expect("\(Errno(ENOENT))" == "no such file or directory")
    }
}
