package import CSyslatABI
package import SyscallTable

/// Calls that bypassed the vDSO from one place in the code of a process, or a process's calls of one function through the
/// vsyscall page.
package struct CallerEntry: Sendable, Hashable {
    package enum Source: Sendable, Hashable {
        case code(CodePlace, File)
        /// The process's name when it made the first one.
        case vsyscallPage(comm: String)
    }

    /// Where a call instruction is.
    package struct CodePlace: Sendable, Hashable {
        package let pid: Int32
        /// Tells apart the programs that the process executed one after the other.
        package let program: UInt64
        /// The address after the instruction.
        package let address: UInt64
    }

    /// The file that the code belongs to.
    package enum File: Sendable, Hashable {
        /// The kernel side didn't look it up, or couldn't.
        case unknown
        /// Its name, without its folder.
        case named(String)
        /// Generated code: its memory belongs to no file.
        case none
    }

    package let source: Source
    package let pid: Int32
    /// For the vsyscall page, the system call that does the same.
    package let id: SyscallID
    package let clock: ClockID?
    package let calls: UInt64
    /// Whether the process had unmapped its vDSO when it made the first one; nil if the kernel side didn't look, or couldn't.
    package let lacksVDSO: Bool?

    /// nil if no kernel side writes such a key.
    package init?(key: syslat_caller_key, caller: syslat_caller) {
        pid = Int32(bitPattern: key.tgid)
        calls = caller.calls
        lacksVDSO = caller.state == SYSLAT_CALLER_UNKNOWN.rawValue ? nil : caller.lacks_vdso != 0
        if UInt32(key.abi) == SYSLAT_VSYSCALL.rawValue {
            id = SyscallID(abi: .x86_64, number: key.number)
            clock = nil
            source = .vsyscallPage(comm: String(kernelText: caller.name))
            return
        }
        guard let abi = ABI(code: key.abi), ABI.ofCalls.contains(abi) else { return nil }
        id = SyscallID(abi: abi, number: key.number)
        guard let origin = CallOrigin(evidence: key.evidence, clock: key.clock, of: id) else { return nil }
        clock = origin.clock
        source = .code(CodePlace(pid: pid, program: key.mm, address: key.ip), File(caller))
    }
}

extension CallerEntry.File {
    fileprivate init(_ caller: syslat_caller) {
        switch caller.state {
        case SYSLAT_CALLER_NAMED.rawValue: self = .named(String(kernelText: caller.name))
        case SYSLAT_CALLER_NO_FILE.rawValue: self = .none
        default: self = .unknown
        }
    }
}
