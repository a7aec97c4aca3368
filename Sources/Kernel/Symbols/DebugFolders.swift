import CLinux
import CZlib
import Glibc
import Linux
import PlainText

/// Where debug files are looked for.
///
/// A file is taken only if its build-id is that of the binary, or, if the binary has none, if its contents have the checksum that the binary
/// names.
struct DebugFolders {
    /// Given by the user; each has `.build-id/xx/yyyy.debug` or `xx/yyyy.debug`.
    let given: [String]

    /// Where a given folder may have a file for a binary that is not at hand: its debug file, or the binary itself, by build-id, by its path as
    /// below a root folder, or by its name. The first ones are the likeliest.
    ///
    /// - Parameter path: where the binary was, as a saved profile has it: any text.
    func places(for buildID: BuildID, path: String) -> [String] {
        let name = buildID.debugFileName
        var ends = [".build-id/\(name)", name, ".build-id/\(name.dropLast(".debug".utf8.count))"]
        let parts = path.utf8.split(separator: UInt8(ascii: "/")).map { String($0) ?? "" }
        // A path that leads up would leave the folder.
        if let last = parts.last, !parts.contains(where: { ["", ".", ".."].contains($0) }), !path.utf8.contains(0) {
            let whole = parts.joined(separator: "/")
            ends += ["\(whole).debug", whole]
            if parts.count > 1 { ends += ["\(last).debug", last] }
        }
        return given.flatMap { folder in ends.map { "\(folder)/\($0)" } }
    }

    private static let system = "usr/lib/debug"

    /// A debug file with this build-id from a given folder or from this host.
    func file(for buildID: BuildID) -> ELFSource? {
        let name = buildID.debugFileName
        let paths = given.flatMap { ["\($0)/.build-id/\(name)", "\($0)/\(name)"] } + ["/\(DebugFolders.system)/.build-id/\(name)"]
        for path in paths {
            guard let source = try? CheckedFile(path: path).source(), matches(source, buildID) else { continue }
            return source
        }
        return nil
    }

    /// The debug file of a binary. What the host has is preferred to what the process's own root has, where somebody else may have put it.
    ///
    /// - Parameters:
    ///   - path: where the binary is in `root`.
    ///   - root: the root folder of the process, or of this host.
    func file(
        for elf: ELFFile, in source: ELFSource, buildID: BuildID?, path: String, root: borrowing Descriptor
    ) -> ELFSource? {
        if let buildID {
            if let found = file(for: buildID) { return found }
            let inRoot = Array("\(DebugFolders.system)/.build-id/\(buildID.debugFileName)".utf8)
            if let found = try? CheckedFile(inRoot, from: root, links: CLINUX_LINKS_BELOW).source(),
                matches(found, buildID)
            {
                return found
            }
        }
        guard let link = elf.debugLink(in: source) else { return nil }
        let slash = UInt8(ascii: "/")
        let bytes = ExactText.bytes(path)
        let folder = bytes.lastIndex(of: slash).map { Array(bytes[...$0]) } ?? []
        guard folder.first == slash else { return nil }
        let places = [folder + link.name, folder + Array(".debug/".utf8) + link.name]
        for place in places + [Array("/\(DebugFolders.system)".utf8) + folder + link.name] {
            guard let found = try? CheckedFile(place, from: root, links: CLINUX_LINKS_BELOW).source(),
                matches(found, buildID), DebugFolders.checksum(of: found) == link.checksum
            else { continue }
            return found
        }
        return nil
    }

    /// Whether it is a debug file with functions, and of that binary.
    private func matches(_ source: ELFSource, _ buildID: BuildID?) -> Bool {
        guard let elf = try? ELFFile(source), elf.hasFullSymbols else { return false }
        return buildID == nil || elf.buildID(in: source) == buildID
    }

    /// CRC-32 of the contents; nil if they are too many or can't be read to their end.
    static func checksum(of source: ELFSource) -> UInt32? {
        guard source.size <= SymbolLimits.largestLinkedFile else { return nil }
        var sum = crc32(0, nil, 0)
        var offset: UInt64 = 0
        while offset < source.size {
            let piece = source.read(at: offset, count: 1 << 20)
            guard !piece.isEmpty else { return nil }
            // zlib reads no more than `piece` has.
            sum = unsafe piece.withUnsafeBufferPointer { unsafe crc32(sum, $0.baseAddress, uInt($0.count)) }
            offset += UInt64(piece.count)
        }
        return UInt32(truncatingIfNeeded: sum)
    }
}
