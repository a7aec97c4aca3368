import SyscallTable

/// Writes what a call returned.
struct ResultText {
    let call: ObservedCall
    let result: CallResult

    /// `3</etc/passwd>`, `0x7f12`, `-1 ENOENT`; `? ERESTARTSYS` for what the program never sees, because the kernel restarts the
    /// call or changes the error.
    var text: String {
        switch result {
        case .error(let number): (Self.keptByKernel.contains(number) ? "? " : "-1 ") + ErrnoTable.name(number)
        case .value(let value): valueText(value) + (call.resultName.map { Escaped.name($0) } ?? "")
        }
    }

    /// ERESTARTSYS to ENOGRACE. Source: include/linux/errno.h.
    private static let keptByKernel: ClosedRange<Int32> = 512...531

    private func valueText(_ value: Int64) -> String {
        let writer = ArgumentText(call)
        let bits = UInt64(bitPattern: value)
        switch CallSignature.of(call.call)?.result ?? .number {
        case .number: return fcntlText(value, writer) ?? String(value)
        case .descriptor: return String(value)
        case .address: return Numbers.hex(call.call.abi.has32Bits ? bits & 0xffff_ffff : bits)
        case .mode: return Numbers.mode(bits)
        case .ready: return value == 0 ? "0 (Timeout)" : String(value)
        case .scheduler: return named(value, writer.table("scheduler").name(of: bits))
        case .signal: return signal(value, writer)
        case .never: return "?"
        }
    }

    /// A number, and its name in parentheses if it has one.
    private func named(_ value: Int64, _ name: String?) -> String {
        String(value) + (name.map { " (\($0))" } ?? "")
    }

    private func signal(_ value: Int64, _ writer: ArgumentText) -> String {
        named(value, (1...64).contains(value) ? writer.signal(Int32(value)) : nil)
    }

    /// What the commands of fcntl that ask for flags return: `0x8002 (flags O_RDWR|O_LARGEFILE)`. Nil for other calls and commands.
    private func fcntlText(_ value: Int64, _ writer: ArgumentText) -> String? {
        guard ["fcntl", "fcntl64"].contains(call.name) else { return nil }
        let bits = UInt64(bitPattern: value)
        let names: String
        switch writer.table("fcntl").name(of: writer.value32(1)) {
        case "F_GETFD": names = value == 0 ? "" : "flags " + writer.table("fd").flags(bits)
        case "F_GETFL": names = "flags " + writer.table("open").flags(bits)
        case "F_GET_SEALS": names = value == 0 ? "" : "seals " + writer.table("seals").flags(bits)
        case "F_GETSIG": return signal(value, writer)
        case "F_GETLEASE": names = writer.table("lease").name(of: bits) ?? ""
        default: return nil
        }
        return Numbers.hex(bits) + (names.isEmpty ? "" : " (\(names))")
    }
}
