import Foundation
import Linux
import Testing

/// Programs are found as a shell finds them.
@Suite struct FilesTests {
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
