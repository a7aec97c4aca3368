import Foundation
import Testing

/// Whether other kernels can be booted on this machine: that takes QEMU, the kernels and the static syslat.
package enum KernelRequirement {
    static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The static syslat: what `make static` builds, or SYSLAT_STATIC.
    package static let program =
        ProcessInfo.processInfo.environment["SYSLAT_STATIC"] ?? package.appending(path: ".build-static/syslat").path

    /// What is missing; nil if nothing is.
    package static let obstacle: String? = {
        let files = FileManager.default
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        guard path.split(separator: ":").contains(where: { files.isExecutableFile(atPath: "\($0)/qemu-system-x86_64") }) else {
            return "there is no qemu-system-x86_64: install qemu-system-x86"
        }
        guard files.isExecutableFile(atPath: program) else { return "there is no \(program): `make static` builds it" }
        for kernel in DebianKernel.required where !files.isReadableFile(atPath: kernel.path) {
            return "there is no \(kernel.path): Tests/Kernels/fetch gets it"
        }
        return nil
    }()

    /// With SYSLAT_REQUIRE_KERNELS=1 nothing is skipped: what can't run fails.
    package static let isRequired = ProcessInfo.processInfo.environment["SYSLAT_REQUIRE_KERNELS"] == "1"
}

extension Trait where Self == ConditionTrait {
    /// Skips a test, saying why, where other kernels can't be booted.
    package static var requiresKernels: Self {
        .enabled(
            if: KernelRequirement.isRequired || KernelRequirement.obstacle == nil,
            "no kernel can be booted here: \(KernelRequirement.obstacle ?? "")")
    }
}
