import CLinux
import Glibc
import PlainText

/// Opens folders by paths that may lead over links of others.
enum FolderPath {
    /// As many as the kernel follows (MAXSYMLINKS, include/linux/namei.h).
    private static let mostLinks = 40

    /// Opens a folder as the kernel would, one name at a time, but follows no link that somebody else has made.
    static func open(_ path: String) throws(OutputError) -> Descriptor {
        var names = split(ExactText.bytes(path))
        var folder = try open(start: path.utf8.first == slash ? "/" : ".")
        var links = 0
        while let name = names.popLast() {
            var info = stat()
            let next = Descriptor(owning: unsafe clinux_open_name(folder.number, name))
            guard next.number >= 0, unsafe fstat(next.number, &info) == 0 else { throw .last }
            guard info.st_mode & S_IFMT == S_IFLNK else {
                folder = next
                continue
            }
            try checkLink(info)
            links += 1
            guard links <= mostLinks else { throw .system(Errno(ELOOP)) }
            let target = try target(of: next)
            if target.first == slash { folder = try open(start: "/") }
            names += split(target)
        }
        var info = stat()
        guard unsafe fstat(folder.number, &info) == 0 else { throw .last }
        guard info.st_mode & S_IFMT == S_IFDIR else { throw .system(Errno(ENOTDIR)) }
        return folder
    }

    /// Refuses a link that belongs neither to this user nor to root.
    static func checkLink(_ link: stat) throws(OutputError) {
        guard link.st_uid == geteuid() || link.st_uid == 0 else { throw .linkOfOther(owner: link.st_uid) }
    }

    private static let slash = UInt8(ascii: "/")

    private static func open(start: String) throws(OutputError) -> Descriptor {
        let folder = Descriptor(owning: unsafe clinux_open_folder(start))
        guard folder.number >= 0 else { throw .last }
        return folder
    }

    /// The names of a path, the last one first, each with the zero that ends it for the kernel.
    private static func split(_ path: [UInt8]) -> [[CChar]] {
        path.split(separator: slash).map { $0.map { CChar(bitPattern: $0) } + [0] }.reversed()
    }

    private static func target(of link: borrowing Descriptor) throws(OutputError) -> [UInt8] {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = unsafe readlinkat(link.number, "", &buffer, buffer.count)
        guard count > 0 else { throw .last }
        return buffer.prefix(count).map { UInt8(bitPattern: $0) }
    }
}
