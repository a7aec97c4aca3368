import Foundation
import Linux
import Testing
import TestPrograms

/// Files that appear only when they are whole, and what else stands where a file should go.
@Suite struct OutputTests {
    /// A folder of a test's own.
    private final class Folder {
        let path = FileManager.default.temporaryDirectory.path + "/syslat-output-\(UUID().uuidString)"

        init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false) }
        deinit { try? FileManager.default.removeItem(atPath: path) }

        func file(_ name: String) -> String { "\(path)/\(name)" }
        func text(_ name: String) throws -> String { String(decoding: try Descriptor(reading: file(name)).read(), as: UTF8.self) }
        func put(_ text: String, _ name: String) throws { try Data(text.utf8).write(to: URL(fileURLWithPath: file(name))) }
        func info(_ name: String) -> stat {
            var info = stat()
            lstat(file(name), &info)
            return info
        }
        func mode(_ name: String) -> mode_t { info(name).st_mode & 0o7777 }
        var names: [String] { ProcFS.names(in: path) }
    }

    private func write(_ text: String, to path: String, for readers: Readers = .owner) throws {
        try OutputFile(path, for: readers).write(Array(text.utf8))
    }

    /// Why nothing can be written there; nil if something can.
    private func obstacle(_ path: String) -> OutputError? {
        do throws(OutputError) {
            _ = try OutputFile(path, for: .owner)
            return nil
        } catch { return error }
    }

    // MARK: Whole files

    @Test func `a whole file replaces the old one only when it is written`() throws {
        let folder = try Folder()
        let file = try OutputFile(folder.file("report"), for: .owner)
        #expect(folder.names == [])
        try file.write(Array("one".utf8))
        let again = try OutputFile(folder.file("report"), for: .owner)
        #expect(try folder.text("report") == "one")
        try again.write(Array("two".utf8))
        #expect(try folder.text("report") == "two")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["report"])
    }

    @Test func `a new file is its owner's or as the umask says, and one that is replaced keeps its mode`() throws {
        let folder = try Folder()
        try write("x", to: folder.file("private"))
        try write("x", to: folder.file("public"), for: .umask)
        try folder.put("x", "usual")
        #expect(folder.mode("private") == 0o600)
        #expect(folder.mode("public") == folder.mode("usual"))
        for mode: mode_t in [0o600, 0o640, 0o644, 0o666] {
            #expect(chmod(folder.file("usual"), mode) == 0)
            try write("\(mode)", to: folder.file("usual"), for: .umask)
            #expect(folder.mode("usual") == mode)
            #expect(try folder.text("usual") == "\(mode)")
        }
        #expect(chmod(folder.file("usual"), 0o4755) == 0)
        try write("y", to: folder.file("usual"))
        #expect(folder.mode("usual") == 0o755)
    }

    @Test(.enabled(if: geteuid() == 0, "needs root to have files of several users"))
    func `a file that is replaced keeps its owner`() throws {
        let folder = try Folder()
        try folder.put("old", "file")
        #expect(chown(folder.file("file"), 65534, 1) == 0 && chmod(folder.file("file"), 0o640) == 0)
        try write("new", to: folder.file("file"))
        let info = folder.info("file")
        #expect(info.st_uid == 65534 && info.st_gid == 1 && info.st_mode & 0o777 == 0o640)
    }

    @Test func `a missing folder, a folder and an empty name are errors before anything is written`() throws {
        let folder = try Folder()
        #expect(obstacle("/no/such/folder/report") == .system(Errno(ENOENT)))
        #expect(obstacle(folder.path) == .system(Errno(EISDIR)))
        #expect(obstacle(folder.path + "/") == .system(Errno(EISDIR)))
        #expect(obstacle(folder.file("new/")) == .system(Errno(EISDIR)))
        try folder.put("x", "file")
        #expect(obstacle(folder.file("file/x")) == .system(Errno(ENOTDIR)))
    }

    @Test func `names that are no UTF-8 and names as long as they can be are written as they are`() throws {
        let folder = try Folder()
        let name = "out\u{10ffe9}"
        try write("x", to: folder.file(name))
        let raw = Array(folder.file("out").utf8CString.dropLast()) + [CChar(bitPattern: 0xe9), 0]
        #expect(access(raw, R_OK) == 0)
        let long = String(repeating: "n", count: 255)
        try write("x", to: folder.file(long))
        #expect(try folder.text(long) == "x")
        unlink(raw)
    }

    @Test func `a file that must be new replaces nothing, not even what comes meanwhile`() throws {
        let folder = try Folder()
        let file = try OutputFile(folder.file("new"), for: .owner, isNew: true)
        try folder.put("another's", "new")
        do throws(OutputError) {
            try file.write([1])
            Issue.record("it was replaced")
        } catch { #expect(error == .exists) }
        do throws(OutputError) {
            _ = try OutputFile(folder.file("new"), for: .owner, isNew: true)
            Issue.record("it was accepted")
        } catch { #expect(error == .exists) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["new"])
        #expect(try folder.text("new") == "another's")
        try OutputFile(folder.file("other"), for: .owner, isNew: true).write(Array("x".utf8))
        #expect(folder.names == ["new", "other"] && folder.mode("other") == 0o600)
    }

    @Test func `a folder is locked by one at a time`() throws {
        let folder = try Folder()
        let lock = try LockedFolder(folder.file("out"))
        do throws(OutputError) {
            _ = try LockedFolder(folder.file("out"))
            Issue.record("it was locked twice")
        } catch { #expect(error == .system(Errno(EWOULDBLOCK))) }
        _ = consume lock
        _ = try LockedFolder(folder.file("out"))
    }

    @Test func `a folder is created with those above it`() throws {
        let folder = try Folder()
        try folder.put("", "file")
        _ = try LockedFolder(folder.file("a/b/c"))
        _ = try LockedFolder(folder.file("d//e/"))
        #expect(folder.names == ["a", "d", "file"] && folder.mode("a/b/c") == 0o755 && folder.mode("d/e") == 0o755)
        do throws(OutputError) {
            _ = try LockedFolder(folder.file("file/a/b"))
            Issue.record("a file was taken for a folder")
        } catch { #expect(error == .system(Errno(ENOTDIR))) }
    }

    // MARK: Links

    @Test func `a link is written through in place, and stays`() throws {
        let folder = try Folder()
        try folder.put("a longer old text", "target")
        #expect(symlink("target", folder.file("link")) == 0)
        let inode = folder.info("target").st_ino
        let output = try OutputFile(folder.file("link"), for: .owner)
        #expect(try folder.text("target") == "a longer old text", "nothing is cut before there is something to write")
        try output.write(Array("new".utf8))
        try output.write(Array(" and more".utf8))
        #expect(try folder.text("target") == "new and more")
        #expect(ProcFS.link(folder.file("link")) == "target")
        #expect(folder.info("target").st_ino == inode && folder.names == ["link", "target"])
    }

    @Test func `a link to nothing and a loop are refused and stay`() throws {
        let folder = try Folder()
        #expect(symlink("nothing", folder.file("dangling")) == 0 && symlink("loop", folder.file("loop")) == 0)
        #expect(obstacle(folder.file("dangling")) == .leadsNowhere)
        #expect(obstacle(folder.file("loop")) == .system(Errno(ELOOP)))
        #expect(folder.names == ["dangling", "loop"])
    }

    /// As fs.protected_symlinks, protected_regular and protected_fifos would, which are off in many containers.
    @Test(
        .enabled(if: geteuid() == 0, "needs root to have files of several users"), arguments: [0o1777, 0o777, 0o1775] as [mode_t])
    func `what somebody else has put into a folder for everybody is neither followed nor replaced`(_ mode: mode_t) throws {
        let folder = try Folder()
        try folder.put("precious", "victim")
        try folder.put("mine", "planted")
        #expect(symlink("victim", folder.file("link")) == 0 && mkfifo(folder.file("fifo"), 0o666) == 0)
        for name in ["planted", "link", "fifo"] { #expect(lchown(folder.file(name), 65534, 65534) == 0) }
        // In a folder that only its group may write to, files are somebody's on purpose.
        #expect(chmod(folder.path, 0o775) == 0)
        #expect(obstacle(folder.file("link")) == .linkOfOther(owner: 65534) && obstacle(folder.file("planted")) == nil)
        #expect(chmod(folder.path, mode) == 0)
        #expect(obstacle(folder.file("link")) == .linkOfOther(owner: 65534))
        for name in ["planted", "fifo"] {
            #expect(obstacle(folder.file(name)) == .belongsToOther(owner: 65534), "\(name)")
        }
        #expect(obstacle(folder.file("victim")) == nil)
        for path in [folder.file("link"), folder.file("link") + "/"] {
            do throws(OutputError) {
                _ = try LockedFolder(path)
                Issue.record("\(path) was followed")
            } catch { #expect(error == .linkOfOther(owner: 65534)) }
        }
        #expect(try folder.text("victim") == "precious")
    }

    /// A user's own folder, in which the user may put links as well.
    @Test(.enabled(if: geteuid() == 0, "needs root to have files of several users"))
    func `a link of somebody else is followed nowhere, as a file and on the way to one`() throws {
        let folder = try Folder()
        let theirs = folder.file("theirs")
        try FileManager.default.createDirectory(atPath: folder.file("private"), withIntermediateDirectories: false)
        try FileManager.default.createDirectory(atPath: theirs, withIntermediateDirectories: false)
        try folder.put("precious", "private/file")
        #expect(symlink("../private/file", theirs + "/link") == 0 && symlink("../private", theirs + "/way") == 0)
        for name in ["", "/link", "/way"] { #expect(lchown(theirs + name, 65534, 65534) == 0) }
        for path in ["/link", "/way/file", "/way/new", "/way/../theirs/way/new", "/./way//new"] {
            #expect(obstacle(theirs + path) == .linkOfOther(owner: 65534), "\(path)")
        }
        #expect(symlink(theirs, folder.file("mine")) == 0 && symlink("mine", folder.file("twice")) == 0)
        #expect(obstacle(folder.file("twice/way/new")) == .linkOfOther(owner: 65534))
        try write("here", to: folder.file("twice/../twice/file"))
        #expect(try folder.text("theirs/file") == "here" && folder.text("private/file") == "precious")
        #expect(ProcFS.names(in: folder.file("private")) == ["file"])
    }

    @Test func `a folder that is reached by links in a circle is an error`() throws {
        let folder = try Folder()
        #expect(symlink("two", folder.file("one")) == 0 && symlink("one", folder.file("two")) == 0)
        #expect(obstacle(folder.file("one/file")) == .system(Errno(ELOOP)))
        try folder.put("x", "file")
        #expect(obstacle(folder.file("file/file")) == .system(Errno(ENOTDIR)))
    }

    @Test func `a socket is refused`() throws {
        let folder = try Folder()
        let socket = Descriptor(owning: Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0))
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let place = folder.file("socket")
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(place.utf8) + [0]) }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket.number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(bound == 0)
        #expect(obstacle(place) == .isSocket)
    }

    @Test(.enabled(if: geteuid() == 0, "needs root to change attributes"))
    func `a folder whose names can't be changed is refused before anything is in it`() throws {
        let folder = try Folder()
        func change(_ attribute: String) throws -> Int32 {
            try ProgramRun.run(["chattr", attribute, folder.path]).status
        }
        try #require(try change("+a") == 0)
        #expect(obstacle(folder.file("x")) == .folderOnlyGrows)
        #expect(folder.names == [])
        #expect(try change("-a") == 0)
    }

    // MARK: Devices and pipes

    @Test func `a FIFO without a reader is refused at once, and one with a reader gets everything`() throws {
        let folder = try Folder()
        #expect(mkfifo(folder.file("fifo"), 0o600) == 0)
        #expect(obstacle(folder.file("fifo")) == .hasNoReader)
        let reader = Descriptor(owning: open(folder.file("fifo"), O_RDONLY | O_NONBLOCK | O_CLOEXEC))
        let output = try OutputFile(folder.file("fifo"), for: .owner)
        try output.write(Array("all of it".utf8))
        #expect(try reader.read(limit: 9) == Array("all of it".utf8))
    }

    @Test func `a full device is an error`() throws {
        let output = try OutputFile("/dev/full", for: .owner)
        do throws(OutputError) {
            try output.write([1])
            Issue.record("there was room")
        } catch { #expect(error == .system(Errno(ENOSPC))) }
    }

    /// A second opening of the file would write over what it has.
    @Test func `a name of standard error is standard error`() throws {
        // Both streams of the test runner may lead to one place; there they are two pipes.
        let run = try SeparateProcess.run("a name of standard error", part: "stderr") {
            let output = try OutputFile("/dev/stderr", for: .owner)
            #expect(output.streamDescriptor == STDERR_FILENO)
        }
        guard let run else { return }
        #expect(run.status == 0, "\(run.error)")
    }

    @Test func `two names of one file are one`() throws {
        let folder = try Folder()
        func isSame(_ one: String, _ other: String) throws -> Bool {
            let one = try OutputFile(one, for: .owner)
            let other = try OutputFile(other, for: .owner)
            return one.isSame(as: other) && other.isSame(as: one)
        }
        let (name, odd) = (folder.file("x"), folder.path + "/./x")
        #expect(try isSame(name, odd))
        #expect(try !isSame(name, folder.file("y")))
        try folder.put("", "x")
        #expect(symlink("x", folder.file("link")) == 0)
        #expect(try isSame(name, odd) && isSame(name, folder.file("link")))
        #expect(try !isSame("/dev/null", "/dev/null"), "nothing is mixed there")
    }

    // MARK: Growing files

    private func growing(_ path: String) throws -> GrowingFile {
        guard let file = try OutputFile(path, for: .owner).growing() else { throw OutputError.system(Errno(EINVAL)) }
        return file
    }

    @Test func `a growing file has another name until it is finished`() throws {
        let folder = try Folder()
        let file = try growing(folder.file("series"))
        try file.append(Array("a".utf8))
        #expect(folder.names == ["series.partial"] && folder.mode("series.partial") == 0o600)
        try file.append(Array("b".utf8))
        try file.finish()
        #expect(folder.names == ["series"] && folder.mode("series") == 0o600)
        #expect(try folder.text("series") == "ab")
    }

    @Test func `an unfinished file is kept, whatever it is`() throws {
        let folder = try Folder()
        let path = folder.file("series")
        try folder.put("precious", "victim")
        let plants: [() throws -> Void] = [
            { try folder.put("yesterday", "series.partial") },
            { symlink("victim", folder.file("series.partial")) },
            { mkfifo(folder.file("series.partial"), 0o666) },
        ]
        for plant in plants {
            try plant()
            do throws(OutputError) {
                _ = try OutputFile(path, for: .owner).growing()
                Issue.record("it was replaced")
            } catch { #expect(error == .unfinished(path: path + ".partial")) }
            unlink(folder.file("series.partial"))
        }
        #expect(try folder.text("victim") == "precious")
    }

    @Test func `a growing file that somebody has exchanged gets no name`() throws {
        let folder = try Folder()
        let file = try growing(folder.file("series"))
        unlink(folder.file("series.partial"))
        try folder.put("not ours", "series.partial")
        do throws(OutputError) {
            try file.finish()
            Issue.record("it got the name")
        } catch { #expect(error == .system(Errno(ESTALE))) }
        #expect(folder.names == ["series.partial"])
    }

    @Test func `a growing file keeps the mode of what it replaces`() throws {
        let folder = try Folder()
        try folder.put("old", "series")
        #expect(chmod(folder.file("series"), 0o644) == 0)
        let file = try growing(folder.file("series"))
        #expect(folder.mode("series.partial") == 0o600)
        try file.append([1])
        try file.finish()
        #expect(folder.mode("series") == 0o644)
    }
}
