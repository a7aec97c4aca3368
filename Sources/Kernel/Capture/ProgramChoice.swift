/// Which of the kernel side's programs a capture runs with: see BPF/syslat.bpf.c.
struct ProgramChoice {
    let sysEnter: String
    let sysExit: String
    /// The fast path (BPF/fast.bpf.h).
    let areFast: Bool
    /// Ends the names of the task hooks; in the general path the name has it before `_naming`.
    private let suffix: String

    private static let withoutTwin = ["flush_batch", "tick_vdso", "vsyscall"]

    /// - Parameter typed: the typed twins, or those for kernels without BTF of their own.
    init(_ options: CaptureOptions, _ kernel: KernelRequirements, typed: Bool) {
        suffix = typed ? "_typed" : "_raw"
        areFast =
            typed && kernel.canLookUpMappings && options.selection == nil && !options.target.isCgroup
            && !kernel.hasConcurrentPrograms(shareLimit: options.cpuShareLimit)
        if areFast {
            let path = options.sampling == .everyCall ? "fast" : "fast_sampling"
            (sysEnter, sysExit) = ("sys_enter_\(path)", "sys_exit_\(path)")
        } else {
            (sysEnter, sysExit) = ("sys_enter\(suffix)", "sys_exit\(suffix)" + (kernel.canLookUpMappings ? "_naming" : ""))
        }
    }

    /// The program of that name before its suffix.
    func twin(_ name: String) -> String { name + suffix }

    /// Whether a program is to be loaded.
    func has(_ program: String) -> Bool {
        if program.hasPrefix("sys_") { return program == sysEnter || program == sysExit }
        return program.hasSuffix(suffix) || ProgramChoice.withoutTwin.contains(program)
    }
}
