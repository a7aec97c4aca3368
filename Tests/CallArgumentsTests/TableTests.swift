import SyscallTable
import Testing

@testable import CallArguments

@Suite struct TableTests {
    @Test func `every entry is written with its own name`() throws {
        for (name, table) in ValueTables.tables {
            #expect(!table.entries.isEmpty && !table.sources.isEmpty, "\(name)")
            for entry in table.entries {
                let known = try #require(table.name(of: entry.value), "\(name)")
                #expect(table.entries.contains { $0.name == known && $0.value == entry.value })
                // A value outside its mask could never be found.
                #expect(entry.value & ~entry.mask == 0, "\(name): \(entry.name)")
            }
            #expect(Set(table.entries.map(\.name)).count == table.entries.count, "\(name) has a name twice")
        }
    }

    /// A name without bits of its own fits once the names before it have taken theirs away.
    @Test func `an entry without bits stands before the others of its mask`() {
        for (name, table) in ValueTables.tables {
            for (index, entry) in table.entries.enumerated() where entry.value == 0 && entry.mask != .max && !entry.isNumber {
                #expect(!table.entries[..<index].contains { $0.mask & entry.mask != 0 }, "\(name): \(entry.name)")
            }
        }
    }

    /// Those of calls that take flags: each flag alone is itself, all of them together lose no bit.
    @Test func `flags come back from their names`() {
        let tables = Set(SignatureBook.of(.x86_64).signatures.values.flatMap(\.parameters).compactMap { Self.flagTable($0.kind) })
        #expect(tables.count > 40)
        for name in tables {
            let table = ValueTables.named(name, abi: .x86_64)
            let all = table.entries.reduce(UInt64(0)) { $0 | $1.value }
            for value in table.entries.map(\.value) + [all, all ^ 0xffff_ffff, .max] {
                let words = table.flags(value).split(separator: "|").map(String.init)
                let sum = words.reduce(UInt64(0)) { sum, word in
                    sum
                        | ((word.contains("<<") ? UInt64(word.prefix { $0 != "<" }).map { $0 << 26 } : nil) ?? table.entries.first {
                            $0.name == word
                        }?.value ?? Numbers.parsed(word[...]) ?? 0)
                }
                #expect(sum == value, "\(name): \(words)")
            }
        }
    }

    private static func flagTable(_ kind: ParameterKind) -> String? {
        switch kind {
        case .flags(let name), .longFlags(let name), .wideFlags(let name): name
        default: nil
        }
    }

    @Test(arguments: [
        ("open", UInt64(0), "O_RDONLY"), ("open", 0x241, "O_WRONLY|O_CREAT|O_TRUNC"), ("open", 0x101000, "O_RDONLY|O_SYNC"),
        ("open", 0x1000, "O_RDONLY|O_DSYNC"), ("open", 0x410002, "O_RDWR|O_TMPFILE"), ("open", 0x800003, "O_ACCMODE|0x800000"),
        ("protection", 0, "PROT_NONE"), ("protection", 5, "PROT_READ|PROT_EXEC"), ("map", 0x22, "MAP_PRIVATE|MAP_ANONYMOUS"),
        ("map", 0x5404_0021, "MAP_SHARED|MAP_ANONYMOUS|MAP_HUGETLB|21<<MAP_HUGE_SHIFT"), ("map", 0x25, "MAP_ANONYMOUS|0x5"),
        ("message", 0x4040, "MSG_DONTWAIT|MSG_NOSIGNAL"), ("at", 0, "0"), ("at", 1, "0x1"), ("access", 0, "F_OK"),
        ("access", 6, "R_OK|W_OK"),
        ("wait", 0x4000_0001, "WNOHANG|__WALL"), ("socket-type", 0x80801, "SOCK_STREAM|SOCK_CLOEXEC|SOCK_NONBLOCK"),
    ])
    func `flags are joined, and unknown bits are in hexadecimal`(table: String, value: UInt64, text: String) {
        #expect(ValueTables.named(table, abi: .x86_64).flags(value) == text)
    }

    /// Arm has other numbers for four flags of open, which would be read as each other.
    @Test func `an architecture can have a table of its own`() {
        #expect(ValueTables.named("open", abi: .aarch64).flags(0x4000) == "O_RDONLY|O_DIRECTORY")
        #expect(ValueTables.named("open", abi: .x86_64).flags(0x4000) == "O_RDONLY|O_DIRECT")
        #expect(ValueTables.named("open", abi: .ia32).flags(0x4000) == "O_RDONLY|O_DIRECT")
    }

    @Test(arguments: ABI.ofCalls)
    func `every table that a signature names is there`(abi: ABI) {
        let book = SignatureBook.of(abi)
        for parameter in book.signatures.values.flatMap(\.parameters) + book.following.values.flatMap(\.self) {
            guard let name = parameter.kind.table else { continue }
            #expect(ValueTables.tables[name] != nil, "\(name)")
        }
    }
}
