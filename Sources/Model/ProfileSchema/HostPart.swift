package import Profile

/// The machine and boot.
package struct HostPart: Codable {
    private var kernelRelease, kernelVersion, arch, bootID, cpuModel, microcode, clocksource: String
    private var onlineCPUs: Int
    private var mitigations: [String: String]
    /// Files of version 1 leave it out where there are none.
    private var vdsoSymbols: [String]?

    enum CodingKeys: String, CodingKey {
        case kernelRelease = "kernel_release"
        case kernelVersion = "kernel_version"
        case bootID = "boot_id"
        case cpuModel = "cpu_model"
        case onlineCPUs = "online_cpus"
        case vdsoSymbols = "vdso_symbols"
        case arch, microcode, clocksource, mitigations
    }

    package init(_ host: Host) {
        (kernelRelease, kernelVersion, arch) = (host.kernelRelease, host.kernelVersion, host.arch)
        (bootID, cpuModel, microcode) = (host.bootID, host.cpuModel, host.microcode)
        (clocksource, onlineCPUs, mitigations) = (host.clocksource, host.onlineCPUs, host.mitigations)
        vdsoSymbols = host.vdsoSymbols
    }

    package var host: Host {
        Host(
            kernelRelease: kernelRelease, kernelVersion: kernelVersion, arch: arch, bootID: bootID, cpuModel: cpuModel,
            microcode: microcode, onlineCPUs: onlineCPUs, clocksource: clocksource, mitigations: mitigations,
            vdsoSymbols: vdsoSymbols ?? [])
    }
}
