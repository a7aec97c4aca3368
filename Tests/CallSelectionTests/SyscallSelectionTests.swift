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

    @Test func nameSelectsTheCallInEveryABIThatHasIt() throws {
        let selection = try select("write")
        #expect(selection.numbers(abi: .x86_64) == [1])
        #expect(selection.numbers(abi: .ia32) == [4])
        #expect(selection.numbers(abi: .x32) == [1])
        #expect(selection.numbers(abi: .aarch64) == [])
        #expect(!selection.contains(SyscallID(abi: .aarch64, number: 64)))
        #expect(!selection.includesOtherNumbers)
        #expect(!selection.isEverything)
        #expect(selection.notes == [])
    }

    @Test func nameOfOneABIOnly() throws {
        let selection = try select("socketcall")
        #expect(selection.numbers(abi: .ia32) == [102])
        #expect(selection.numbers(abi: .x86_64) == [])
    }

    @Test func numberOfTheSameNameDiffersInX32() throws {
        let selection = try select("readv")
        #expect(selection.contains(SyscallID(abi: .x86_64, number: 19)))
        #expect(selection.contains(SyscallID(abi: .x32, number: 515)))
        #expect(!selection.contains(SyscallID(abi: .x32, number: 19)))
    }

    @Test func listAndSpaces() throws {
        #expect(names(try select("read, write ,close"), .x86_64) == ["read", "write", "close"])
    }

    @Test func repeatedOptionContinuesTheList() throws {
        #expect(names(try select("read", "write,close", "!write"), .x86_64) == ["read", "close"])
        // The first item of all decides where the list starts, not the first of each value.
        #expect(try !select("read,write", "!write").includesOtherNumbers)
    }

    @Test func prefixLimitsToAnABI() throws {
        let selection = try select("ia32:write,x32:%clock,x86_64:pread*")
        #expect(selection.numbers(abi: .ia32) == [4])
        #expect(names(selection, .x32).contains("clock_gettime"))
        #expect(names(selection, .x86_64) == ["pread64", "preadv", "preadv2"])
    }

    @Test func aarch64() throws {
        let selection = try select("write,9999", on: .aarch64)
        #expect(selection.numbers(abi: .aarch64) == [64])
        #expect(selection.exceptions(abi: .aarch64) == [9999])
        #expect(selection.numbers(abi: .x86_64) == [])
        #expect(try select("aarch64:write", on: .aarch64).numbers(abi: .aarch64) == [64])
    }

    @Test func glob() throws {
        #expect(names(try select("pread?"), .x86_64) == ["preadv"])
        #expect(names(try select("[gs]etpriority"), .x86_64) == ["getpriority", "setpriority"])
        #expect(names(try select("*at"), .x86_64).contains("openat"))
        #expect(!names(try select("*at"), .x86_64).contains("openat2"))
        #expect(names(try select("socketc*"), .ia32) == ["socketcall"])
    }

    /// The star has every call with a name, in every ABI, and nothing else.
    @Test func globOfEverything() throws {
        let selection = try select("*")
        for abi in Architecture.x86_64.abis {
            #expect(selection.numbers(abi: abi) == SyscallTable.allCalls(abi: abi).map(\.number))
        }
        #expect(!selection.isEverything)
    }

    @Test(arguments: SyscallClass.allCases)
    func classSelectsItsMembers(selected: SyscallClass) throws {
        let selection = try select(selected.notation)
        for abi in Architecture.x86_64.abis {
            for id in SyscallTable.allCalls(abi: abi) {
                #expect(selection.contains(id) == selected.names.contains(id.name), "\(abi.name) \(id.name)")
            }
        }
    }

    @Test func numberMeansTheNativeABI() throws {
        let selection = try select("4,ia32:4")
        #expect(names(selection, .x86_64) == ["stat"])
        #expect(names(selection, .ia32) == ["write"])
        #expect(selection.numbers(abi: .x32) == [])
    }

    @Test func numberWithoutAName() throws {
        let selection = try select("600,9999,-1,ia32:1024,\(Int32.min),\(Int32.max - 0x4000_0000)")
        #expect(selection.numbers(abi: .x86_64) == [600])
        #expect(selection.exceptions(abi: .x86_64) == [.min, -1, 9999, .max - 0x4000_0000])
        #expect(selection.exceptions(abi: .ia32) == [1024])
        #expect(selection.contains(SyscallID(abi: .x86_64, number: -1)))
        #expect(selection.contains(SyscallID(abi: .x86_64, number: .min)))
        #expect(!selection.contains(SyscallID(abi: .x86_64, number: -2)))
        #expect(!selection.contains(SyscallID(abi: .ia32, number: -1)))
    }

    /// 1073741863 is how a log shows getpid by x32.
    @Test(arguments: ["1073741863", "x32:1073741863", "x32:39"])
    func numberWithTheX32Bit(item: String) throws {
        let selection = try select(item)
        #expect(selection.numbers(abi: .x32) == [39])
        #expect(selection.numbers(abi: .x86_64) == [])
        #expect(selection.exceptions(abi: .x86_64) == [])
    }

    @Test func numberWithTheX32BitIsTakenAsItIsElsewhere() throws {
        #expect(try select("x86_64:1073741863").exceptions(abi: .x86_64) == [1_073_741_863])
        #expect(try select("1073741863", on: .aarch64).exceptions(abi: .aarch64) == [1_073_741_863])
    }

    @Test func laterExclusionTakesOut() throws {
        let selection = try select("%file,!openat,!ia32:open*")
        #expect(!selection.contains(try call(.x86_64, "openat")))
        #expect(selection.contains(try call(.x86_64, "open")))
        #expect(!selection.contains(try call(.ia32, "open")))
        #expect(selection.contains(try call(.ia32, "statx")))
        #expect(try names(select("read,!read,read"), .x86_64) == ["read"])
    }

    @Test func firstExclusionStartsFromEverything() throws {
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

    @Test func numberCanBeTakenOutOfEverything() throws {
        let selection = try select("!9999,!-1,!ia32:5000")
        #expect(selection.exceptions(abi: .x86_64) == [-1, 9999])
        #expect(selection.exceptions(abi: .ia32) == [5000])
        #expect(!selection.contains(SyscallID(abi: .x86_64, number: 9999)))
        #expect(selection.contains(SyscallID(abi: .x86_64, number: 9998)))
        #expect(try select("!9999", "9999").isEverything)
        #expect(try select("!9999", "9999").exceptions(abi: .x86_64) == [])
    }

    /// As in strace and perf: the sign before the first item holds for the list.
    @Test(arguments: ["!read,write", "!read,!write"])
    func leadingExclusionHoldsForTheWholeList(list: String) throws {
        let selection = try select(list)
        #expect(!selection.contains(try call(.x86_64, "read")))
        #expect(!selection.contains(try call(.x86_64, "write")))
        #expect(selection.contains(try call(.x86_64, "close")))
        #expect(selection.notes == [])
    }

    @Test func anotherListAddsBack() throws {
        let selection = try select("!%file", "openat")
        #expect(selection.contains(try call(.x86_64, "openat")))
        #expect(!selection.contains(try call(.x86_64, "open")))
        #expect(selection.contains(try call(.x86_64, "getpid")))
        #expect(selection.notes == [])
    }

    @Test func everythingButTheNamed() throws {
        let selection = try select("!*")
        #expect(!selection.contains(try call(.x86_64, "read")))
        #expect(selection.contains(SyscallID(abi: .x86_64, number: 600)))
        #expect(selection.contains(SyscallID(abi: .x86_64, number: 9999)))
    }

    @Test func noValueSelectsEverything() throws {
        let selection = try SyscallSelection(parsing: [], architecture: .x86_64)
        #expect(selection.isEverything)
        #expect(selection == .everything(architecture: .x86_64))
        #expect(selection.contains(SyscallID(abi: .x32, number: .max)))
        #expect(!selection.contains(SyscallID(abi: .aarch64, number: 0)))
    }

    @Test func itemWithoutEffectIsNoted() throws {
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
        // Naming a call twice is not a mistake worth a sentence.
        #expect(try select("%file,openat,openat").notes == [])
    }

    @Test func bitmapAgreesWithContains() throws {
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

    /// A name and its numbers, ABI by ABI, are the same selection: for every name there is.
    @Test func nameEqualsItsNumbers() throws {
        for name in SyscallTable.allNames(in: Architecture.x86_64.abis) {
            let calls = SyscallTable.calls(named: name, in: Architecture.x86_64.abis)
            let numbers = calls.map { "\($0.abi.name):\($0.number)" }.joined(separator: ",")
            #expect(try select(name) == select(numbers), "\(name)")
        }
    }

    @Test(arguments: ABI.allCases)
    func everyKnownCallHasABit(abi: ABI) {
        #expect(SyscallTable.allCalls(abi: abi).allSatisfy { $0.number < SyscallSelection.bitmapBits })
    }
}
