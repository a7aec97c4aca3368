import Glibc
import Linux
package import Profile
import VDSO

extension Host {
    /// The machine that this process runs on.
    package static func current() -> Host {
        let vulnerabilities = "/sys/devices/system/cpu/vulnerabilities"
        return Host(
            kernelRelease: KernelRelease.current,
            kernelVersion: ProcFS.text("/proc/sys/kernel/version") ?? "unknown",
            arch: architecture,
            bootID: ProcFS.text("/proc/sys/kernel/random/boot_id") ?? "unknown",
            cpuModel: ProcFS.field("model name", in: "/proc/cpuinfo") ?? "unknown",
            microcode: ProcFS.field("microcode", in: "/proc/cpuinfo") ?? "unknown",
            onlineCPUs: Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))),
            clocksource: clocksource(),
            mitigations: Dictionary(
                uniqueKeysWithValues: ProcFS.names(in: vulnerabilities).map {
                    ($0, ProcFS.text("\(vulnerabilities)/\($0)") ?? "unknown")
                }),
            vdsoSymbols: vdsoSymbols())
    }

    /// The kernel's clock source at this moment.
    package static func clocksource() -> String {
        ProcFS.text("/sys/devices/system/clocksource/clocksource0/current_clocksource") ?? "unknown"
    }

    private static func vdsoSymbols() -> [String] {
        do throws(VDSOImageError) { return try RunningVDSO.find()?.image.functionNames ?? [] } catch { return [] }
    }

    private static var architecture: String {
        #if arch(x86_64)
        "x86_64"
        #else
        "aarch64"
        #endif
    }
}
