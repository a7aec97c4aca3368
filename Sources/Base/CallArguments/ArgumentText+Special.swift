import SyscallTable

/// Parameters that are neither plain numbers nor plain tables.
extension ArgumentText {
    func user(_ value: UInt64, all: UInt64) -> String { value == all ? "-1" : String(value) }

    /// Real-time signals have no names in the kernel; they are counted from the first one, 32.
    func signal(_ number: Int32) -> String {
        if let name = number > 0 ? table("signal").name(of: UInt64(number)) : nil { return name }
        return switch number {
        case 32: "SIGRTMIN"
        case 33...64: "SIGRT_\(number - 32)"
        default: String(number)
        }
    }

    /// As user space packs it: MMMmm, and the upper bits of the minor number in front.
    /// Source: new_decode_dev in include/linux/kdev_t.h.
    func device(_ value: UInt64) -> String {
        let major = (value & 0xfff00) >> 8
        let minor = value & 0xff | (value >> 12) & 0xfff00
        return "makedev(\(Numbers.hex(major)), \(Numbers.hex(minor)))"
    }

    /// The type of a file and its permission bits: `S_IFCHR|0644`.
    func fileMode(_ value: UInt64) -> String {
        let mode = value & 0xffff
        guard let type = table("file-type").name(of: mode & 0o170000) else { return Numbers.mode(mode) }
        return type + "|" + Numbers.mode(mode & 0o7777)
    }

    /// Flags and permission bits: `IPC_CREAT|0600`.
    func ipcFlags(_ table: ValueTable, _ value: UInt64) -> String {
        let flags = value & ~0o777
        return (flags == 0 ? "" : table.flags(flags) + "|") + Numbers.mode(value & 0o777)
    }

    /// IPC_64 (0x100) asks for structures with 64-bit fields.
    func ipcCommand(_ table: ValueTable, _ value: UInt64) -> String {
        (value & 0x100 != 0 ? "IPC_64|" : "") + table.text(of: value & ~0x100)
    }

    /// The call that ipc stands for, behind the version of its structures if it has one.
    func ipc(_ value: UInt64, _ table: ValueTable) -> String {
        let version = value >> 16
        return (version == 0 ? "" : "\(version)<<16|") + table.text(of: value & 0xffff)
    }

    /// A command in the upper 24 bits and the type of the quota in the lower 8.
    /// Source: QCMD in include/uapi/linux/quota.h.
    func quotaCommand(_ value: UInt64) -> String {
        "QCMD(\(table("quota").text(of: value >> 8)), \(table("quota-type").text(of: value & 0xff)))"
    }

    /// A class in the upper bits and a level in the lower 13.
    /// Source: include/uapi/linux/ioprio.h.
    func ioPriority(_ value: UInt64) -> String {
        "IOPRIO_PRIO_VALUE(\(table("io-priority-class").text(of: value >> 13)), \(value & 0x1fff))"
    }
}

/// Clocks as C writes them.
enum Clocks {
    /// Negative ids are macros of the kernel: a descriptor, or a process or thread and the kind of its time.
    /// Source: include/linux/posix-timers_types.h.
    static func text(_ id: Int32) -> String {
        guard id < 0 else {
            let clock = ClockID(rawValue: id)
            guard ClockID.named.contains(clock) else { return Numbers.hex(UInt64(id)) }
            return "CLOCK_" + clock.name + (clock == .processCPUTime || clock == .threadCPUTime ? "_ID" : "")
        }
        let number = ~(id >> 3)
        if id & 7 == 3 { return "FD_TO_CLOCKID(\(number))" }
        let kinds = ["CPUCLOCK_PROF", "CPUCLOCK_VIRT", "CPUCLOCK_SCHED"]
        let kind = kinds.indices.contains(Int(id & 3)) ? kinds[Int(id & 3)] : String(id & 3)
        return (id & 4 != 0 ? "MAKE_THREAD_CPUCLOCK(" : "MAKE_PROCESS_CPUCLOCK(") + "\(number), \(kind))"
    }
}
