/// The parts of an image that name its functions, found through the program headers, as the dynamic linker finds them.
///
/// Section headers are used only to count the symbols, and only if there is no hash table. Source: elf(5).
struct ELFLayout {
    /// Subtracted from an address to get its offset in the image: old kernels linked the vDSO to a fixed address.
    private var bias: UInt64 = 0
    private var dynamic: Part?
    private var notes: [Part] = []
    /// d_tag to d_un of the dynamic table.
    private var tags: [UInt64: UInt64] = [:]

    /// A piece of the image, in bytes from its start.
    private struct Part {
        var offset: UInt64
        var size: UInt64
    }

    /// PT_LOAD, PT_DYNAMIC and PT_NOTE.
    private enum SegmentType {
        static let load: UInt64 = 1
        static let dynamic: UInt64 = 2
        static let note: UInt64 = 4
    }

    /// DT_*
    private enum Tag {
        static let hash: UInt64 = 4
        static let stringTable: UInt64 = 5
        static let symbolTable: UInt64 = 6
        static let stringSize: UInt64 = 10
        static let gnuHash: UInt64 = 0x6fff_fef5
        static let symbolVersions: UInt64 = 0x6fff_fff0
        static let versionDefinitions: UInt64 = 0x6fff_fffc
        static let versionCount: UInt64 = 0x6fff_fffd
    }

    init(_ elf: ELFBytes) throws(VDSOImageError) {
        try readSegments(elf)
        try readDynamic(elf)
    }

    private mutating func readSegments(_ elf: ELFBytes) throws(VDSOImageError) {
        let table = try elf.address("header", at: elf.is64 ? 32 : 28)
        let stride = try elf.half("header", at: elf.is64 ? 54 : 42)
        let count = try elf.half("header", at: elf.is64 ? 56 : 44)
        var isLoaded = false
        for index in 0..<count {
            let entry = try elf.offset("program headers", table, index: index, stride: stride)
            let type = try elf.word("program headers", at: entry)
            let part = Part(
                offset: try elf.address("program headers", at: entry &+ (elf.is64 ? 8 : 4)),
                size: try elf.address("program headers", at: entry &+ (elf.is64 ? 32 : 16)))
            switch type {
            case SegmentType.load where !isLoaded:
                bias = try elf.address("program headers", at: entry &+ (elf.is64 ? 16 : 8)) &- part.offset
                isLoaded = true
            case SegmentType.dynamic: dynamic = part
            case SegmentType.note: notes.append(part)
            default: break
            }
        }
        // Addresses of a 32-bit image have 32 bits, even after the subtraction.
        if !elf.is64 { bias &= 0xffff_ffff }
    }

    private mutating func readDynamic(_ elf: ELFBytes) throws(VDSOImageError) {
        guard let dynamic else { return }
        let stride = elf.wordSize * 2
        for index in 0..<dynamic.size / stride {
            let entry = try elf.offset("dynamic table", dynamic.offset, index: index, stride: stride)
            let tag = try elf.address("dynamic table", at: entry)
            if tag == 0 { break }
            tags[tag] = try elf.address("dynamic table", at: entry &+ elf.wordSize)
        }
    }

    /// The offset of the table that a tag of the dynamic table names; nil if the image has none.
    private func table(_ tag: UInt64, _ elf: ELFBytes) -> UInt64? {
        tags[tag].map { elf.is64 ? $0 &- bias : ($0 &- bias) & 0xffff_ffff }
    }

    // MARK: Symbols

