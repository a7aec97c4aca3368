import SyscallTable

/// The texts in which the tables are written: a name in brackets, the headers that have the values, and the entries. An entry is
/// `NAME=value`: a flag, or a value of an enumeration. `NAME=value/mask` is a value of some of the bits, and `NAME=0/*` stands for
/// a word without any bit; `#NAME=0/mask` is a number in some of the bits. A table `map.aarch64` replaces `map` there.
///
/// `a.h+b.h` are headers that need each other. The values are facts of the kernel's exported headers, libc's where the kernel
/// exports none; HeaderTests compares them with those of the host. Values of names that linux-libc-dev 6.1 lacks come from Linux
/// 6.18.
enum TableTexts {
    static let all = [files, mounts, memory, processes, clocks, sockets, events, kernel, ioctls]
}

/// All tables by name.
enum ValueTables {
    /// The table of this name for an ABI; an empty one if there is none.
    static func named(_ name: String, abi: ABI) -> ValueTable {
        // Where 32-bit Arm differs from other architectures, 64-bit Arm does as well.
        tables["\(name).\((abi == .arm ? .aarch64 : abi).name)"] ?? tables[name] ?? .empty
    }

    /// Parsed when something first asks for a table.
    static let tables: [String: ValueTable] = parsed(TableTexts.all)

    private static func parsed(_ texts: [String]) -> [String: ValueTable] {
        var tables: [String: ValueTable] = [:]
        for text in texts {
            for section in text.split(separator: "[") {
                guard let end = section.firstIndex(of: "]") else { continue }
                let words = section[section.index(after: end)...].split { $0 == " " || $0 == "\n" }
                let facts = words.filter { $0.contains("=") }
                let entries = facts.compactMap { ValueTable.Entry(word: $0) }
                guard entries.count == facts.count, !facts.isEmpty else {
                    preconditionFailure("the table '\(section[..<end])' has a word that is not a name and its value")
                }
                let sources = words.filter { !$0.contains("=") }.map(String.init)
                tables[String(section[..<end])] = ValueTable(sources: sources, entries: entries)
            }
        }
        return tables
    }
}

extension ValueTable.Entry {
    /// `NAME=value`, `NAME=value/mask` or `NAME=value/*`; nil for anything else.
    init?(word: Substring) {
        let halves = word.split(separator: "=")
        let numbers = halves.last?.split(separator: "/") ?? []
        guard halves.count == 2, (1...2).contains(numbers.count), let value = Numbers.parsed(numbers[0]) else { return nil }
        name = String(halves[0])
        self.value = value
        if numbers.count == 1 {
            mask = value == 0 ? .max : value
        } else if numbers[1] == "*" {
            mask = .max
        } else {
            guard let mask = Numbers.parsed(numbers[1]) else { return nil }
            self.mask = mask
        }
    }
}
