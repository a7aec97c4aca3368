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
            cpuModel: cpuModel,
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

    /// The name of the processor. arm64 has numbers in its place: the implementer and the part, as `lscpu` looks them up, with variant and
    /// revision. Source: arch/arm64/kernel/cpuinfo.c.
    private static var cpuModel: String {
        let path = "/proc/cpuinfo"
        if let name = ProcFS.field("model name", in: path) { return name }
        guard let implementer = ProcFS.field("CPU implementer", in: path), let part = ProcFS.field("CPU part", in: path) else {
            return "unknown"
        }
        let variant = ProcFS.field("CPU variant", in: path) ?? "0x0"
        let revision = ProcFS.field("CPU revision", in: path) ?? "0"
        let name = armProcessors["\(implementer) \(part)"] ?? "implementer \(implementer) part \(part)"
        return "\(name) r\(variant.dropFirst(2))p\(revision)"
    }

    /// Frequent ones of servers and boards, by implementer and part (arch/arm64/include/asm/cputype.h).
    private static let armProcessors = [
        "0x41 0xd03": "Cortex-A53", "0x41 0xd07": "Cortex-A57", "0x41 0xd08": "Cortex-A72", "0x41 0xd0b": "Cortex-A76",
        "0x41 0xd0c": "Neoverse-N1", "0x41 0xd40": "Neoverse-V1", "0x41 0xd49": "Neoverse-N2", "0x41 0xd4f": "Neoverse-V2",
        "0x41 0xd84": "Neoverse-V3", "0x41 0xd8e": "Neoverse-N3", "0xc0 0xac3": "Ampere-1", "0xc0 0xac4": "Ampere-1a",
    ]

    private static var architecture: String {
        #if arch(x86_64)
        "x86_64"
        #else
        "aarch64"
        #endif
    }
}
