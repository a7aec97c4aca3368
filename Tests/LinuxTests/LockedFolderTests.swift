import Foundation
import Linux
import Testing

/// A folder that one process has, and its files.
@Suite struct LockedFolderTests {
    private final class Scratch {
        let path = FileManager.default.temporaryDirectory.appending(path: "syslat-locked-\(UUID().uuidString)").path
        deinit { try? FileManager.default.removeItem(atPath: path) }
    }

    @Test func `a second lock is refused, and the owner of the first is told`() throws {
        let scratch = Scratch()
        #expect(LockedFolder.owner(of: scratch.path) == nil)
        let folder = try LockedFolder(scratch.path)
        #expect(throws: OutputError.system(Errno(EWOULDBLOCK))) { _ = try LockedFolder(scratch.path) }
        #expect(LockedFolder.owner(of: scratch.path) == getpid())
        #expect(LockedFolder.owner(of: "/") != getpid())
        _ = consume folder
        #expect(LockedFolder.owner(of: scratch.path) == nil)
        _ = try LockedFolder(scratch.path)
    }

    @Test func `files grow under another name, are cut, finished, listed and removed`() throws {
        let scratch = Scratch()
        let folder = try LockedFolder(scratch.path)
        let file = try folder.growingFile("a")
        try file.append([1, 2, 3])
        let growing = try #require(folder.entries().first)
        #expect((growing.name, growing.bytes, growing.isRegularFile) == ("a.partial", 3, true))
        try file.append([4, 5])
        try file.cut(to: 3)
        try file.append([6])
        #expect(file.size == 4)
        try file.finish()
        try folder.write([7], to: "b")
        let abandoned = try folder.growingFile("c")
        #expect(folder.entries().map(\.name) == ["a", "b", "c.partial"])
        abandoned.discard()
        let bytes = try folder.reading("a").read()
        #expect(bytes == [1, 2, 3, 6])
        try folder.remove("a")
        #expect(folder.entries().map(\.name) == ["b"])
        #expect(throws: Errno(ENOENT)) { try folder.remove("a") }
        let mode = try FileManager.default.attributesOfItem(atPath: scratch.path + "/b")[.posixPermissions] as? Int
        #expect(mode == 0o600)
    }

    @Test func `links and folders are no files, and links are not followed`() throws {
        let scratch = Scratch()
        let folder = try LockedFolder(scratch.path)
        try folder.write([1], to: "victim")
        #expect(symlink("victim", scratch.path + "/link") == 0 && mkdir(scratch.path + "/folder", 0o700) == 0)
        #expect(folder.entries().filter(\.isRegularFile).map(\.name) == ["victim"])
        #expect(throws: Errno(ELOOP)) { _ = try folder.reading("link") }
        #expect(throws: Errno.notRegular) { _ = try folder.reading("folder") }
        #expect(symlink("victim", scratch.path + "/grown.partial") == 0)
        #expect(throws: OutputError.unfinished(path: "grown.partial")) { _ = try folder.growingFile("grown") }
    }

    /// Another folder has its path by now.
    @Test func `files go where the folder is, wherever its path leads`() throws {
        let (scratch, moved) = (Scratch(), Scratch())
        let folder = try LockedFolder(scratch.path)
        #expect(rename(scratch.path, moved.path) == 0 && mkdir(scratch.path, 0o700) == 0)
        try folder.write([1], to: "a")
        #expect(FileManager.default.fileExists(atPath: moved.path + "/a"))
        #expect(!FileManager.default.fileExists(atPath: scratch.path + "/a"))
    }
}
