package import SyscallTable

/// What the vDSO can do for a clock.
///
/// Source: VDSO_HRES, VDSO_RAW and VDSO_COARSE in include/vdso/datapage.h, Linux 6.1 to 7.3.
package enum VDSOService: Sendable, Hashable {
    /// It reads the counter itself, if user space can read the kernel's clock source.
    case counter
    /// It reads the time of the last tick, with any clock source.
    case coarse
    /// It always enters the kernel.
    case never
}

extension ClockID {
    /// What the vDSO can do for this clock.
    ///
    /// The auxiliary clocks (16 to 23, Linux 6.17) count as never served: only a kernel built for them serves them, and only
    /// those that are switched on.
    package var vdsoService: VDSOService {
        switch self {
        case .realtime, .monotonic, .monotonicRaw, .boottime, .tai: .counter
        case .realtimeCoarse, .monotonicCoarse: .coarse
        default: .never
        }
    }
}

/// The kernel's sources of time.
package enum Clocksource {
    /// The sources that user space can read, by the names in /sys/devices/system/clocksource/clocksource0/current_clocksource.
    ///
    /// Source: `vdso_clock_mode` in arch/x86/kernel/{tsc,kvmclock}.c, arch/x86/xen/time.c, drivers/clocksource/{hyperv_timer,
    /// arm_arch_timer,timer-riscv}.c (v6.18). kvm-clock and xen have it only while the hypervisor marks their pages as stable.
    package static let readableInUserSpace: Set<String> = [
        "tsc", "tsc-early", "kvm-clock", "hyperv_clocksource_tsc_page", "xen", "arch_sys_counter", "riscv_clocksource",
    ]
}
