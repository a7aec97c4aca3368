import CLinux
import Glibc
import Linux
import PlainText

/// Where this host may have the binaries of processes that have ended: short commands are gone before anybody looks at them.
///
/// Only paths are found here. Whether a file is the right one, its build-id tells.
struct HostBinaries {
    /// Programs that the user named.
    private let programs: [String]
    private var libraries: [BuildID: String]?

    /// - Parameter programs: paths of programs that are likely to be asked for.
    init(programs: [String]) { self.programs = programs }

    /// Where a binary may be.
    ///
    /// - Parameter program: the name of the process, as the kernel has it: up to 15 bytes of the name of its program, or what the process
    ///   calls itself.
    mutating func paths(for buildID: BuildID, program: String?) -> [String] {
        let known = libraries ?? HostBinaries.systemLibraries()
        libraries = known
        if let library = known[buildID] { return [library] }
        guard let program, !program.isEmpty, !program.contains("/") else { return programs }
        return programs + [ExecutableSearch.path(of: program)].compactMap { $0 }
    }

    /// The libraries of the dynamic linker by their build-ids: a few hundred files, of which a few hundred bytes are read.
    private static func systemLibraries() -> [BuildID: String] {
        var found: [BuildID: String] = [:]
        for path in LinkerCache.paths() {
            guard let source = try? CheckedFile(path: path).source(), let elf = try? ELFFile(source),
                let buildID = elf.buildID(in: source)
            else { continue }
            found[buildID] = path
        }
        return found
    }
}

/// The libraries that the dynamic linker knows: /etc/ld.so.cache.
enum LinkerCache {
    private static let path = "/etc/ld.so.cache"
    private static let mark = Array("glibc-ld.so.cache1.1".utf8)
    private static let headerBytes = 48
    private static let entryBytes = 24
    private static let largest = 8 << 20
    private static let mostLibraries = 8192

    /// Each library once; none if there is no cache, or one of a kind that is not known.
    static func paths() -> [String] {
        guard let file = try? CheckedFile(path: path).open(), let bytes = try? file.reading(from: 0, limit: largest) else {
            return []
        }
        return paths(in: bytes)
    }

    /// The paths in a cache.
    ///
    /// Source: struct cache_file_new in sysdeps/generic/dl-cache.h of glibc 2.36: a header of 48 bytes, which has the number of libraries at
    /// its byte 20, and entries of 24 bytes, in each of which byte 8 has where its path begins.
    static func paths(in bytes: [UInt8]) -> [String] {
        guard bytes.starts(with: mark) else { return [] }
        func word(_ place: Int) -> Int? {
            guard place >= 0, place <= bytes.count - 4 else { return nil }
            return (0..<4).reduce(0) { $0 | Int(bytes[place + $1]) << (8 * $1) }
        }
        let count = min(word(mark.count) ?? 0, mostLibraries)
        var seen: Set<Int> = []
        return (0..<count).compactMap { index in
            guard let start = word(headerBytes + index * entryBytes + 8), start < bytes.count, seen.insert(start).inserted
            else { return nil }
            let path = bytes[start...].prefix(Int(PATH_MAX)).prefix { $0 != 0 }
            return path.first == UInt8(ascii: "/") ? ExactText.string(Array(path)) : nil
        }
    }
}
