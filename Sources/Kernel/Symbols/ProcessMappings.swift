package import Linux

/// A range of a process's memory, and what lies there: one line of /proc/PID/maps.
package struct ProcessMapping: Sendable, Hashable {
    package enum Kind: Sendable, Hashable {
        /// A file, perhaps a deleted one, or memory that has a name among files: memfd_create(2), shared memory.
        case file
        case vdso
        case stack
        case heap
        /// Memory without a file, also with a name of its own: `[anon:…]`.
        case anonymous
        /// What else the kernel maps: `[vvar]`, `[vsyscall]`, `[uprobes]`.
        case kernel
    }

    /// Addresses; the end is not part of it.
    package var start: UInt64
    package var end: UInt64
    package var isExecutable: Bool
    /// Where in the file it begins, in bytes.
    package var fileOffset: UInt64
    /// Of the file system, and of the file there; both 0 without a file.
    package var device: UInt64
    package var inode: UInt64
    package var kind: Kind
    /// As the process's own root has it, bytes that needn't be UTF-8; without ` (deleted)`. Empty if it has no name.
    package var path: [UInt8]
    /// The file has no name any more, or its name ends like that.
    package var isDeleted: Bool

    package func contains(_ address: UInt64) -> Bool { start <= address && address < end }

    /// The place in the file that is mapped at an address.
    func offset(of address: UInt64) -> UInt64 { (address &- start) &+ fileOffset }

    /// How /proc/PID/map_files names it: `START-END`.
    var range: String { String(start, radix: 16) + "-" + String(end, radix: 16) }

    /// The path as /proc/PID/maps has it, which is the name of a file that only looks deleted.
    var fullPath: [UInt8] { isDeleted ? path + ProcessMapping.deleted : path }

    fileprivate static let deleted = Array(" (deleted)".utf8)
}

extension ProcessMapping {
    /// nil for a line of another form. Source: show_map_vma in fs/proc/task_mmu.c, v6.12.
    init?(line: ArraySlice<UInt8>) {
        var rest = line
        func skip(_ byte: Character) -> Bool {
            guard let ascii = byte.asciiValue, rest.first == ascii else { return false }
            rest = rest.dropFirst()
            return true
        }
        guard let start = Hex.number(&rest), skip("-"), let end = Hex.number(&rest), start < end, skip(" ") else { return nil }
        let permissions = Array(rest.prefix(4))
        rest = rest.dropFirst(4)
        guard permissions.count == 4, skip(" "), let offset = Hex.number(&rest), skip(" "), let major = Hex.number(&rest),
            skip(":"),
            let minor = Hex.number(&rest), skip(" ")
        else { return nil }
        let digits = rest.prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
        guard let inode = UInt64(String(decoding: digits, as: UTF8.self)) else { return nil }
        let name = rest.dropFirst(digits.count).drop { $0 == UInt8(ascii: " ") }
        self.init(
            start: start, end: end, isExecutable: permissions[2] == UInt8(ascii: "x"), fileOffset: offset,
            device: ProcessMapping.device(major: major, minor: minor), inode: inode,
            kind: ProcessMapping.kind(name, inode: inode), path: ProcessMapping.unescaped(name), isDeleted: false)
        if kind == .file, path.count > ProcessMapping.deleted.count,
            path.suffix(ProcessMapping.deleted.count).elementsEqual(ProcessMapping.deleted)
        {
            path.removeLast(ProcessMapping.deleted.count)
            isDeleted = true
        }
    }

    /// A device's number as stat(2) has it: gnu_dev_makedev in sys/sysmacros.h of glibc.
    static func device(major: UInt64, minor: UInt64) -> UInt64 {
        (major & 0xfff) << 8 | (major & ~0xfff) << 32 | (minor & 0xff) | (minor & ~0xff) << 12
    }

