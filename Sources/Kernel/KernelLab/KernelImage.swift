import Glibc
import Linux

/// A kernel that can be booted: a bzImage of x86 or an Image of arm64, as /boot/vmlinuz-* is. It is read once and kept in memory: whatever
/// happens to its file later, every boot is of the same kernel.
package struct KernelImage: Sendable {
    /// The file that it came from: a vmlinuz, or a package.
    package let path: String
    /// The release in its header, as `uname -r` will show it.
    package let release: String
    /// What it runs on.
    package let machine: GuestMachine
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
        machine = KernelImage.isArm64(bytes) ? .arm64 : .x86_64
        release = try KernelImage.release(in: bytes, machine, of: path)
        file = SharedFile(try memoryFile("kernel", holding: bytes))
        self.path = path
    }

    /// The kernel's file in memory. It lives as long as this.
    var descriptor: Int32 { file.descriptor.number }

    private static func release(in bytes: [UInt8], _ machine: GuestMachine, of path: String) throws(KernelLabError) -> String {
        func refusal(_ reason: String) -> KernelLabError {
            KernelLabError("\(path) isn't a bootable kernel: \(reason). Name a vmlinuz for x86 or arm64, as in /boot, or its .deb.")
        }
        if bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46]) {
            throw refusal("it is an ELF file, perhaps the vmlinux beside the bzImage")
        }
        if isCompressed(bytes) { throw refusal("it unpacks itself with the help of firmware (zboot), which no guest has") }
        var version: ArraySlice<UInt8>
        switch machine {
        case .x86_64:
            guard isBzImage(bytes) else { throw refusal("it has no header of a bzImage or an Image") }
            // LOADED_HIGH tells a bzImage from a zImage.
            guard bytes[0x211] & 1 == 1 else { throw refusal("it is a zImage, from before 2.6.29") }
            version = releaseOfBzImage(bytes)
        case .arm64: version = releaseInBanner(bytes)
        }
        version = version.prefix { $0 > UInt8(ascii: " ") && $0 < 0x7f }
        guard !version.isEmpty else { throw refusal("it names no version") }
        return String(decoding: version, as: UTF8.self)
    }

    /// For the layout, see the kernel's Documentation/arch/x86/boot.rst.
    private static func isBzImage(_ bytes: [UInt8]) -> Bool {
        bytes.count >= 0x250 && bytes[0x202..<0x206].elementsEqual("HdrS".utf8)
    }

    private static func releaseOfBzImage(_ header: [UInt8]) -> ArraySlice<UInt8> {
        let offset = 0x200 + Int(header[0x20e]) + 256 * Int(header[0x20f])
        return offset > 0x200 && offset < header.count ? header[offset...] : []
    }

    /// For the layout, see the kernel's Documentation/arch/arm64/booting.rst.
    private static func isArm64(_ bytes: [UInt8]) -> Bool {
        bytes.count >= 64 && bytes[0x38..<0x3c].elementsEqual("ARMd".utf8)
    }

    /// An Image that is packed: drivers/firmware/efi/libstub/zboot-header.S.
    private static func isCompressed(_ bytes: [UInt8]) -> Bool {
        bytes.count >= 64 && bytes.starts(with: "MZ".utf8) && bytes[4..<8].elementsEqual("zimg".utf8)
    }

    /// An Image's header has no release, but the kernel prints it: `Linux version 6.1.0-50-cloud-arm64 (` (init/version-timestamp.c).
    private static func releaseInBanner(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
        let banner = Array("Linux version ".utf8)
        var start = 0
        while start < bytes.count {
            // `start` is inside of the array, whose bytes from there on are searched.
            let found = unsafe bytes.withUnsafeBytes { all -> Int? in
                let place = unsafe memchr(all.baseAddress! + start, Int32(banner[0]), all.count - start)
                return unsafe place.map { unsafe UnsafeRawPointer($0) - all.baseAddress! }
            }
            guard let found else { break }
            let rest = bytes[found...]
            // Formats of the same text go on with a `%`.
            if rest.starts(with: banner), let digit = rest.dropFirst(banner.count).first, (0x30...0x39).contains(digit) {
                return rest.dropFirst(banner.count)
            }
            start = found + 1
        }
        return []
    }
}
