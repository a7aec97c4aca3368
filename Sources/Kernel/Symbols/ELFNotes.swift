extension ELFFile {
    private static let largestNotes: UInt64 = 1 << 16

    /// The note that tells this file from all others; nil if it has none.
    func buildID(in source: ELFSource) -> BuildID? {
        for section in sections.prefix(1024) where section.type == Kind.note {
            if let id = buildID(in: source, at: section.offset, size: section.size, alignment: section.alignment) { return id }
        }
        for segment in segments where segment.type == Kind.noteSegment {
            if let id = buildID(in: source, at: segment.offset, size: segment.fileSize, alignment: segment.alignment) { return id }
        }
        return nil
    }

    private func buildID(in source: ELFSource, at offset: UInt64, size: UInt64, alignment: UInt64) -> BuildID? {
        let bytes = source.read(at: offset, count: Int(min(size, ELFFile.largestNotes)))
        let notes = ByteReader(bytes)
        // Notes are aligned to 4 bytes, those of .note.gnu.property in 64-bit files to 8.
        let unit = alignment == 8 ? 8 : 4
        func aligned(_ number: Int) -> Int { (number + unit - 1) / unit * unit }
        var entry = 0
        while entry + 12 <= bytes.count {
            let (nameSize, size, type) = (Int(notes.word(entry)), Int(notes.word(entry + 4)), notes.word(entry + 8))
            let description = aligned(entry + 12 + nameSize)
            guard description <= bytes.count, size <= bytes.count - description else { return nil }
            // NT_GNU_BUILD_ID
            if type == 3, nameSize == 4, bytes[(entry + 12)...].starts(with: [0x47, 0x4e, 0x55, 0]) {
                return BuildID(bytes[description..<description + size])
            }
            entry = aligned(description + size)
        }
        return nil
    }

    /// The debug file that the binary names, and the checksum of its contents. Source: "Debugging Information in Separate Files" of GDB.
    struct DebugLink: Hashable {
        /// Without a slash.
        var name: [UInt8]
        /// CRC-32, as zlib computes it.
        var checksum: UInt32
    }

    func debugLink(in source: ELFSource) -> DebugLink? {
        guard let section = section(named: ".gnu_debuglink", in: source), section.size <= 4096 else { return nil }
        let bytes = source.read(at: section.offset, count: Int(section.size))
        let name = Array(bytes.prefix { $0 != 0 })
        let checksum = (name.count + 4) / 4 * 4
        guard 1...255 ~= name.count, !name.contains(UInt8(ascii: "/")), checksum + 4 <= bytes.count,
            name != Array(".".utf8), name != Array("..".utf8)
        else { return nil }
        return DebugLink(name: name, checksum: ByteReader(bytes).word(checksum))
    }
}
