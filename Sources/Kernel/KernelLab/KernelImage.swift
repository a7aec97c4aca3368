import Glibc

/// A kernel that can be booted: a bzImage of x86, as /boot/vmlinuz-* is.
package struct KernelImage: Sendable, Hashable {
    package let path: String
    /// The release in its header, as `uname -r` will show it.
    package let release: String

    /// Reads the header of a vmlinuz. Throws if there is none.
    package init(path: String) throws(KernelLabError) {
        let header = try contents(of: path, as: "The kernel", limit: KernelImage.headerLimit)
        guard !KernelPackage.isPackage(header) else {
            throw KernelLabError("\(path) is a Debian package: unpack it first.")
        }
        self.path = path
        release = try KernelImage.release(in: header, of: path)
    }

    /// The same, but `path` may also be a Debian package that contains a kernel. The kernel is unpacked into `folder`, which must
    /// exist, and stays there.
    package init(path: String, unpackingInto folder: String) throws(KernelLabError) {
        let start = try contents(of: path, as: "The kernel", limit: 64)
        try self.init(path: KernelPackage.isPackage(start) ? KernelPackage.unpack(path, into: folder) : path)
    }

    /// The version's offset is a 16-bit number, from 0x200 on; the version itself is a line.
    private static let headerLimit = 0x200 + 0x10000 + 0x400

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
