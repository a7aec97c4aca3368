import SyscallTable

/// The arguments of clone, which x86_64 takes in another order than Arm and 32-bit x86, and of which flags say what is used.
///
/// Source: CONFIG_CLONE_BACKWARDS in kernel/fork.c.
struct CloneArguments {
    let abi: ABI
    let flags: UInt64

    /// As strace writes them: the stack first, and only what is used, each with its name.
    var parameters: [Parameter] {
        // CLONE_PIDFD, CLONE_SETTLS, CLONE_PARENT_SETTID, and CLONE_CHILD_CLEARTID or CLONE_CHILD_SETTID.
        let (usesParent, usesThreadStorage, usesChild) = (flags & 0x10_1000 != 0, flags & 0x8_0000 != 0, flags & 0x120_0000 != 0)
        let isBackwards = abi.has32Bits || abi == .aarch64
        var parameters = [
            Parameter(label: "child_stack", kind: .pointer, register: 1),
            Parameter(label: "flags", kind: .command(.clone), register: 0),
        ]
        if usesParent { parameters.append(Parameter(label: "parent_tid", kind: .pointer, register: 2)) }
        if usesThreadStorage { parameters.append(Parameter(label: "tls", kind: .pointer, register: isBackwards ? 3 : 4)) }
        if usesChild { parameters.append(Parameter(label: "child_tidptr", kind: .pointer, register: isBackwards ? 4 : 3)) }
        return parameters
    }

    /// Flags, and in the lowest byte the signal that the parent gets at the end of the child.
    static func flagsText(_ value: UInt64, _ writer: ArgumentText) -> String {
        let (flags, signal) = (value & ~0xff, value & 0xff)
        let names = writer.table("clone").flags(flags)
        guard signal != 0 else { return names }
        return (flags == 0 ? "" : names + "|") + writer.signal(Int32(signal))
    }
}