    func symbols(_ elf: ELFBytes) throws(VDSOImageError) -> [VDSOImage.Symbol] {
        guard let start = table(Tag.symbolTable, elf) else { return [] }
        guard let strings = table(Tag.stringTable, elf), let stringSize = tags[Tag.stringSize] else {
            throw .malformed("it has symbols but no table of their names")
        }
        _ = try elf.position("names of symbols", at: strings, count: stringSize)
        let names = Part(offset: strings, size: stringSize)
        let stride: UInt64 = elf.is64 ? 24 : 16
        let count = try symbolCount(elf)
        // Refuse a count that the bytes can't hold before walking it.
        let end = try elf.offset("symbols", start, index: count, stride: stride)
        _ = try elf.position("symbols", at: start, count: end - start)
        let versions = try versionNames(elf, names)
        var symbols: [VDSOImage.Symbol] = []
        for index in 0..<count {
            let entry = start + index * stride
            guard var symbol = try symbol(elf, at: entry, names) else { continue }
            if let table = table(Tag.symbolVersions, elf) {
                let number = try elf.half("symbol versions", at: try elf.offset("symbol versions", table, index: index, stride: 2))
                // Bit 15 hides the version from lookups that name none.
                symbol.version = versions[number & 0x7fff]
            }
            symbols.append(symbol)
        }
        return symbols
    }

    /// One symbol, without its version; nil if the image doesn't define it, or if its offset or size doesn't fit in an Int.
    private func symbol(_ elf: ELFBytes, at entry: UInt64, _ names: Part) throws(VDSOImageError) -> VDSOImage.Symbol? {
        let name = try elf.word("symbols", at: entry)
        let type = try elf.number("symbols", at: entry + (elf.is64 ? 4 : 12), width: 1) & 0xf
        let section = try elf.half("symbols", at: entry + (elf.is64 ? 6 : 14))
        let value = try elf.address("symbols", at: entry + (elf.is64 ? 8 : 4))
        let size = try elf.address("symbols", at: entry + (elf.is64 ? 16 : 8))
        guard section != 0 else { return nil }
        let text = try elf.string(
            "names of symbols", at: try elf.offset("names of symbols", names.offset, index: 1, stride: name),
            end: names.offset + names.size)
        // SHN_LORESERVE and above aren't sections: the name of a version is an absolute symbol.
        let isPlaced = section < 0xff00
        let offset = isPlaced ? (elf.is64 ? value &- bias : (value &- bias) & 0xffff_ffff) : value
        // STT_FUNC, and STT_NOTYPE with a size, which is what arm64's assembler makes of __kernel_rt_sigreturn.
        let isFunction = isPlaced && (type == 2 || type == 0 && size > 0)
        if isFunction { _ = try elf.position("function \(text)", at: offset, count: size) }
        guard let place = Int(exactly: offset), let length = Int(exactly: size) else { return nil }
        return VDSOImage.Symbol(name: text, version: nil, offset: place, size: length, isFunction: isFunction)
    }

    /// The number of symbols. No tag holds it: DT_HASH has as many chains, DT_GNU_HASH ends with the last symbol, and without
    /// either the section header tells.
    private func symbolCount(_ elf: ELFBytes) throws(VDSOImageError) -> UInt64 {
        if let hash = table(Tag.hash, elf) {
            return try elf.word("hash table", at: try elf.offset("hash table", hash, index: 1, stride: 4))
        }
        if let hash = table(Tag.gnuHash, elf) { return try gnuHashCount(elf, hash) }
        return try sectionCount(elf)
    }

    /// One more than the last symbol of the GNU hash table. That symbol ends the chain that begins highest, and its hash is odd.
    private func gnuHashCount(_ elf: ELFBytes, _ hash: UInt64) throws(VDSOImageError) -> UInt64 {
        let what = "GNU hash table"
        let buckets = try elf.word(what, at: hash)
        let first = try elf.word(what, at: try elf.offset(what, hash, index: 1, stride: 4))
        let filters = try elf.word(what, at: try elf.offset(what, hash, index: 2, stride: 4))
        let bucketStart = try elf.offset(
            what, try elf.offset(what, hash, index: 4, stride: 4), index: filters, stride: elf.wordSize)
        let chainStart = try elf.offset(what, bucketStart, index: buckets, stride: 4)
        _ = try elf.position(what, at: bucketStart, count: chainStart - bucketStart)
        var last: UInt64 = 0
        for index in 0..<buckets { last = max(last, try elf.word(what, at: bucketStart + index * 4)) }
        // Symbols below the first are undefined and not hashed. If there are no others, all buckets are empty.
        guard last >= first, last > 0 else { return first }
        while try elf.word(what, at: try elf.offset(what, chainStart, index: last - first, stride: 4)) & 1 == 0 { last += 1 }
        return last + 1
    }

