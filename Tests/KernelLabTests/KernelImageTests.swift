import CaptureSupport
import Foundation
import KernelLabSupport
import Testing
import TestPrograms

@testable import KernelLab

/// Which files are kernels.
@Suite final class KernelImageTests {
    private let folder = FileManager.default.temporaryDirectory.appending(path: "syslat-images-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: folder) }

    /// The header of a bzImage with its version at `offset`.
    private static func header(_ release: String = "6.1.0-1-test", offset: Int = 0x3450) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 0x200 + 0x4000)
        bytes.replaceSubrange(0x202..<0x206, with: Array("HdrS".utf8))
        bytes[0x211] = 1
        bytes[0x20e] = UInt8(offset & 255)
        bytes[0x20f] = UInt8(offset >> 8)
        let text = Array("\(release) (someone@example.org) #1 SMP".utf8)
        if offset > 0 { bytes.replaceSubrange((0x200 + offset)..<(0x200 + offset + text.count), with: text) }
        return bytes
    }

    /// An Image of arm64 that says `Linux version TEXT` somewhere.
    private static func image(_ text: String) -> [UInt8] {
        var bytes = [UInt8](repeating: UInt8(ascii: "L"), count: 0x4000)
        bytes.replaceSubrange(0x38..<0x3c, with: Array("ARMd".utf8))
        return bytes + Array("Linux version \(text)".utf8)
    }

    /// The beginning of an Image that firmware unpacks.
    private static var packedImage: [UInt8] {
        Array("MZ".utf8) + [0, 0] + Array("zimg".utf8) + [UInt8](repeating: 0, count: 0x4000)
    }

    private func file(_ name: String, _ bytes: [UInt8]) throws -> String {
        let file = folder.appending(path: name)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
        return file.path
    }

    /// A Debian package with one file in it.
    private func package(_ member: String, _ bytes: [UInt8]) throws -> String { try package([member: bytes]) }

    /// - Parameter change: is called with the folder that becomes the package.
    private func package(
        _ members: [String: [UInt8]], name: String = "linux-image-test_1_all.deb", _ change: (String) throws -> Void = { _ in }
    ) throws -> String {
        try? FileManager.default.removeItem(at: folder.appending(path: "tree"))
        let control = "Package: test\nVersion: 1\nArchitecture: all\nMaintainer: nobody <nobody@example.org>\nDescription: test\n"
        _ = try file("tree/DEBIAN/control", Array(control.utf8))
        for (member, bytes) in members { _ = try file("tree/\(member)", bytes) }
        try change(folder.appending(path: "tree").path)
        let package = folder.appending(path: name).path
        try FileManager.default.createDirectory(
            at: folder.appending(path: name).deletingLastPathComponent(), withIntermediateDirectories: true)
        let run = try ProgramRun.run(["dpkg-deb", "--build", "-Zgzip", folder.appending(path: "tree").path, package])
        try #require(run.status == 0, "\(run.error)")
        return package
    }

    private func refusal(_ path: String) throws -> String {
        try #require(#expect(throws: KernelLabError.self) { try KernelImage(path: path) }).description
    }

    @Test(arguments: [0x100, 0x1ff, 0x3450, 0x3fc0])
    func `the release is read from the header of a kernel`(offset: Int) throws {
        let path = try file("vmlinuz", Self.header("5.10.9+x", offset: offset))
        #expect(try KernelImage(path: path).release == "5.10.9+x")
    }

    @Test func `the release of an arm64 kernel is what it prints of itself`() throws {
        let format = Self.image("%s (%s) ")
        let path = try file("image", format + Self.image("6.1.0-50-cloud-arm64 (debian-kernel@lists.debian.org) #1 SMP"))
        let image = try KernelImage(path: path)
        #expect(image.release == "6.1.0-50-cloud-arm64" && image.machine == .arm64)
        #expect(try KernelImage(path: file("vmlinuz", Self.header())).machine == .x86_64)
    }

    @Test func `a file that is not a kernel is refused with the reason`() throws {
        #expect(
            try refusal("/no/such/vmlinuz")
                == "The kernel /no/such/vmlinuz can't be read: no such file or directory. Check its path and its mode.")
        var old = Self.header()
        old[0x211] = 0
        let end = ". Name a vmlinuz for x86 or arm64, as in /boot, or its .deb."
        for (name, bytes, reason) in [
            ("empty", [], "it has no header of a bzImage or an Image"),
            ("short", Array(Self.header()[..<0x206]), "it has no header of a bzImage or an Image"),
            ("text", Array(repeating: 65, count: 5000), "it has no header of a bzImage or an Image"),
            ("elf", [0x7f, 0x45, 0x4c, 0x46] + Self.header(), "it is an ELF file, perhaps the vmlinux beside the bzImage"),
            ("zimage", old, "it is a zImage, from before 2.6.29"),
            ("silent", Self.image("%s (%s)"), "it names no version"),
            ("packed", Self.packedImage, "it unpacks itself with the help of firmware (zboot), which no guest has"),
            ("nameless", Self.header(offset: 0), "it names no version"),
            ("cut", Array(Self.header()[..<0x3000]), "it names no version"),
        ] {
            let path = try file(name, bytes)
            #expect(try refusal(path) == "\(path) isn't a bootable kernel: \(reason)\(end)")
        }
        #expect(try refusal(folder.path).hasPrefix("The kernel \(folder.path) can't be read: is a directory."))
    }

    @Test(arguments: ["boot/vmlinuz-6.1.0-1-test", "usr/lib/modules/6.1.0-1-test/vmlinuz"])
    func `a kernel is unpacked from its Debian package`(member: String) throws {
        let image = try KernelImage(path: package(member, Self.header()))
        #expect(image.release == "6.1.0-1-test")
        #expect(try bytes(of: image) == Self.header())
    }

    private func bytes(of image: KernelImage) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: "/proc/self/fd/\(image.descriptor)")))
    }

    /// Whatever the packages are called, and wherever they are.
    @Test func `packages with one name have each its own kernel`() throws {
        let names = ["a/k.deb", "b/k.deb", "...deb", ".deb", "k"]
        let images = try names.enumerated().map { index, name in
            try KernelImage(path: package(["boot/vmlinuz-\(index)": Self.header("\(index)")], name: name))
        }
        #expect(images.map(\.release) == ["0", "1", "2", "3", "4"])
        for (index, image) in images.enumerated() { #expect(try bytes(of: image) == Self.header("\(index)")) }
    }

    @Test func `a package with several kernels is refused, with one at two places it is not`() throws {
        let several = try package(["boot/vmlinuz-1": Self.header("1"), "boot/vmlinuz-2": Self.header("2")])
        #expect(try refusal(several).contains(" contains several kernels: boot/vmlinuz-1, boot/vmlinuz-2. "))
        let same = try package(["boot/vmlinuz-1": Self.header(), "usr/lib/modules/1/vmlinuz": Self.header()])
        #expect(try KernelImage(path: same).release == "6.1.0-1-test")
    }

    @Test func `a FIFO, a device and a link are no kernels, in a package and as files`() throws {
        let fifo = folder.appending(path: "fifo").path
        #expect(mkfifo(fifo, 0o600) == 0)
        for path in [fifo, "/dev/zero"] {
            #expect(try refusal(path) == "The kernel \(path) can't be read: it is not a regular file. Check its path and its mode.")
        }
        let odd = try package(["boot/readme": []]) { tree in
            #expect(mkfifo("\(tree)/boot/vmlinuz-1", 0o644) == 0)
            #expect(symlink("/etc/passwd", "\(tree)/boot/vmlinuz-2") == 0)
            try FileManager.default.createDirectory(atPath: "\(tree)/boot/vmlinuz-3", withIntermediateDirectories: true)
        }
        #expect(try refusal(odd).contains(" contains no kernel. "))
    }

    @Test func `a kernel is what it was when it was named, whatever becomes of its file`() throws {
        let path = try file("vmlinuz", Self.header("old"))
        let image = try KernelImage(path: path)
        _ = try file("vmlinuz", Self.header("new"))
        #expect(try bytes(of: image) == Self.header("old"))
    }

    /// A sparse file takes no room.
    @Test func `a file as large as no kernel is refused`() throws {
        let path = try file("vmlinuz", Self.header())
        #expect(truncate(path, off_t(KernelImage.largestKernel) + 1) == 0)
        #expect(try refusal(path) == "The kernel \(path) can't be read: file too large. Check its path and its mode.")
    }

    @Test func `a package without a kernel is refused`() throws {
        let path = try package("usr/share/doc/readme", [65])
        #expect(try refusal(path).hasPrefix("The package \(path) contains no kernel. "))
    }

    @Test func `a package that is cut off is refused`() throws {
        let whole = try Data(contentsOf: URL(fileURLWithPath: package("boot/vmlinuz-1", Self.header())))
        let path = try file("cut.deb", Array(whole[..<(whole.count / 2)]))
        #expect(try refusal(path).hasPrefix("\(path) can't be unpacked, perhaps because it is incomplete: dpkg-deb: error: "))
    }

    @Test(.requiresKernels, arguments: DebianKernel.required)
    func `the release of Debian's kernels is read`(_ kernel: DebianKernel) throws {
        #expect(try kernel.image().release.hasSuffix("-cloud-amd64"))
    }
}
