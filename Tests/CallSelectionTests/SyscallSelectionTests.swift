import CallSelection
import SyscallTable
import Testing

/// The rules of SyscallSelection, one test for each.
@Suite struct SyscallSelectionTests {
    private func select(_ expressions: String..., on architecture: Architecture = .x86_64) throws -> SyscallSelection {
        try SyscallSelection(parsing: expressions, architecture: architecture)
    }

    private func call(_ abi: ABI, _ name: String) throws -> SyscallID {
        SyscallID(abi: abi, number: try #require(SyscallTable.number(named: name, abi: abi)))
    }

    /// Every selected call of an ABI, by name.
    private func names(_ selection: SyscallSelection, _ abi: ABI) -> [String] {
        selection.numbers(abi: abi).map { SyscallID(abi: abi, number: $0).name }
    }

    @Test func `a name selects the call in every ABI that has it`() throws {
        let selection = try select("write")
        #expect(selection.numbers(abi: .x86_64) == [1])
        #expect(selection.numbers(abi: .ia32) == [4])
        #expect(selection.numbers(abi: .x32) == [1])
        #expect(selection.numbers(abi: .ioUring) == [23])
        #expect(selection.numbers(abi: .aarch64) == [])
        #expect(!selection.contains(SyscallID(abi: .aarch64, number: 64)))
        #expect(!selection.includesOtherNumbers)
        #expect(!selection.isEverything)
        #expect(selection.notes == [])
    }

    @Test func `a name of one ABI selects nothing in the others`() throws {
        let selection = try select("socketcall")
        #expect(selection.numbers(abi: .ia32) == [102])
        #expect(selection.numbers(abi: .x86_64) == [])
    }

    @Test func `a name selects x32's own number of the call`() throws {
        let selection = try select("readv")
        #expect(selection.contains(SyscallID(abi: .x86_64, number: 19)))
        #expect(selection.contains(SyscallID(abi: .x32, number: 515)))
        #expect(!selection.contains(SyscallID(abi: .x32, number: 19)))
    }

    @Test func `requests to io_uring are selected like the calls of an ABI`() throws {
        #expect(names(try select("io_uring:fsync,io_uring:poll_*"), .ioUring) == ["fsync", "poll_add", "poll_remove"])
        #expect(try select("io_uring:fsync").includesRequests && !select("getppid").includesRequests)
        #expect(try !select("!io_uring:*,io_uring:255").contains(SyscallID(abi: .ioUring, number: 255)))
        #expect(throws: SyscallSelectionError.self) { try select("io_uring:256") }
    }

    @Test func `a list may have spaces around its commas`() throws {
        #expect(names(try select("read, write ,close"), .x86_64) == ["read", "write", "close"])
    }

    @Test func `a repeated option continues the list`() throws {
        #expect(names(try select("read", "write,close", "!write"), .x86_64) == ["read", "close"])
        // The first item of all decides where the list starts, not the first of each value.
        #expect(try !select("read,write", "!write").includesOtherNumbers)
    }

    @Test func `a prefix limits an item to one ABI`() throws {
        let selection = try select("ia32:write,x32:%clock,x86_64:pread*")
        #expect(selection.numbers(abi: .ia32) == [4])
        #expect(names(selection, .x32).contains("clock_gettime"))
        #expect(names(selection, .x86_64) == ["pread64", "preadv", "preadv2"])
    }

    @Test func `on aarch64 only its own calls are selected`() throws {
        let selection = try select("write,9999", on: .aarch64)
        #expect(selection.numbers(abi: .aarch64) == [64])
        #expect(selection.exceptions(abi: .aarch64) == [9999])
        #expect(selection.numbers(abi: .x86_64) == [])
        #expect(try select("aarch64:write", on: .aarch64).numbers(abi: .aarch64) == [64])
    }

    @Test func `a glob selects every call whose name it matches`() throws {
        #expect(names(try select("pread?"), .x86_64) == ["preadv"])
        #expect(names(try select("[gs]etpriority"), .x86_64) == ["getpriority", "setpriority"])
        #expect(names(try select("*at"), .x86_64).contains("openat"))
        #expect(!names(try select("*at"), .x86_64).contains("openat2"))
        #expect(names(try select("socketc*"), .ia32) == ["socketcall"])
    }

    @Test func `a colon in brackets belongs to a class of characters`() throws {
        #expect(names(try select("dup[[:digit:]]"), .x86_64) == ["dup2", "dup3"])
        let one = try select("ia32:dup[[:digit:]]")
        #expect(names(one, .ia32) == ["dup2", "dup3"] && names(one, .x86_64).isEmpty)
    }

    @Test func `a star selects every named call and nothing else`() throws {
        let selection = try select("*")
        for abi in Architecture.x86_64.abis {
            #expect(selection.numbers(abi: abi) == SyscallTable.allCalls(abi: abi).map(\.number))
        }
        #expect(!selection.isEverything)
    }

    @Test(arguments: SyscallClass.allCases)
    func `a class selects exactly its members`(selected: SyscallClass) throws {
        let selection = try select(selected.notation)
        for abi in Architecture.x86_64.abis {
            for id in SyscallTable.allCalls(abi: abi) {
                #expect(selection.contains(id) == selected.names.contains(id.name), "\(abi.name) \(id.name)")
            }
        }
    }

    @Test func `a number without a prefix means the native ABI`() throws {
        let selection = try select("4,ia32:4")
        #expect(names(selection, .x86_64) == ["stat"])
        #expect(names(selection, .ia32) == ["write"])
        #expect(selection.numbers(abi: .x32) == [])
    }

    @Test func `a number without a name can be selected`() throws {
        let selection = try select("600,9999,-1,ia32:1024,\(Int32.min),\(Int32.max - 0x4000_0000)")
        #expect(selection.numbers(abi: .x86_64) == [600])
        #expect(selection.exceptions(abi: .x86_64) == [.min, -1, 9999, .max - 0x4000_0000])
        #expect(selection.exceptions(abi: .ia32) == [1024])
        #expect(selection.contains(SyscallID(abi: .x86_64, number: -1)))
        #expect(selection.contains(SyscallID(abi: .x86_64, number: .min)))
        #expect(!selection.contains(SyscallID(abi: .x86_64, number: -2)))
        #expect(!selection.contains(SyscallID(abi: .ia32, number: -1)))
    }

    /// A log shows getpid of x32 as 1073741863.
    @Test(arguments: ["1073741863", "x32:1073741863", "x32:39"])
    func `a number with the x32 bit selects the x32 call`(item: String) throws {
        let selection = try select(item)
        #expect(selection.numbers(abi: .x32) == [39])
        #expect(selection.numbers(abi: .x86_64) == [])
        #expect(selection.exceptions(abi: .x86_64) == [])
    }

    @Test func `the x32 bit is taken as it is under another ABI`() throws {
        #expect(try select("x86_64:1073741863").exceptions(abi: .x86_64) == [1_073_741_863])
        #expect(try select("1073741863", on: .aarch64).exceptions(abi: .aarch64) == [1_073_741_863])
    }

    @Test func `an exclusion takes out calls that earlier items selected`() throws {
        let selection = try select("%file,!openat,!ia32:open*")
        #expect(!selection.contains(try call(.x86_64, "openat")))
        #expect(selection.contains(try call(.x86_64, "open")))
        #expect(!selection.contains(try call(.ia32, "open")))
        #expect(selection.contains(try call(.ia32, "statx")))
        #expect(try names(select("read,!read,read"), .x86_64) == ["read"])
    }

    @Test func `a list that begins with an exclusion starts from every call`() throws {
        let selection = try select("!read,!write")
        #expect(!selection.contains(try call(.x86_64, "read")))
        #expect(!selection.contains(try call(.ia32, "write")))
        #expect(selection.contains(try call(.x86_64, "close")))
        #expect(selection.contains(SyscallID(abi: .x86_64, number: 1023)))
        #expect(selection.contains(SyscallID(abi: .x86_64, number: 9999)))
        #expect(selection.contains(SyscallID(abi: .x86_64, number: -1)))
        #expect(selection.includesOtherNumbers)
        #expect(selection.numbers(abi: .x86_64).count == 1022)
        #expect(selection.exceptions(abi: .x86_64) == [])
    }

    @Test func `any number can be taken out of everything`() throws {
        let selection = try select("!9999,!-1,!ia32:5000")
        #expect(selection.exceptions(abi: .x86_64) == [-1, 9999])
        #expect(selection.exceptions(abi: .ia32) == [5000])
        #expect(!selection.contains(SyscallID(abi: .x86_64, number: 9999)))
        #expect(selection.contains(SyscallID(abi: .x86_64, number: 9998)))
        #expect(try select("!9999", "9999").isEverything)
        #expect(try select("!9999", "9999").exceptions(abi: .x86_64) == [])
    }

    /// As in strace and perf, the sign before the first item holds for the list.
    @Test(arguments: ["!read,write", "!read,!write"])
    func `a leading exclusion holds for the whole list`(list: String) throws {
        let selection = try select(list)
        #expect(!selection.contains(try call(.x86_64, "read")))
        #expect(!selection.contains(try call(.x86_64, "write")))
        #expect(selection.contains(try call(.x86_64, "close")))
        #expect(selection.notes == [])
    }

    @Test func `a second list can add calls back`() throws {
        let selection = try select("!%file", "openat")
        #expect(selection.contains(try call(.x86_64, "openat")))
        #expect(!selection.contains(try call(.x86_64, "open")))
        #expect(selection.contains(try call(.x86_64, "getpid")))
        #expect(selection.notes == [])
    }

    @Test func `excluding the star leaves only numbers without a name`() throws {
        let selection = try select("!*")
        #expect(!selection.contains(try call(.x86_64, "read")))
        #expect(selection.contains(SyscallID(abi: .x86_64, number: 600)))
        #expect(selection.contains(SyscallID(abi: .x86_64, number: 9999)))
    }

    @Test func `no expression at all selects every call`() throws {
        let selection = try SyscallSelection(parsing: [], architecture: .x86_64)
        #expect(selection.isEverything)
        #expect(selection == .everything(architecture: .x86_64))
        #expect(selection.contains(SyscallID(abi: .x32, number: .max)))
        #expect(!selection.contains(SyscallID(abi: .aarch64, number: 0)))
    }

    @Test func `an item without effect is noted`() throws {
        let selection = try select("!read", "write")
        #expect(selection.contains(try call(.x86_64, "write")))
        #expect(
            selection.notes == [
                "'write' changes nothing, because a list that begins with '!' starts from every call; "
                    + "to leave it out too, write '!write'"
            ])
        #expect(
            try select("read,!write").notes == [
                "'!write' changes nothing, because the items before it select no such call"
            ])
        // Naming a call twice deserves no note.
        #expect(try select("%file,openat,openat").notes == [])
    }

    @Test func `the bitmap agrees with contains for every number`() throws {
        let selection = try select("!%file", "9999,ia32:%file,x32:63,x32:64,x32:1023")
        for abi in ABI.allCases {
            let words = selection.bitmap(abi: abi)
            #expect(words.count * 64 == SyscallSelection.bitmapBits)
            for number in 0..<SyscallSelection.bitmapBits {
                let id = SyscallID(abi: abi, number: Int32(number))
                #expect((words[number / 64] >> UInt64(number % 64) & 1 == 1) == selection.contains(id), "\(abi.name) \(number)")
            }
        }
    }

    @Test func `a name selects the same as its numbers in every ABI`() throws {
        for name in SyscallTable.allNames(in: Architecture.x86_64.abis) {
            let calls = SyscallTable.calls(named: name, in: Architecture.x86_64.abis)
            let numbers = calls.map { "\($0.abi.name):\($0.number)" }.joined(separator: ",")
            #expect(try select(name) == select(numbers), "\(name)")
        }
    }

    @Test(arguments: ABI.allCases)
    func `every known call has a bit in the bitmap`(abi: ABI) {
        #expect(SyscallTable.allCalls(abi: abi).allSatisfy { $0.number < SyscallSelection.bitmapBits })
    }
}
