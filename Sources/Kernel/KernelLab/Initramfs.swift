/// The first file system of a kernel, as an archive of cpio in the format "newc"
/// (Documentation/driver-api/early-userspace/buffer-format.rst of the kernel). Not compressed: every kernel reads that.
///
/// Folders are added with their contents. Everything belongs to root and dates from 1970, so equal contents give equal bytes.
struct Initramfs {
    private enum Kind: UInt32 {
        case folder = 0o040000
        case file = 0o100000
        case link = 0o120000
        case device = 0o020000
    }

    private var bytes: [UInt8] = []
    private var folders: Set<Substring> = []
    private var files: Set<Substring> = []

    /// Adds a folder and its parents, unless they exist.
    mutating func add(folder path: String) throws(KernelLabError) {
        try addFolders(to: Initramfs.components(of: path)[...])
    }

    /// Adds a file.
    /// - Parameter mode: its permissions.
    mutating func add(file path: String, _ contents: [UInt8], mode: UInt32 = 0o644) throws(KernelLabError) {
        try add(.file, path, contents, permissions: mode)
    }

    /// Adds a symbolic link.
    mutating func add(link path: String, to target: String) throws(KernelLabError) {
        try add(.link, path, Array(target.utf8), permissions: 0o777)
    }

    /// Adds a character device.
    mutating func add(device path: String, major: UInt32, minor: UInt32) throws(KernelLabError) {
        try add(.device, path, [], permissions: 0o600, device: (major, minor))
    }

    /// The whole archive.
    consuming func finish() -> [UInt8] {
        append("TRAILER!!!", mode: 0, [], links: 1, device: (0, 0))
        return bytes
    }

    private mutating func add(
        _ kind: Kind, _ path: String, _ contents: [UInt8], permissions: UInt32, device: (UInt32, UInt32) = (0, 0)
    ) throws(KernelLabError) {
        // The format has 32-bit sizes.
        guard contents.count <= UInt32.max else {
            throw KernelLabError(
                "\(path) has \(contents.count) bytes, but a file in a guest can have at most 4 GiB. Leave it out.")
        }
        let components = try Initramfs.components(of: path)
        let name = components.joined(separator: "/")[...]
        guard !components.isEmpty, !folders.contains(name), files.insert(name).inserted else {
            throw KernelLabError("\(path) would exist twice in the guest. Give each file its own path.")
        }
        try addFolders(to: components.dropLast())
        append(name, mode: kind.rawValue | permissions & 0o7777, contents, links: 1, device: device)
    }

    private mutating func addFolders(to components: ArraySlice<Substring>) throws(KernelLabError) {
        for end in components.indices {
            let name = components[...end].joined(separator: "/")[...]
            guard !files.contains(name) else {
                throw KernelLabError("/\(name) would be both a file and a folder in the guest. Give one of them another path.")
            }
            guard folders.insert(name).inserted else { continue }
            append(name, mode: Kind.folder.rawValue | 0o755, [], links: 2, device: (0, 0))
        }
    }

    /// The names between the slashes of an absolute path.
    private static func components(of path: String) throws(KernelLabError) -> [Substring] {
        let components = path.split(separator: "/")
        guard path.hasPrefix("/"), !path.utf8.contains(0), !components.contains(where: { $0 == ".." || $0 == "." }) else {
            throw KernelLabError(
                "'\(path)' can't be a path in a guest: write an absolute path without . and .., such as /work/input.")
        }
        return components
    }

    /// One member: 13 numbers of 8 hexadecimal digits, then the name with a zero byte and the contents, each filled up to 4 bytes.
    private mutating func append(
        _ name: Substring, mode: UInt32, _ contents: [UInt8], links: UInt32, device: (major: UInt32, minor: UInt32)
    ) {
        // Each file needs its own number: equal numbers mean hard links.
        let inode = UInt32(folders.count + files.count)
        let numbers: [UInt32] = [
            inode, mode, 0, 0, links, 0, UInt32(contents.count), 0, 0, device.major, device.minor, UInt32(name.utf8.count + 1), 0,
        ]
        bytes += "070701".utf8
        for number in numbers {
            let digits = String(number, radix: 16)
            bytes += repeatElement(UInt8(ascii: "0"), count: 8 - digits.utf8.count)
            bytes += digits.utf8
        }
        bytes += name.utf8
        bytes.append(0)
        fill()
        bytes += contents
        fill()
    }

    private mutating func fill() { bytes += repeatElement(0, count: -bytes.count & 3) }
}