    /// Only the kernel gives a name in brackets to memory without an inode: prctl(2) doesn't let a process use brackets.
    private static func kind(_ name: ArraySlice<UInt8>, inode: UInt64) -> Kind {
        if inode != 0 || name.first == UInt8(ascii: "/") { return .file }
        return switch String(decoding: name, as: UTF8.self) {
        case "[vdso]": .vdso
        case "[stack]": .stack
        case "[heap]": .heap
        case "[vvar]", "[vvar_vclock]", "[vsyscall]", "[vectors]", "[sigpage]", "[uprobes]": .kernel
        default: .anonymous
        }
    }

    /// The kernel writes a line break in a path as `\012`, and nothing else. A path that holds these four characters looks the same: the
    /// file that it leads to is compared with the one that is mapped.
    private static func unescaped(_ name: ArraySlice<UInt8>) -> [UInt8] {
        guard name.contains(UInt8(ascii: "\\")) else { return Array(name) }
        let escape = Array("\\012".utf8)
        var path: [UInt8] = []
        var rest = name
        while let first = rest.first {
            if rest.starts(with: escape) {
                path.append(UInt8(ascii: "\n"))
                rest = rest.dropFirst(escape.count)
            } else {
                path.append(first)
                rest = rest.dropFirst()
            }
        }
        return path
    }
}

/// What a process has in its memory, at one moment.
package struct ProcessMappings: Sendable {
    /// In rising order.
    package let mappings: [ProcessMapping]
    /// Not all of them: there are more than ``most``, or the text has more than ``mostBytes`` or lines of an unknown form.
    package let isCut: Bool

    /// The kernel allows about as many: vm.max_map_count is 65,530 (Documentation/admin-guide/sysctl/vm.rst).
    static let most = 1 << 16
    static let mostBytes = 8 << 20
    /// A path of PATH_MAX bytes, each of which takes four as `\012`, and the fields before it.
    private static let longestLine = 4 * 4096 + 128

    /// Reads /proc/PID/maps. Errors: ENOENT or ESRCH when the process is gone, EACCES when it may not be looked at.
    package init(of pid: Int32) throws(Errno) { try self.init(Descriptor(reading: "/proc/\(pid)/maps")) }

    /// Reads an open maps file to its end.
    init(_ file: borrowing Descriptor) throws(Errno) {
        var reader = Reader()
        var splitter = LineSplitter(longest: ProcessMappings.longestLine)
        var bytes = 0
        try Descriptor.read(file.number, limit: ProcessMappings.mostBytes) { piece in
            bytes += piece.count
            splitter.add(piece) { reader.add($0) }
        }
        splitter.end { reader.add($0) }
        mappings = reader.mappings
        isCut = reader.isCut || splitter.leftOut > 0 || bytes >= ProcessMappings.mostBytes
    }

    /// The mappings that a text has.
    init(text: [UInt8]) {
        var reader = Reader()
        var splitter = LineSplitter(longest: ProcessMappings.longestLine)
        splitter.add(text[...]) { reader.add($0) }
        splitter.end { reader.add($0) }
        mappings = reader.mappings
        isCut = reader.isCut || splitter.leftOut > 0
    }

    private struct Reader {
        var mappings: [ProcessMapping] = []
        var isCut = false

        mutating func add(_ line: ArraySlice<UInt8>) {
            guard mappings.count < ProcessMappings.most, var mapping = ProcessMapping(line: line),
                mapping.start >= mappings.last?.end ?? 0
            else {
                isCut = true
                return
            }
            // One file has several mappings in a row: they share the memory of its path.
            if let last = mappings.last, last.path == mapping.path { mapping.path = last.path }
            mappings.append(mapping)
        }
    }

    /// The index of the mapping at an address. Complexity: logarithmic.
    package func index(of address: UInt64) -> Int? {
        let after = mappings.firstIndex(after: { $0.start > address })
        return after > 0 && mappings[after - 1].contains(address) ? after - 1 : nil
    }

    /// The mapping at an address.
    package func mapping(at address: UInt64) -> ProcessMapping? { index(of: address).map { mappings[$0] } }
}

extension Array {
    /// The first index whose element `isAfter`, in an array whose elements that are come last. Complexity: logarithmic.
    func firstIndex(after isAfter: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = low + (high - low) / 2
            if isAfter(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
