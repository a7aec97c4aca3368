/// What each system call number is called, per ABI.
///
/// The facts come from the kernel's exported headers in Debian's linux-libc-dev (`source` says which version); the names are
/// those of the kernel's `__NR_` macros. A table is parsed when something first asks for it.
package enum SyscallTable {
    /// The package and version that the tables were made from, as in "linux-libc-dev 7.3.4-1".
    package static var source: String { GeneratedTables.source }

    /// The name of a call, or nil for a number that the tables do not have.
    package static func name(of id: SyscallID) -> String? {
        names(of: id.abi)[id.number] ?? (id.abi == .arm ? armPrivateName(id.number) : nil)
    }

    /// Calls of Arm alone, whose numbers are far above all others. They have names, but no place in the tables: a selection takes their
    /// numbers.
    ///
    /// Source: arch/arm/include/uapi/asm/unistd.h. A 64-bit kernel knows cacheflush and set_tls (arch/arm64/kernel/sys_compat.c).
    private static func armPrivateName(_ number: Int32) -> String? {
        switch number {
        case 0xf0001: "breakpoint"
        case 0xf0002: "cacheflush"
        case 0xf0003: "usr26"
        case 0xf0004: "usr32"
        case 0xf0005: "set_tls"
        case 0xf0006: "get_tls"
        default: nil
        }
    }

    /// The number of the call with this exact name, or nil if the ABI has no such call.
    package static func number(named name: some StringProtocol, abi: ABI) -> Int32? {
        numbers[abi]?[String(name)]
    }

    /// The calls with this exact name in the given ABIs, in the order of the ABIs; empty if none has it.
    package static func calls(named name: some StringProtocol, in abis: [ABI] = ABI.allCases) -> [SyscallID] {
        abis.compactMap { abi in
            number(named: name, abi: abi).map { SyscallID(abi: abi, number: $0) }
        }
    }

    /// Every call of an ABI that has a name, by number. On x86 a kernel may answer some of them with ENOSYS only.
    package static func allCalls(abi: ABI) -> [SyscallID] {
        let names = names(of: abi).names
        return names.indices.filter { names[$0] != nil }.map { SyscallID(abi: abi, number: Int32($0)) }
    }

    /// Every name of the given ABIs, each once, in alphabetical order.
    package static func allNames(in abis: [ABI]) -> [String] {
        Set(abis.flatMap { names(of: $0).names.compactMap(\.self) }).sorted()
    }

    private static func names(of abi: ABI) -> NameTable {
        switch abi {
        case .x86_64: x86_64
        case .ia32: ia32
        case .x32: x32
        case .aarch64: aarch64
        case .arm: arm
        case .ioUring: ioUring
        }
    }

    // One lazy constant each: printing a 64-bit profile does not parse the others.
    private static let x86_64 = NameTable(lines: GeneratedTables.syscalls_x86_64)
    private static let ia32 = NameTable(lines: GeneratedTables.syscalls_ia32)
    private static let x32 = NameTable(lines: GeneratedTables.syscalls_x32)
    private static let aarch64 = NameTable(lines: GeneratedTables.syscalls_aarch64)
    private static let arm = NameTable(lines: GeneratedTables.syscalls_arm)
    private static let ioUring = NameTable(lines: GeneratedTables.syscalls_io_uring, upTo: 256) { "opcode_\($0)" }

    /// Numbers by name.
    private static let numbers: [ABI: [String: Int32]] = ABI.allCases.reduce(into: [:]) { numbers, abi in
        for call in allCalls(abi: abi) { numbers[abi, default: [:]][call.name] = call.number }
    }
}

extension SyscallID {
    /// Stands for any number that no table has, where there is no room for each of them.
    package static let otherNumber = Int32.min

    /// The name of the call, as in "read"; "syscall_N" for a number N that the tables do not have, also a negative one.
    /// "syscall_other" stands for several numbers.
    package var name: String {
        if number == SyscallID.otherNumber { return "syscall_other" }
        return SyscallTable.name(of: self) ?? "syscall_\(number)"
    }
}
