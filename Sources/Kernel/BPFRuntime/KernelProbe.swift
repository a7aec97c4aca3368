import CLibbpf
import Glibc

/// Finds out what the kernel's BPF can do by loading tiny programs: the version of a vendor's kernel doesn't tell.
package enum KernelProbe {
    /// A helper function that programs may call, by its number in enum bpf_func_id.
    package enum Helper: UInt32, Sendable {
        /// bpf_get_current_task_btf. Linux 5.11.
        case currentTask = 158
        /// bpf_task_pt_regs. Linux 5.15.
        case taskRegisters = 175
        /// bpf_find_vma. Linux 5.17.
        case findMapping = 180
    }

    /// Whether tracing programs may call a helper. Also true if the kernel takes no program at all from this process: then the
    /// real programs fail, with a better message.
    package static func has(_ helper: Helper) -> Bool {
        libbpf_probe_bpf_helper(BPF_PROG_TYPE_RAW_TRACEPOINT, bpf_func_id(helper.rawValue), nil) != 0
    }

    /// Whether programs may compare and exchange (BPF_CMPXCHG). Linux 5.12. Also true if the kernel takes no program at all.
    package static func hasCompareAndExchange() -> Bool {
        let program = [
            setZero(0), setZero(1),
            instruction(0x7b, destination: 10, offset: -8),  // *(u64 *)(r10 - 8) = r0
            instruction(0xdb, destination: 10, source: 1, offset: -8, immediate: 0xf1),  // compare and exchange there with r1
            setZero(0), exit,
        ]
        // A kernel that doesn't know the instruction returns EINVAL.
        return load(program, as: BPF_PROG_TYPE_SOCKET_FILTER) != EINVAL
    }

    /// Whether the kernel takes a program that may sleep on a tracepoint. Only a kernel that can call it preemptibly does (BPF_F_SLEEPABLE,
    /// check_attach_btf_id in kernel/bpf/verifier.c). nil if the kernel doesn't even take one that doesn't sleep.
    package static func takesSleepingProgram(on tracepoint: String) -> Bool? {
        let type = unsafe libbpf_find_vmlinux_btf_id(tracepoint, BPF_TRACE_RAW_TP)
        guard type > 0, load([setZero(0), exit], as: BPF_PROG_TYPE_TRACING, on: UInt32(type)) == 0 else { return nil }
        return load([setZero(0), exit], as: BPF_PROG_TYPE_TRACING, on: UInt32(type), flags: UInt32(BPF_F_SLEEPABLE)) == 0
    }

    /// Whether this process may load programs that attach to functions of the kernel. What they would attach to is another matter.
    package static func mayHookFunctions() -> Bool {
        // Type 1 of any kernel is no function, so the program itself is never loaded: EINVAL. EPERM is a ban.
        load([setZero(0), exit], as: BPF_PROG_TYPE_TRACING, on: 1, attachType: BPF_TRACE_FEXIT) != EPERM
    }

    /// Whether the kernel itself, not a module, has a function of this name. False too where it has no BTF.
    package static func hasFunction(_ name: String) -> Bool {
        unsafe libbpf_find_vmlinux_btf_id(name, BPF_TRACE_FENTRY) > 0
    }

    // MARK: Programs

    private static let exit = instruction(0x95)

    private static func setZero(_ register: UInt64) -> UInt64 { instruction(0xb7, destination: register) }

    /// An instruction laid out as struct bpf_insn on little-endian machines.
    private static func instruction(
        _ code: UInt64, destination: UInt64 = 0, source: UInt64 = 0, offset: Int16 = 0, immediate: UInt64 = 0
    ) -> UInt64 {
        code | destination << 8 | source << 12 | UInt64(UInt16(bitPattern: offset)) << 16 | immediate << 32
    }

    /// Loads a program and unloads it again. Returns 0, or the errno with which the kernel refuses it.
    /// - Parameter target: the BTF type of the tracepoint or function to attach to.
    private static func load(
        _ program: [UInt64], as type: bpf_prog_type, on target: UInt32? = nil,
        attachType: bpf_attach_type = BPF_TRACE_RAW_TP, flags: UInt32 = 0
    ) -> Int32 {
        var options = unsafe bpf_prog_load_opts()
        unsafe options.sz = MemoryLayout<bpf_prog_load_opts>.size
        unsafe options.prog_flags = flags
        if let target {
            unsafe options.expected_attach_type = attachType
            unsafe options.attach_btf_id = target
        }
        // Each word is one struct bpf_insn, and lives as long as the call.
        let result = unsafe program.withUnsafeBytes { bytes in
            let instructions = unsafe bytes.bindMemory(to: bpf_insn.self)
            return unsafe bpf_prog_load(type, "probe", "GPL", instructions.baseAddress, instructions.count, &options)
        }
        guard result >= 0 else { return -result }
        close(result)
        return 0
    }
}