    private func sectionCount(_ elf: ELFBytes) throws(VDSOImageError) -> UInt64 {
        let table = try elf.address("header", at: elf.is64 ? 40 : 32)
        let stride = try elf.half("header", at: elf.is64 ? 58 : 46)
        let count = try elf.half("header", at: elf.is64 ? 60 : 48)
        for index in 0..<count {
            let entry = try elf.offset("section headers", table, index: index, stride: stride)
            // SHT_DYNSYM
            guard try elf.word("section headers", at: try elf.offset("section headers", entry, index: 1, stride: 4)) == 11 else {
                continue
            }
            let size = try elf.offset("section headers", entry, index: 1, stride: elf.is64 ? 32 : 20)
            return try elf.address("section headers", at: size) / (elf.is64 ? 24 : 16)
        }
        throw .malformed("it has symbols, but neither a hash table nor a section header says how many")
    }

    /// vd_ndx to the name of the version: .gnu.version_d.
    private func versionNames(_ elf: ELFBytes, _ names: Part) throws(VDSOImageError) -> [UInt64: String] {
        guard var entry = table(Tag.versionDefinitions, elf), let count = tags[Tag.versionCount] else { return [:] }
        let what = "version definitions"
        var versions: [UInt64: String] = [:]
        // A definition takes 20 bytes, so a larger count is impossible.
        for _ in 0..<min(count, UInt64(elf.bytes.count) / 20) {
            let flags = try elf.half(what, at: try elf.offset(what, entry, index: 1, stride: 2))
            let number = try elf.half(what, at: try elf.offset(what, entry, index: 1, stride: 4))
            let auxiliary = try elf.word(what, at: try elf.offset(what, entry, index: 1, stride: 12))
            let next = try elf.word(what, at: try elf.offset(what, entry, index: 1, stride: 16))
            // VER_FLG_BASE names the image itself.
            if flags & 1 == 0 {
                let name = try elf.word(what, at: try elf.offset(what, entry, index: 1, stride: auxiliary))
                versions[number & 0x7fff] = try elf.string(
                    what, at: try elf.offset(what, names.offset, index: 1, stride: name), end: names.offset + names.size)
            }
            if next == 0 { break }
            entry = try elf.offset(what, entry, index: 1, stride: next)
        }
        return versions
    }

    // MARK: Notes

    /// The note of type 0 that `Linux` owns: ELFNOTE_START(Linux, 0, "a") in arch/*/…/vdso/note.S.
    func kernelVersion(_ elf: ELFBytes) throws(VDSOImageError) -> KernelVersion? {
        for part in notes {
            let end = try elf.offset("notes", part.offset, index: 1, stride: part.size)
            var entry = part.offset
            while entry < end, end - entry >= 12 {
                let nameSize = try elf.word("notes", at: entry)
                let size = try elf.word("notes", at: entry + 4)
                let type = try elf.word("notes", at: entry + 8)
                let name = entry + 12
                let description = name + (nameSize + 3) / 4 * 4
                if type == 0, nameSize == 6, size == 4, try elf.string("notes", at: name, end: end) == "Linux" {
                    return KernelVersion(code: UInt32(truncatingIfNeeded: try elf.word("notes", at: description)))
                }
                entry = description + (size + 3) / 4 * 4
            }
        }
        return nil
    }
}
