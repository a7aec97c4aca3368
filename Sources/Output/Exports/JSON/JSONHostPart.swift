import Presentation
import Profile

/// The machine and boot, as every JSON document has them.
struct HostPart: Encodable {
    let kernelRelease, arch, bootID, cpuModel, clocksource: String
    let mitigations: [String: String]
    let vdsoSymbols: [String]

    init(_ host: Host) {
        kernelRelease = host.kernelRelease
        arch = host.arch
        bootID = host.bootID
        cpuModel = host.cpuModel
        clocksource = host.clocksource
        mitigations = host.mitigations
        vdsoSymbols = host.vdsoSymbols
    }

    enum CodingKeys: String, CodingKey {
        case kernelRelease = "kernel_release"
        case arch
        case bootID = "boot_id"
        case cpuModel = "cpu_model"
        case clocksource, mitigations
        case vdsoSymbols = "vdso_symbols"
    }
}
