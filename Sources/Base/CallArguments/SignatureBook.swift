import SyscallTable

/// The texts in which the signatures are written: a line for several calls of the same parameters,
///
///     pread64 pwrite64: fd ptr size offset
///     openat: dir path by:open -> descriptor
///
/// with a word for each register (``ParameterKind``) and, unless it is a number, the kind of the result (``ResultKind``). A call
/// has one signature in all ABIs unless a text of an ABI replaces it. `by:open` is a command: `open.create` says what may follow.
///
/// Source: include/linux/syscalls.h for the parameters, arch/x86/entry/syscalls and arch/x86/kernel/sys_ia32.c for those of
/// ia32, arch/arm64/kernel/sys32.c and include/asm-generic/compat.h (compat_arg_u64) for those of arm.
enum SignatureTexts {
    static let common = [files, mounts, memory, processes, control, clocks, sockets, events, kernel]

    static func replacing(_ abi: ABI) -> [String] {
        switch abi {
        case .ia32: [ia32]
        // Calls that both have are alike but for the registers of 64-bit arguments.
        case .arm: [arm, ia32]
        case .x32: [x32]
        case .x86_64, .aarch64, .ioUring: []
        }
    }
}

/// The signatures of an ABI by the names of the calls, and what follows commands.
struct SignatureBook: Sendable {
    private(set) var signatures: [String: CallSignature] = [:]
    /// By command and name: `fcntl.F_SETFD`. Registers are counted from the one behind the command.
    private(set) var following: [String: [Parameter]] = [:]

    /// Parsed when something first asks for an ABI.
    static func of(_ abi: ABI) -> SignatureBook {
        switch abi {
        case .ia32: ia32
        case .arm: arm
        case .x32: x32
        case .x86_64, .aarch64, .ioUring: native
        }
    }

    private static let native = SignatureBook(abi: .x86_64)
    private static let ia32 = SignatureBook(abi: .ia32)
    private static let arm = SignatureBook(abi: .arm)
    private static let x32 = SignatureBook(abi: .x32)

    private init(abi: ABI) {
        // What replaces others comes first: a line is for the names that have none yet.
        for text in SignatureTexts.replacing(abi) + SignatureTexts.common {
            for line in text.split(separator: "\n") { add(line, abi: abi) }
        }
    }

    /// Whether the ABI has the call that a line is for. Those that 32-bit Arm lacks may not fit its registers.
    private static func has(_ name: String, _ abi: ABI) -> Bool {
        abi != .arm || name.contains(".") || SyscallTable.number(named: name, abi: abi) != nil
    }

    private mutating func add(_ line: Substring, abi: ABI) {
        let names = SignatureLine.names(line).filter {
            signatures[$0] == nil && following[$0] == nil && SignatureBook.has($0, abi)
        }
        guard !names.isEmpty else { return }
        guard let parsed = SignatureLine(line, abi: abi) else {
            preconditionFailure("'\(line)' is not a line of names, parameters and a result")
        }
        for name in names {
            if name.contains(".") {
                following[name] = parsed.parameters
            } else {
                signatures[name] = CallSignature(parameters: parsed.parameters, result: parsed.result)
            }
        }
    }
}

/// A line of a text, parsed.
struct SignatureLine {
    let parameters: [Parameter]
    let result: ResultKind

    /// What stands before the colon.
    static func names(_ line: Substring) -> [String] {
        line.prefix { $0 != ":" }.split(separator: " ").map(String.init)
    }

    /// Nil if a word has no meaning or there are more than six registers.
    init?(_ line: Substring, abi: ABI) {
        guard let colon = line.firstIndex(of: ":") else { return nil }
        var words = line[line.index(after: colon)...].split(separator: " ")[...]
        if let arrow = words.firstIndex(of: "->") {
            guard words.index(after: arrow) < words.endIndex, let kind = ResultKind(rawValue: String(words[arrow + 1])) else {
                return nil
            }
            result = kind
            words = words[..<arrow]
        } else {
            result = .number
        }
        var parameters: [Parameter] = []
        var register = 0
        for word in words {
            guard let kind = ParameterKind(word: word) else { return nil }
            let isSplit = abi.has32Bits && kind.takesTwoRegistersIn32Bits
            if abi == .arm, kind.isAlignedOnArm { register += register & 1 }
            if kind != .unused {
                let upperFirst = kind == .highOffset
                parameters.append(
                    Parameter(
                        kind: kind, register: register + (isSplit && upperFirst ? 1 : 0),
                        upperRegister: isSplit ? register + (upperFirst ? 0 : 1) : nil))
            }
            register += isSplit ? 2 : 1
        }
        guard register <= 6 else { return nil }
        self.parameters = parameters
    }
}
