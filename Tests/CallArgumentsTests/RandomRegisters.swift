import SyscallTable

@testable import CallArguments

/// Registers with values that parameters really have: known flags and values, small numbers, addresses that nothing is at.
struct RandomRegisters {
    var generator: any RandomNumberGenerator

    /// Six registers for a call.
    mutating func registers(of call: SyscallID) -> [UInt64] {
        var registers = (0..<6).map { _ in small() }
        for parameter in CallSignature.of(call)?.parameters ?? [] { fill(parameter, abi: call.abi, in: &registers) }
        // What follows a command depends on it.
        let writer = ArgumentText(ObservedCall(call: call, registers: registers))
        let known = CallSignature.of(call)?.parameters.count ?? 0
        for parameter in writer.parameters.dropFirst(known) { fill(parameter, abi: call.abi, in: &registers) }
        return registers
    }

    private mutating func fill(_ parameter: Parameter, abi: ABI, in registers: inout [UInt64]) {
        let value = value(of: parameter.kind, abi: abi)
        registers[parameter.register] = abi.has32Bits ? value & 0xffff_ffff : value
        if let upper = parameter.upperRegister { registers[upper] = value >> 32 }
    }

    private mutating func value(of kind: ParameterKind, abi: ABI) -> UInt64 {
        switch kind {
        case .descriptor: pick([3, 7, 1023, minus(1)])
        case .directory: pick([minus(100), 3, minus(1)])
        case .path, .string, .pointer, .ioctl: pick([0, 0x1000, 0xf000, 0x8008])
        case .int: pick([0, 1, 1000, minus(1), minus(7)])
        case .long: pick([0, 1, 4096, abi.has32Bits ? minus(5) : .max - 4])
        case .unsigned, .unsignedLong: pick([0, 1, 4096, 0x7fff_ffff])
        case .hex, .longHex: pick([0, 1, 0x1234])
        case .offset, .length, .highOffset, .lowOffset: pick([0, 4096, 0x1_2345_6789, .max - 9])
        case .pages: pick([0, 1, 0xfffff])
        case .mode: pick([0, 0o600, 0o644, 0o7, 0o4755])
        case .fileMode, .command(.makeNode): pick([0o020644, 0o060600, 0o010644, 0o100000, 0o600])
        case .device: pick([0x803, 0x10_0101, 0])
        case .user: pick([0, 1000, 0xffff_ffff])
        case .user16: pick([0, 1000, 0xffff])
        case .signal: pick([0, 1, 9, 17, 31, 32, 33, 34, 63, 64, 99])
        case .clock: pick([0, 1, 2, 3, 4, 7, 11, 99])
        case .flags(let name), .longFlags(let name), .wideFlags(let name): flags(name, abi: abi)
        case .value(let name): entry(name, abi: abi)
        case .ipcFlags(let name): flags(name, abi: abi, isClean: true) | 0o640
        case .ipcCommand(let name): entry(name, abi: abi)
        case .command(.open), .command(.openQueue): flags("open", abi: abi)
        case .command(.clone): flags("clone", abi: abi) | pick([0, 17, 10])
        case .command(.futex): futex()
        case .command(.mremap): flags("mremap", abi: abi)
        case .command(let command): entry(command.table, abi: abi)
        case .protocolNumber: pick([0, 6, 17])
        case .socketOption: entry("socket-option", abi: abi)
        case .futexWakeOperation: pick([0, 0x1234_5678, 0x9100_1002, 0x4500_0001])
        case .quotaCommand: entry("quota", abi: abi) << 8 | pick([0, 1, 2])
        case .key: pick([minus(1), minus(4), 5])
        case .ipcKey: pick([0, 0x1234])
        case .ioPriority: pick([0x4004, 0x2000])
        case .unused: 0
        }
    }

    /// A timeout by the real-time clock has a few operations.
    private mutating func futex() -> UInt64 {
        let operation = entry("futex", abi: .x86_64)
        return operation | (operation == 2 ? 0 : pick([0, 128])) | ([9, 11].contains(operation) ? pick([0, 256]) : 0)
    }

    private func minus(_ number: UInt32) -> UInt64 { UInt64(0 &- number) }

    private mutating func small() -> UInt64 { pick([0, 1, 2, 17, 4096]) }

    private mutating func pick(_ values: [UInt64]) -> UInt64 { values[Int(bound(values.count))] }

    private mutating func bound(_ count: Int) -> UInt64 { generator.next() % UInt64(max(1, count)) }

    private mutating func entry(_ table: String, abi: ABI) -> UInt64 {
        let entries = ValueTables.named(table, abi: abi).entries
        // A small number at times: a table that isn't the right one lacks names that strace knows.
        return entries.isEmpty || bound(8) == 0 ? bound(40) : entries[Int(bound(entries.count))].value
    }

    /// None to three entries, and at times another bit unless it must be clean: strace runs unknown bits and a mode together.
    private mutating func flags(_ table: String, abi: ABI, isClean: Bool = false) -> UInt64 {
        var value: UInt64 = bound(4) == 0 && !isClean ? 1 << bound(32) : 0
        for _ in 0..<bound(4) {
            let entries = ValueTables.named(table, abi: abi).entries
            let entry = entries[Int(bound(entries.count))]
            value = entry.mask == .max ? value : value & ~entry.mask | entry.value
        }
        return value
    }
}
