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

    @Test func `programs are found as execvp finds them`() throws {
        #expect(ExecutableSearch.find("sh") == .found(path: ExecutableSearch.path(of: "sh") ?? ""))
        #expect(ExecutableSearch.path(of: "sh")?.hasSuffix("/sh") == true)
        #expect(ExecutableSearch.find("/etc/passwd") == .notExecutable(path: "/etc/passwd"))
        #expect(ExecutableSearch.find("/etc") == .notExecutable(path: "/etc"))
        #expect(ExecutableSearch.find("/no/such/program") == .missing(Errno(ENOENT)))
        #expect(ExecutableSearch.find("no-such-program-at-all") == .missing(Errno(ENOENT)))
    }

    @Test func `the description of an errno fits into a sentence`() {
        #expect("\(Errno(ENOENT))" == "no such file or directory")
    }
}
