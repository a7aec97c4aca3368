import SyscallTable

/// Writes the arguments of a call.
struct ArgumentText {
    let call: ObservedCall
    let abi: ABI

    init(_ call: ObservedCall) {
        self.call = call
        abi = call.call.abi
    }

    /// The parameters of this use of the call; six in hexadecimal if it has no signature.
    var parameters: [Parameter] {
        guard let signature = CallSignature.of(call.call) else {
            return (0..<6).map { Parameter(kind: .longHex, register: $0) }
        }
        guard let last = signature.parameters.last, case .command(let command) = last.kind else { return signature.parameters }
        if command == .clone { return CloneArguments(abi: abi, flags: word(last.register)).parameters }
        let book = SignatureBook.of(abi)
        let key = command.following(value32(last.register), table: table(of: command))
        let following =
            book.following["\(command.rawValue).\(key)"] ?? book.following["\(command.rawValue).\(CommandParameter.other)"]
        return signature.parameters + (following ?? []).map { $0.shifted(by: last.register + 1) }
    }

    /// A register; its lower half if the program has 32 bits.
    func word(_ register: Int) -> UInt64 {
        guard call.registers.indices.contains(register) else { return 0 }
        return abi.has32Bits ? call.registers[register] & 0xffff_ffff : call.registers[register]
    }

    /// The lower 32 bits of a register.
    func value32(_ register: Int) -> UInt64 { word(register) & 0xffff_ffff }

    func text(of parameter: Parameter) -> String {
        let register = parameter.register
        return switch parameter.kind {
        case .descriptor, .directory: descriptor(parameter)
        case .path, .string, .pointer: address(register)
        case .int: String(int(register))
        case .unsigned: String(value32(register))
        case .long: String(signedWord(register))
        case .unsignedLong: String(word(register))
        case .hex: Numbers.hex(value32(register))
        case .longHex: Numbers.hex(word(register))
        case .offset, .highOffset, .lowOffset: String(Int64(bitPattern: wide(parameter)))
        case .length: String(wide(parameter))
        case .pages: Numbers.hex(word(register) << 12)
        case .signal: signal(int(register))
        case .clock: Clocks.text(int(register))
        case .user: user(value32(register), all: 0xffff_ffff)
        case .user16: user(word(register) & 0xffff, all: 0xffff)
        case .mode: Numbers.mode(word(register) & 0xffff)
        case .device: device(value32(register))
        case .key: table("key").name(of: value32(register)) ?? String(int(register))
        case .ipcKey: value32(register) == 0 ? "IPC_PRIVATE" : Numbers.hex(value32(register))
        case .unused: ""
        default: named(parameter)
        }
    }

    /// The kinds that take names from tables.
    private func named(_ parameter: Parameter) -> String {
        let register = parameter.register
        return switch parameter.kind {
        case .flags(let name): table(name).flags(value32(register))
        case .longFlags(let name): table(name).flags(word(register))
        case .wideFlags(let name): table(name).flags(wide(parameter))
        case .value(let name): table(name).text(of: value32(register))
        case .ipcFlags(let name): ipcFlags(table(name), value32(register))
        case .ipcCommand(let name): ipcCommand(table(name), value32(register))
        case .fileMode: fileMode(value32(register))
        case .protocolNumber: SocketTables.protocolText(value32(register), domain: value32(0), abi: abi)
        case .socketOption:
            SocketTables.optionText(
                value32(register), level: value32(1), isRead: call.call.name == "getsockopt", abi: abi)
        case .ioctl: IoctlCommand(value32(register)).text(table("ioctl"))
        case .quotaCommand: quotaCommand(value32(register))
        case .futexWakeOperation: FutexWakeOperation(value32(register)).text
        case .ioPriority: ioPriority(value32(register))
        case .command(let command): self.command(command, register)
        default: ""
        }
    }

    private func command(_ command: CommandParameter, _ register: Int) -> String {
        let value = value32(register)
        return switch command {
        case .open, .openQueue, .mremap: table(of: command).flags(value)
        case .futex: FutexOperation(value).text(table(of: command))
        case .ioctl: IoctlCommand(value).text(table(of: command))
        case .makeNode: fileMode(value)
        case .ipc: ipc(value, table(of: command))
        case .clone: CloneArguments.flagsText(word(register), self)
        case .archPrctl, .fcntl, .kcmp, .keyctl, .prctl, .seccomp, .socketcall: table(of: command).text(of: value)
        }
    }

    func table(_ name: String) -> ValueTable { ValueTables.named(name, abi: abi) }

    private func table(of command: CommandParameter) -> ValueTable { table(command.table) }
}

/// Registers as numbers.
extension ArgumentText {
    func int(_ register: Int) -> Int32 { Int32(truncatingIfNeeded: word(register)) }

    private func signedWord(_ register: Int) -> Int64 {
        abi.has32Bits ? Int64(int(register)) : Int64(bitPattern: word(register))
    }

    /// 64 bits from one register or two.
    private func wide(_ parameter: Parameter) -> UInt64 {
        guard let upper = parameter.upperRegister else { return word(parameter.register) }
        return value32(upper) << 32 | value32(parameter.register)
    }
}

/// What the kernel side named.
extension ArgumentText {
    /// Source of AT_FDCWD: include/uapi/linux/fcntl.h.
    private func descriptor(_ parameter: Parameter) -> String {
        let number = int(parameter.register)
        let text = parameter.kind == .directory && number == -100 ? "AT_FDCWD" : String(number)
        return text + (call.descriptorNames[parameter.register].map { Escaped.name($0) } ?? "")
    }

    /// The text at an address if it is known, else the address.
    private func address(_ register: Int) -> String {
        call.strings[register].map { Escaped.string($0) } ?? Numbers.address(word(register))
    }
}
