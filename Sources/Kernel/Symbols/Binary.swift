import PlainText

/// A program or library with its functions, from the file itself and from its debug file.
///
/// Ownership: keeps the files open, because names are read when they are asked for. Threading: one thread at a time.
final class Binary {
    /// A table of symbols: where their names are.
    private struct Names {
        var source: ELFSource
        var offset: UInt64
        var size: UInt64
    }

    /// As it was when it was read, in the root of the process.
    let path: String
    let buildID: BuildID?
    private let elf: ELFFile
    /// By place in the file.
    let code: CallCode
    private var names: [Names] = []
    private var functions = FunctionTable()
    /// Whether places in the file have addresses. Not so in a debug file.
    let hasLayout: Bool

    /// Reads the functions. Errors: see ``ELFFile``.
    ///
    /// - Parameter debugFile: looks for a debug file; asked only if this one has no full table of symbols.
    init(_ source: ELFSource, path: String, debugFile: (ELFFile, BuildID?) -> ELFSource? = { _, _ in nil }) throws(ELFError) {
        elf = try ELFFile(source)
        code = CallCode(source: source)
        self.path = path
        buildID = elf.buildID(in: source)
        hasLayout = elf.hasLayout
        add(ELFFile.Kind.dynamicSymbols, of: elf, in: source)
        if elf.hasFullSymbols {
            add(ELFFile.Kind.symbols, of: elf, in: source)
        } else if let debug = debugFile(elf, buildID), let debugELF = try? ELFFile(debug) {
            add(ELFFile.Kind.symbols, of: debugELF, in: debug)
        }
        functions.sort()
    }

    private func add(_ type: UInt32, of elf: ELFFile, in source: ELFSource) {
        guard let section = elf.sections.first(where: { $0.type == type }), let link = Int(exactly: section.link),
            elf.sections.indices.contains(link)
        else { return }
        functions.add(section, of: elf, in: source, table: UInt8(names.count))
        names.append(Names(source: source, offset: elf.sections[link].offset, size: elf.sections[link].size))
    }

    var hasFunctions: Bool { !functions.entries.isEmpty }

    /// Functions that are missing because there are more than are kept.
    var functionsLeftOut: UInt64 { functions.leftOut }

    /// Bytes in memory, about.
    var cost: Int { functions.cost + elf.sections.count * 64 + 4096 }

    /// The address that symbols have for a place in the file.
    func address(ofFileOffset offset: UInt64) -> UInt64? { elf.address(ofFileOffset: offset) }

    /// Whether a place in the file is mapped as code.
    func hasCode(atFileOffset offset: UInt64) -> Bool { elf.hasCode(atFileOffset: offset) }

    /// The function at an address of this file, and where it begins.
    func function(at address: UInt64) -> (name: String, start: UInt64)? {
        let symbols = functions.symbols(at: address) { entry in Binary.isMappingSymbol(name(of: entry)) }
        // Among names of one rank: the fewest underscores at its start, and then the one that stands first.
        guard let best = symbols.first?.rank else { return nil }
        let candidates = symbols.filter { $0.rank == best }.map { (name: name(of: $0), start: $0.address) }
            .filter { !$0.name.isEmpty }
        return candidates.min { Binary.underscores($0.name) < Binary.underscores($1.name) }.map {
            (ExactText.string($0.name), $0.start)
        }
    }

    /// Every symbol that names a function, in rising order of address.
    func allFunctions() -> [(name: String, start: UInt64, size: UInt64)] {
        functions.entries.map { (ExactText.string(name(of: $0)), $0.address, UInt64($0.size)) }
    }

    private func name(of entry: FunctionTable.Entry) -> [UInt8] {
        let table = names[Int(entry.table)]
        let offset = UInt64(entry.name)
        let (start, overflow) = table.offset.addingReportingOverflow(offset)
        guard offset < table.size, !overflow else { return [] }
        let most = Int(min(table.size - offset, UInt64(SymbolLimits.longestName)))
        // Most names are short.
        let short = table.source.read(at: start, count: min(most, 128))
        if let end = short.firstIndex(of: 0) { return Array(short[..<end]) }
        return Array(table.source.read(at: start, count: most).prefix { $0 != 0 })
    }

    /// `$x` and `$d` tell code from data on ARM and RISC-V, and name nothing.
    private static func isMappingSymbol(_ name: [UInt8]) -> Bool {
        name.count >= 2 && name[0] == UInt8(ascii: "$") && "xdat".utf8.contains(name[1])
            && (name.count == 2 || name[2] == UInt8(ascii: ".") || name[1] == UInt8(ascii: "x"))
    }

    private static func underscores(_ name: [UInt8]) -> Int { name.prefix { $0 == UInt8(ascii: "_") }.count }
}

extension ELFFile {
    /// Whether it tells where its code is in the file. objcopy(1) leaves code without a size in the file.
    var hasLayout: Bool { segments.contains { $0.type == Kind.load && $0.isExecutable && $0.fileSize > 0 } }

    func hasCode(atFileOffset offset: UInt64) -> Bool {
        segments.contains {
            $0.type == Kind.load && $0.isExecutable && offset >= $0.offset && offset - $0.offset < $0.fileSize
        }
    }

    /// Whether it has a table of all symbols with contents, and not only of those for the dynamic linker.
    var hasFullSymbols: Bool { sections.contains { $0.type == Kind.symbols && $0.size > 0 } }
}
