package import Profile
import SyscallTable

extension VDSOProfile {
    /// What to do about entries of one reason, or what it means: a sentence or two. nil of none.
    package func advice(on entries: [VDSOEntry]) -> String? {
        guard let first = entries.first else { return nil }
        let functions = Set(entries.map(\.function)).sorted()
        guard entries.allSatisfy(isBypassInVain) else { return first.reason.advice(functions: functions) }
        let calls = Set(entries.map { entry in entry.clock.map { "\(entry.function) for \($0.name)" } ?? entry.function }).sorted()
        return "the program calls the kernel directly, but this host's vDSO does not answer "
            + "\(calls.joined(separator: ", ")) either."
    }
}

extension EntryReason {
    /// One sentence or two: what to do about it where something can be done, else what it means.
    ///
    /// - Parameter functions: the functions of the vDSO that were left out: `clock_gettime`.
    package func advice(functions: [String]) -> String {
        switch self {
        case .clocksource(let name): EntryReason.clocksourceCure(name)
        case .bypass: EntryReason.bypassCure(functions)
        case .noVDSO:
            "the process has no vDSO: it has unmapped it, or the kernel was booted with vdso=0. Every call enters the kernel."
        case .clockNotServed: "the vDSO has no answer for this clock on any host: only the kernel knows it."
        case .counterInvalid:
            "user space can read the clock source, but it wasn't valid at that moment: it was being switched, or the hypervisor "
                + "no longer called it stable."
        case .reseed: "getrandom of the vDSO fetched a new key for itself. That is normal."
        case .rngFallback:
            "getrandom of the vDSO could not answer: the generator wasn't ready, it doesn't know the flags, or it was called "
                + "inside itself, as by a signal handler."
        case .compat: "all 32-bit calls enter through the vDSO, so the reason can't be told."
        case .unexplained: "the vDSO gave up, and no known reason applies."
        }
    }

    /// Source: arch/x86/kernel/tsc.c, kvmclock.c, arch/x86/xen/time.c (v6.18): which clock sources the vDSO can read, and when.
    private static func clocksourceCure(_ name: String) -> String {
        let folder = "/sys/devices/system/clocksource/clocksource0"
        let selection = "`echo tsc > \(folder)/current_clocksource` (available_clocksource next to it lists the choices)"
        return switch name {
        case "xen": "the vDSO can't read xen here. Choose tsc: \(selection), or clocksource=tsc at boot, as EC2 recommends."
        case "kvm-clock":
            "the vDSO can't read kvm-clock here, because the hypervisor does not call it stable. Choose tsc: "
                + "\(selection), or clocksource=tsc at boot."
        default:
            "the vDSO can't read \(name): the kernel gave up the faster tsc (or kvm-clock) or was told to use \(name); "
                + "`dmesg | grep -i clocksource` says which. If the machine's TSC is sound: \(selection), or tsc=reliable at boot."
        }
    }

    private static func bypassCure(_ functions: [String]) -> String {
        let noun = functions.count == 1 ? "this function" : "these functions"
        let pages = [
            "clock_gettime": "clock_gettime(3)", "clock_getres": "clock_getres(3)", "gettimeofday": "gettimeofday(2)",
            "time": "time(2)", "getrandom": "getrandom(2)", "getcpu": "sched_getcpu(3)",
        ]
        let calls = functions.map { pages[$0] ?? $0 }
        let list = calls.count < 2 ? calls.joined() : calls.dropLast().joined(separator: ", ") + " and " + calls[calls.count - 1]
        let version = functions.contains("getrandom") ? "; for getrandom that is glibc from 2.41 on, or Go from 1.24 on" : ""
        return "the program calls the kernel directly, with syscall(2), or its libc or runtime does not know \(noun) of the vDSO. "
            + "Use \(list) of a libc that knows the vDSO\(version)."
    }
}
