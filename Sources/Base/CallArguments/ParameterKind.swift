/// What a parameter of a call means, and so how its register is written.
///
/// In the texts of the signatures a kind is one word: ``init(word:)``.
package enum ParameterKind: Sendable, Hashable {
    /// A file descriptor of the process.
    case descriptor
    /// A descriptor that paths are relative to; it may be AT_FDCWD.
    case directory
    /// The address of a path.
    case path
    /// The address of another text with a NUL at its end, such as the name of an attribute.
    case string
    /// Any other address.
    case pointer

    /// 32 bits of the register, in decimal.
    case int, unsigned
    /// The whole register, in decimal.
    case long, unsignedLong
    /// 32 bits, or the whole register, in hexadecimal.
    case hex, longHex
    /// A position or length of 64 bits; in 32-bit programs it takes two registers.
    case offset
    /// The same without a sign.
    case length
    /// An offset with the upper register first: _llseek.
    case highOffset
    /// An offset that a 32-bit program hands over as two arguments, the lower half first: on Arm, any two registers.
    case lowOffset
    /// An offset in units of 4096 bytes, shown in bytes: mmap2.
    case pages

    /// Permission bits, in octal.
    case mode
    /// The same, with the type of the file before them: mknod.
    case fileMode
    /// Permission bits after flags: shmget.
    case ipcFlags(String)
    /// The number of a device.
    case device
    /// A user or group; all bits set means "leave as it is". 16 bits in the oldest calls of ia32.
    case user, user16
    case signal
    case clock
    /// Names of a table joined by `|`, from 32 bits, the whole register, or the registers of an ``offset``.
    case flags(String), longFlags(String), wideFlags(String)
    /// One name of a table.
    case value(String)
    /// The same, with IPC_64 before it where that bit is set: shmctl.
    case ipcCommand(String)
    /// A command that decides what the registers behind it are.
    case command(CommandParameter)

    /// Depends on the domain, the first argument: socket.
    case protocolNumber
    /// Depends on the level, the second argument: setsockopt.
    case socketOption
    /// The number of a command to a device; see ``IoctlCommand``.
    case ioctl
    case quotaCommand
    case futexWakeOperation
    /// A key or keyring.
    case key
    /// The identifier of what IPC calls share; IPC_PRIVATE is 0.
    case ipcKey
    /// The class of an I/O priority and its level.
    case ioPriority
    /// A register that the kernel doesn't look at.
    case unused

    /// The kind of a word in the text of a signature; nil if it has no meaning.
    init?(word: some StringProtocol) {
        if let kind = ParameterKind.plainWords[String(word)] {
            self = kind
            return
        }
        let parts = word.split(separator: ":")
        guard parts.count == 2 else { return nil }
        let table = String(parts[1])
        switch parts[0] {
        case "flags": self = .flags(table)
        case "longflags": self = .longFlags(table)
        case "wideflags": self = .wideFlags(table)
        case "value": self = .value(table)
        case "ipcflags": self = .ipcFlags(table)
        case "ipccommand": self = .ipcCommand(table)
        case "by":
            guard let command = CommandParameter(rawValue: table) else { return nil }
            self = .command(command)
        default: return nil
        }
    }

    private static let plainWords: [String: ParameterKind] = [
        "fd": .descriptor, "dir": .directory, "path": .path, "string": .string, "ptr": .pointer,
        "int": .int, "uint": .unsigned, "long": .long, "ulong": .unsignedLong, "size": .unsignedLong,
        "hex": .hex, "longhex": .longHex, "offset": .offset, "length": .length, "highoffset": .highOffset, "lowoffset": .lowOffset,
        "pages": .pages,
        "mode": .mode, "filemode": .fileMode, "device": .device, "user": .user, "user16": .user16,
        "signal": .signal, "clock": .clock, "protocol": .protocolNumber, "sockopt": .socketOption, "ioctl": .ioctl,
        "quota": .quotaCommand, "wakeop": .futexWakeOperation, "key": .key, "ipckey": .ipcKey, "iopriority": .ioPriority,
        "unused": .unused,
    ]

    /// Whether its 64 bits are in two registers of a 32-bit program.
    var takesTwoRegistersIn32Bits: Bool {
        switch self {
        case .offset, .length, .highOffset, .lowOffset, .wideFlags: true
        default: false
        }
    }

    /// Whether those two begin with an even one on Arm, as one 64-bit argument does (AAPCS32, 6.5).
    var isAlignedOnArm: Bool { takesTwoRegistersIn32Bits && self != .highOffset && self != .lowOffset }

    /// The table that it takes names from; nil if it has none of its own.
    var table: String? {
        switch self {
        case .flags(let table), .longFlags(let table), .wideFlags(let table), .value(let table), .ipcFlags(let table),
            .ipcCommand(let table):
            table
        case .command(let command): command.table
        case .signal: "signal"
        case .key: "key"
        case .ioctl: "ioctl"
        default: nil
        }
    }
}
