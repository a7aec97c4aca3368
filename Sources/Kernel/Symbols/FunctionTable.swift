/// The functions of a binary, by address. Names stay in the file until they are asked for, so a function takes 24 bytes however long its
/// name is.
struct FunctionTable: Sendable {
    /// One symbol that names code.
    struct Entry: Sendable {
        var address: UInt64
        /// Bytes; 0 if the symbol doesn't say. At most 4 GiB.
        var size: UInt32
        /// Where its name begins in the table of names.
        var name: UInt32
        /// Of which symbol table it is, by index.
        var table: UInt8
        /// The lower the better among names of one address.
        var rank: UInt8

        func covers(_ place: UInt64) -> Bool { place >= address && place - address < UInt64(size) }
    }

    /// In rising order of address, and then of rank.
    private(set) var entries: [Entry] = []
    /// Addresses of the sections with code, in rising order; empty if the file has no sections.
    private var code: [Range<UInt64>] = []
    /// Symbols beyond ``SymbolLimits/mostFunctions``, or beyond the entries of a table that are looked at.
    private(set) var leftOut: UInt64 = 0

    /// Bytes in memory.
    var cost: Int { entries.count * MemoryLayout<Entry>.stride + code.count * MemoryLayout<Range<UInt64>>.stride }

    /// Takes in the functions of one symbol table. Sorting comes at the end: ``sort()``.
    mutating func add(_ section: ELFFile.Section, of elf: ELFFile, in source: ELFSource, table: UInt8) {
        if code.isEmpty {
            code = elf.sections.compactMap { section in
                guard section.isCode, let end = section.end, section.address < end else { return nil }
                return section.address..<end
            }
            code.sort { $0.lowerBound < $1.lowerBound }
        }
        let stride = elf.is64 ? 24 : 16
        let all = section.size / UInt64(stride)
        let count = min(all, SymbolLimits.mostEntries)
        leftOut += all - count
        let atOnce: UInt64 = 1 << 15
        var index: UInt64 = 0
        while index < count {
            let wanted = Int(min(atOnce, count - index))
            let start = section.offset.addingReportingOverflow(index * UInt64(stride))
            guard !start.overflow else { return }
            let bytes = ByteReader(source.read(at: start.partialValue, count: wanted * stride))
            for place in Swift.stride(from: 0, to: bytes.count / stride * stride, by: stride) {
                guard let entry = FunctionTable.entry(bytes, at: place, of: elf, table: table) else { continue }
                if entries.count < SymbolLimits.mostFunctions { entries.append(entry) } else { leftOut += 1 }
            }
            // The file has become shorter.
            guard bytes.count == wanted * stride else { return }
            index += UInt64(wanted)
        }
    }

    /// The entry for a symbol; nil if it names no code of this file.
    ///
    /// Code is what has the type of a function, and what has no type and lies in a section with code, as assembler leaves it.
    private static func entry(_ bytes: ByteReader, at place: Int, of elf: ELFFile, table: UInt8) -> Entry? {
        let info = bytes.number(at: place + (elf.is64 ? 4 : 12), as: UInt8.self)
        let section = bytes.half(place + (elf.is64 ? 6 : 14))
        let name = bytes.word(place)
        // SHN_UNDEF; SHN_ABS and other numbers that are no sections, except SHN_XINDEX.
        guard name != 0, section != 0, section < 0xff00 || section == 0xffff else { return nil }
        let isTyped: Bool
        switch info & 0xf {
        // STT_FUNC, STT_GNU_IFUNC; STT_NOTYPE
        case 2, 10: isTyped = true
        case 0:
            guard elf.sections.indices.contains(Int(section)), elf.sections[Int(section)].isCode else { return nil }
            isTyped = false
        default: return nil
        }
        // STB_LOCAL, STB_WEAK; all else is global.
        let binding: UInt8 = info >> 4 == 0 ? 2 : info >> 4 == 2 ? 1 : 0
        return Entry(
            address: bytes.address(place + (elf.is64 ? 8 : 4), is64: elf.is64),
            size: UInt32(clamping: bytes.address(place + (elf.is64 ? 16 : 8), is64: elf.is64)), name: name, table: table,
            rank: (isTyped ? 0 : 4) + binding)
    }

    /// To be called once, when everything is in it.
    mutating func sort() {
        entries.sort { ($0.address, $0.rank) < ($1.address, $1.rank) }
        // Arrays that have grown may have twice the room that they need.
        entries = Array(entries)
    }

    /// How far back a function is looked for that covers an address: more than there are functions inside another.
    private static let farthest = 4096

    /// The symbols of the function at an address, all of which begin at one address: the nearest before it whose size covers it. Without
    /// one, the nearest without a size, which reaches to the next symbol or the end of its section.
    ///
    /// - Parameter isLabel: whether a symbol is no function, by its name; it is asked only about symbols without a size.
    func symbols(at address: UInt64, isLabel: (Entry) -> Bool) -> [Entry] {
        let after = entries.firstIndex(after: { $0.address > address })
        for index in stride(from: after - 1, through: max(0, after - FunctionTable.farthest), by: -1)
        where entries[index].covers(address) {
            return group(endingAt: index).filter { $0.covers(address) }
        }
        var last = after - 1
        for _ in 0..<FunctionTable.farthest {
            guard last >= 0 else { return [] }
            let group = group(endingAt: last)
            let functions = group.filter { $0.size != 0 || !isLabel($0) }
            guard functions.isEmpty else {
                return areInOneSection(entries[last].address, address) ? functions.filter { $0.size == 0 } : []
            }
            last -= group.count
        }
        return []
    }

    /// The symbols of the address that this one has, which is the last of them.
    private func group(endingAt last: Int) -> ArraySlice<Entry> {
        var first = last
        // As many aliases as matter.
        while first > 0, last - first < 256, entries[first - 1].address == entries[last].address { first -= 1 }
        return entries[first...last]
    }

    private func areInOneSection(_ one: UInt64, _ other: UInt64) -> Bool {
        if code.isEmpty { return true }
        let after = code.firstIndex(after: { $0.lowerBound > one })
        return after > 0 && code[after - 1].contains(one) && code[after - 1].contains(other)
    }
}
