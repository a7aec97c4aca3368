extension EntryReason {
    /// One sentence or two: what to do about it where something can be done, else what it means.
    ///
    /// - Parameter function: the function of the vDSO that was left out: `clock_gettime`.
    public func advice(function: String) -> String {
        switch self {
        case .clocksource(let name): EntryReason.clocksourceCure(name)
        case .bypass: EntryReason.bypassCure(function)
        case .noVDSO: "the process has no vDSO: the kernel was booted with vdso=0, and every call enters it."
        case .clockNotServed: "the vDSO has no answer for this clock on any host: only the kernel knows it."
        case .counterInvalid:
            "user space can read the clock source, but it was not valid at that moment: it was being switched, or the hypervisor "
                + "took back its promise that it is stable."
        case .reseed: "getrandom of the vDSO fetched a new key for itself. That is normal."
        case .rngFallback:
            "getrandom of the vDSO could not answer: the generator was not ready, it does not know the flags, or it was called "
                + "from inside itself, as by a signal handler."
        case .compat: "32-bit calls all enter through the vDSO, so that nothing can be told."
        case .unexplained: "the vDSO gave up, and no known reason applies."
        }
    }

    /// Source: arch/x86/kernel/tsc.c, kvmclock.c, arch/x86/xen/time.c (v6.18): which clock sources the vDSO can read, and when.
    private static func clocksourceCure(_ name: String) -> String {
        let folder = "/sys/devices/system/clocksource/clocksource0"
        let selection = "`echo tsc > \(folder)/current_clocksource`"
        return switch name {
        case "xen":
            "the vDSO can't read xen here. Choose tsc, if \(folder)/available_clocksource has it: \(selection), or "
                + "clocksource=tsc at boot (EC2 recommends it)."
        case "kvm-clock":
            "the vDSO can't read kvm-clock here, because the hypervisor does not promise that it is stable. Choose tsc, if "
                + "\(folder)/available_clocksource has it: \(selection), or clocksource=tsc at boot."
        default:
            "the vDSO can't read \(name): the kernel gave up the faster tsc (or kvm-clock) or was told to use \(name); "
                + "`dmesg | grep -i clocksource` says which. If the machine's TSC is sound and "
                + "\(folder)/available_clocksource has it: \(selection), or tsc=reliable at boot."
        }
    }

    private static func bypassCure(_ function: String) -> String {
        let cause =
            "the program calls the kernel directly, with syscall(2), or its libc or runtime does not know this function of the vDSO."
        return switch function {
        case "getrandom": "\(cause) Use getrandom(3) of glibc 2.41 or newer, or Go 1.24 or newer."
        case "getcpu": "\(cause) Use sched_getcpu(3) of a libc that knows the vDSO or rseq(2), as glibc 2.35 and newer."
        case "clock_gettime", "clock_getres": "\(cause) Use \(function)(3) of a libc that knows the vDSO."
        default: "\(cause) Use \(function) or clock_gettime(3) of a libc that knows the vDSO."
        }
    }
}
