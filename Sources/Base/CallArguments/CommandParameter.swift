/// A command, operation or option by which a call is several calls in one. The texts of the signatures have a line for each: the
/// word here, a dot, and the name of the command.
package enum CommandParameter: String, Sendable, Hashable, CaseIterable {
    case archPrctl = "arch-prctl"
    case fcntl
    case futex
    case ioctl
    case ipc
    case kcmp
    case keyctl
    case prctl
    case seccomp
    case socketcall
    /// The flags of open: a mode follows if a file may be made.
    case open
    case openQueue = "mq-open"
    /// The flags of mremap: an address follows if it is fixed.
    case mremap
    /// The type of the file: a device has a number.
    case makeNode = "mknod"
    /// The flags of clone decide by its architecture and by themselves; see ``CloneArguments``.
    case clone

    /// The table that names its values, or its bits.
    var table: String {
        switch self {
        case .archPrctl, .fcntl, .futex, .ipc, .kcmp, .keyctl, .prctl, .seccomp, .socketcall, .open, .mremap, .clone: rawValue
        case .openQueue: "open"
        case .ioctl: "ioctl"
        case .makeNode: "file-type"
        }
    }

    /// The second half of the name of the line that says what follows; ``other`` if the texts have no such line.
    func following(_ value: UInt64, table: ValueTable) -> String {
        switch self {
        case .archPrctl, .fcntl, .kcmp, .keyctl, .prctl, .seccomp, .socketcall: table.name(of: value) ?? Self.other
        case .ipc: table.name(of: value & 0xffff) ?? Self.other
        case .futex: table.name(of: FutexOperation(value).command) ?? Self.other
        // O_CREAT, or the bit of O_TMPFILE that isn't O_DIRECTORY, as the kernel asks.
        case .open: value & 0x40_0040 != 0 ? "create" : Self.other
        case .openQueue: value & 0x40 != 0 ? "create" : Self.other
        // MREMAP_FIXED, which is refused without MREMAP_MAYMOVE
        case .mremap: value & 3 == 3 ? "move" : Self.other
        // S_IFCHR, S_IFBLK
        case .makeNode: [0o020000, 0o060000].contains(value & 0o170000) ? "device" : Self.other
        case .ioctl, .clone: Self.other
        }
    }

    static let other = "other"
}

/// What FUTEX_WAKE_OP does with the second futex, and the condition on which it wakes: four numbers in one word.
///
/// Source: FUTEX_OP in include/uapi/linux/futex.h.
struct FutexWakeOperation {
    private let value: UInt64

    init(_ value: UInt64) { self.value = value }

    /// As strace writes it: `FUTEX_OP_ADD<<28|0x1<<12|FUTEX_OP_CMP_GT<<24|0`.
    var text: String {
        let operations = ["SET", "ADD", "OR", "ANDN", "XOR"].map { "FUTEX_OP_" + $0 }
        let conditions = ["EQ", "NE", "LT", "LE", "GT", "GE"].map { "FUTEX_OP_CMP_" + $0 }
        let operation = Self.name(operations, value >> 28 & 7)
        let condition = Self.name(conditions, value >> 24 & 0xf)
        let shift = value & 0x8000_0000 != 0 ? "FUTEX_OP_OPARG_SHIFT<<28|" : ""
        return shift + "\(operation)<<28|\(Numbers.hex(value >> 12 & 0xfff))<<12|\(condition)<<24|\(Numbers.hex(value & 0xfff))"
    }

    private static func name(_ names: [String], _ index: UInt64) -> String {
        names.indices.contains(Int(index)) ? names[Int(index)] : Numbers.hex(index)
    }
}

/// The operation of futex, with the flags that are in the same word.
///
/// Source: include/uapi/linux/futex.h.
struct FutexOperation {
    let command: UInt64
    private let value: UInt64

    init(_ value: UInt64) {
        self.value = value & 0xffff_ffff
        command = self.value & ~0x180
    }

    /// As strace writes it: FUTEX_WAIT_BITSET_PRIVATE|FUTEX_CLOCK_REALTIME. An unknown operation is a number, flags included.
    func text(_ table: ValueTable) -> String {
        guard let name = table.name(of: command) else { return Numbers.hex(value) }
        return name + (value & 0x80 != 0 ? "_PRIVATE" : "") + (value & 0x100 != 0 ? "|FUTEX_CLOCK_REALTIME" : "")
    }
}
