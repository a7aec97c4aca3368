/// Which of the kernel side's programs a capture runs with: see BPF/syslat.bpf.c.
struct ProgramChoice {
    let sysEnter: String
    let sysExit: String
    /// The short way of most calls (BPF/plain.bpf.h).
    let arePlain: Bool
    /// Ends the names of the others, which have a twin each.
    private let suffix: String

    private static let withoutTwin = ["flush_batch", "sample_vdso", "vsyscall"]

    /// - Parameter typed: the typed twins, or those for kernels without BTF of their own.
    init(_ options: CaptureOptions, _ kernel: KernelRequirements, typed: Bool) {
        suffix = typed ? "_btf" : "_raw"
        arePlain =
            typed && kernel.canLookUpMappings && options.selection == nil && !options.target.isCgroup
            && !kernel.hasConcurrentPrograms(shareLimit: options.cpuShareLimit)
        if arePlain {
            let way = options.sampling == .everyCall ? "plain" : "sampling"
            (sysEnter, sysExit) = ("sys_enter_\(way)", "sys_exit_\(way)")
        } else {
            (sysEnter, sysExit) = ("sys_enter\(suffix)", (kernel.canLookUpMappings ? "sys_exit_naming" : "sys_exit") + suffix)
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
