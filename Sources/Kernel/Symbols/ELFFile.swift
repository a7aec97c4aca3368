/// The layout of a program, library or debug file. Only the parts that are needed are read, and every one is bounded.
///
/// Source: elf(5).
struct ELFFile: Sendable {
    struct Segment: Sendable {
        var type: UInt32
        var isExecutable: Bool
        var offset: UInt64
        var address: UInt64
        var fileSize: UInt64
        var memorySize: UInt64
        var alignment: UInt64
    }

    struct Section: Sendable {
        /// Where its name begins in the table of names.
        var name: UInt32
        var type: UInt32
        var isCode: Bool
        var address: UInt64
        var offset: UInt64
        var size: UInt64
        /// The section that goes with it: the names of symbols.
        var link: UInt32
        var alignment: UInt64

        /// Its end as an address; nil if there is no such address.
        var end: UInt64? {
            let (sum, overflow) = address.addingReportingOverflow(size)
            return overflow ? nil : sum
        }
    }

    let is64: Bool
    let segments: [Segment]
    /// Empty if the file has none, or if their table is damaged.
    let sections: [Section]
    /// The section that holds the names of sections.
    let namesIndex: Int

    /// PT_*, SHT_* and SHF_*.
    enum Kind {
        static let load: UInt32 = 1
        static let noteSegment: UInt32 = 4
        static let symbols: UInt32 = 2
        static let note: UInt32 = 7
        static let noBits: UInt32 = 8
        static let dynamicSymbols: UInt32 = 11
        static let allocated: UInt64 = 2
        static let code: UInt64 = 4
    }

    private static let mostSegments = 4096
    private static let mostSections = 1 << 17

    /// Errors: `notELF`; `unsupported` for big-endian files and for what is neither a program nor a library; `damaged` if there are no
    /// program headers where the file says.
    init(_ source: ELFSource) throws(ELFError) {
        let head = source.read(at: 0, count: 64)
        guard head.starts(with: [0x7f, 0x45, 0x4c, 0x46]), head.count >= 52 else { throw .notELF }
        // EI_CLASS, EI_DATA; ET_EXEC and ET_DYN.
        let header = ByteReader(head)
        guard head[4] == 1 || head[4] == 2, head[5] == 1, 2...3 ~= header.half(16) else { throw .unsupported }
        is64 = head[4] == 2
        segments = try ELFFile.segments(source, header, is64: is64)
        sections = ELFFile.sections(source, header, is64: is64)
        namesIndex = Int(header.half(is64 ? 62 : 50))
    }

    private static func segments(_ source: ELFSource, _ header: ByteReader, is64: Bool) throws(ELFError) -> [Segment] {
        let stride = is64 ? 56 : 32
        let count = Int(header.half(is64 ? 56 : 44))
        guard count > 0, count <= mostSegments, Int(header.half(is64 ? 54 : 42)) == stride else { throw .damaged }
        let table = ByteReader(try source.exactly(count * stride, at: header.address(is64 ? 32 : 28, is64: is64)))
        return (0..<count).map { index in
            let entry = index * stride
            return Segment(
                type: table.word(entry), isExecutable: table.word(entry + (is64 ? 4 : 24)) & 1 != 0,
                offset: table.address(entry + (is64 ? 8 : 4), is64: is64),
                address: table.address(entry + (is64 ? 16 : 8), is64: is64),
                fileSize: table.address(entry + (is64 ? 32 : 16), is64: is64),
                memorySize: table.address(entry + (is64 ? 40 : 20), is64: is64),
                alignment: table.address(entry + (is64 ? 48 : 28), is64: is64))
        }
    }

    private static func sections(_ source: ELFSource, _ header: ByteReader, is64: Bool) -> [Section] {
        let stride = is64 ? 64 : 40
        let start = header.address(is64 ? 40 : 32, is64: is64)
        guard start > 0, Int(header.half(is64 ? 58 : 46)) == stride else { return [] }
        var count = Int(header.half(is64 ? 60 : 48))
        if count == 0 {
            // More than 0xff00 sections: the first, which is none, has their number as its size.
            let first = ByteReader(source.read(at: start, count: stride))
            count = Int(exactly: first.address(is64 ? 32 : 20, is64: is64)) ?? 0
        }
        guard count > 0, count <= mostSections, let bytes = try? source.exactly(count * stride, at: start) else { return [] }
        let table = ByteReader(bytes)
        return (0..<count).map { index in
            let entry = index * stride
            let flags = table.address(entry + 8, is64: is64)
            return Section(
                name: table.word(entry), type: table.word(entry + 4),
                isCode: flags & (Kind.code | Kind.allocated) == Kind.code | Kind.allocated,
                address: table.address(entry + (is64 ? 16 : 12), is64: is64),
                offset: table.address(entry + (is64 ? 24 : 16), is64: is64),
                size: table.address(entry + (is64 ? 32 : 20), is64: is64), link: table.word(entry + (is64 ? 40 : 24)),
                alignment: table.address(entry + (is64 ? 48 : 32), is64: is64))
        }
    }

    /// The address that the symbols have for a place in the file; nil if no segment loads it.
    func address(ofFileOffset offset: UInt64) -> UInt64? {
        let fitting = segments.filter { $0.type == Kind.load && offset >= $0.offset && offset - $0.offset < $0.fileSize }
        guard let segment = fitting.first(where: \.isExecutable) ?? fitting.first else { return nil }
        return segment.address &+ (offset - segment.offset)
    }

    /// The section of a name, if it has contents.
    func section(named name: String, in source: ELFSource) -> Section? {
        guard sections.indices.contains(namesIndex) else { return nil }
        let names = sections[namesIndex]
        let wanted = Array(name.utf8) + [0]
        let largest: UInt64 = 1 << 20
        let bytes = source.read(at: names.offset, count: Int(min(names.size, largest)))
        return sections.first { section in
            guard section.type != Kind.noBits, let start = Int(exactly: section.name), start <= bytes.count else { return false }
            return bytes[start...].starts(with: wanted)
        }
    }
}
