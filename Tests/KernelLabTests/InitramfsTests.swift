import CaptureSupport
import Foundation
import Testing
import TestPrograms

@testable import KernelLab

/// The archive as cpio(1) reads it.
@Suite struct InitramfsTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "syslat-initramfs-\(UUID().uuidString)")

    /// Runs cpio on an archive, in a folder of its own. Returns what it prints.
    private func cpio(_ options: String, _ archive: [UInt8]) throws -> String {
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let file = folder.appending(path: "archive")
        try Data(archive).write(to: file)
        let run = try ProgramRun.run(
            ["sh", "-c", "cd '\(folder.path)' && TZ=UTC cpio --quiet \(options) <'\(file.path)'"], environment: ["LC_ALL": "C"])
        try #require(run.status == 0 && run.error.isEmpty, "\(run.error)")
        return run.output
    }

    private func sample() throws -> [UInt8] {
        var archive = Initramfs()
        try archive.add(device: "/dev/console", major: 5, minor: 1)
        try archive.add(file: "/init", Array("program".utf8), mode: 0o755)
        try archive.add(file: "/a/b/c/empty", [])
        try archive.add(file: "/a/b/data", (0..<10_001).map { UInt8(truncatingIfNeeded: $0) }, mode: 0o640)
        try archive.add(link: "/a/link", to: "b/data")
        try archive.add(folder: "/a/b/c")
        try archive.add(folder: "/proc")
        return archive.finish()
    }

    @Test func `cpio lists every member of the archive`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        let lines = try cpio("--list --verbose --numeric-uid-gid", sample()).split(separator: "\n")
        let listed = lines.map { $0.split(separator: " ").joined(separator: " ") }
        #expect(
            listed == [
                "drwxr-xr-x 2 0 0 0 Jan 1 1970 dev", "crw------- 1 0 0 5, 1 Jan 1 1970 dev/console",
                "-rwxr-xr-x 1 0 0 7 Jan 1 1970 init", "drwxr-xr-x 2 0 0 0 Jan 1 1970 a", "drwxr-xr-x 2 0 0 0 Jan 1 1970 a/b",
                "drwxr-xr-x 2 0 0 0 Jan 1 1970 a/b/c", "-rw-r--r-- 1 0 0 0 Jan 1 1970 a/b/c/empty",
                "-rw-r----- 1 0 0 10001 Jan 1 1970 a/b/data", "lrwxrwxrwx 1 0 0 6 Jan 1 1970 a/link -> b/data",
                "drwxr-xr-x 2 0 0 0 Jan 1 1970 proc",
            ])
    }

    @Test func `cpio unpacks the bytes that were packed`() throws {
        defer { try? FileManager.default.removeItem(at: folder) }
        _ = try cpio("--extract --no-preserve-owner 'init' 'a*'", sample())
        let bytes = try Data(contentsOf: folder.appending(path: "a/b/data"))
        #expect(Array(bytes) == (0..<10_001).map { UInt8(truncatingIfNeeded: $0) })
        #expect(try String(contentsOf: folder.appending(path: "init"), encoding: .utf8) == "program")
        #expect(try Data(contentsOf: folder.appending(path: "a/b/c/empty")).isEmpty)
        #expect(try Data(contentsOf: folder.appending(path: "a/link")) == bytes)
    }

    @Test func `equal contents give equal archives`() throws { #expect(try sample() == sample()) }

    @Test(arguments: ["", "relative", "/a/../b", "/./a", "/a\0b"])
    func `a path that is not absolute and plain is refused`(_ path: String) {
        var archive = Initramfs()
        #expect(throws: KernelLabError.self) { try archive.add(file: path, []) }
    }

    @Test(arguments: ["/init", "//init/", "/init/below", "/a", "/"])
    func `a path that is taken already is refused`(_ path: String) throws {
        var archive = Initramfs()
        try archive.add(file: "/init", [])
        try archive.add(file: "/a/b", [])
        #expect(throws: KernelLabError.self) { try archive.add(file: path, []) }
    }
}
