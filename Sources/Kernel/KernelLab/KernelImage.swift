import Linux

/// A kernel that can be booted: a bzImage of x86, as /boot/vmlinuz-* is. It is read once and kept in memory: whatever happens to its file
/// later, every boot is of the same kernel.
package struct KernelImage: Sendable {
    /// The file that it came from: a vmlinuz, or a package.
    package let path: String
    /// The release in its header, as `uname -r` will show it.
    package let release: String
    private let file: SharedFile

    private final class SharedFile: Sendable {
        let descriptor: Descriptor
        init(_ descriptor: consuming Descriptor) { self.descriptor = descriptor }
    }

    /// Kernels have ten to fifty megabytes.
    static let largestKernel = 512 << 20

    /// Reads a vmlinuz, or the one in a Debian package. Throws if there is none, or more than one.
    package init(path: String) throws(KernelLabError) {
        let start: [UInt8]
        do throws(Errno) { start = try Descriptor(readingFile: path).read(limit: 8) } catch {
            throw unreadable(path, "The kernel", error)
        }
        let bytes =
            KernelPackage.isPackage(start)
            ? try KernelPackage.kernel(of: path) : try contents(of: path, as: "The kernel", limit: KernelImage.largestKernel)
        release = try KernelImage.release(in: bytes, of: path)
        file = SharedFile(try memoryFile("kernel", holding: bytes))
        self.path = path
    }

    /// The kernel's file in memory. It lives as long as this.
    var descriptor: Int32 { file.descriptor.number }

    /// For the layout, see the kernel's Documentation/arch/x86/boot.rst.
    private static func release(in header: [UInt8], of path: String) throws(KernelLabError) -> String {
        func refusal(_ reason: String) -> KernelLabError {
            KernelLabError("\(path) isn't a bootable kernel: \(reason). Name a vmlinuz for x86, as in /boot, or its .deb.")
        }
        if header.starts(with: [0x7f, 0x45, 0x4c, 0x46]) {
            throw refusal("it is an ELF file, perhaps the vmlinux beside the bzImage")
        }
        guard header.count >= 0x250, header[0x202..<0x206].elementsEqual("HdrS".utf8) else {
            throw refusal("it has no bzImage header")
        }
        // LOADED_HIGH tells a bzImage from a zImage.
        guard header[0x211] & 1 == 1 else { throw refusal("it is a zImage, from before 2.6.29") }
        let offset = 0x200 + Int(header[0x20e]) + 256 * Int(header[0x20f])
        guard offset > 0x200, offset < header.count else { throw refusal("its header names no version") }
        let version = header[offset...].prefix { $0 > UInt8(ascii: " ") && $0 < 0x7f }
        guard !version.isEmpty else { throw refusal("its header names no version") }
        return String(decoding: version, as: UTF8.self)
    }
}
