import Foundation
import KernelLab
import Testing

/// The arm64 kernels that `Tests/Kernels/fetch --arm64` puts into .kernels/arm64, by releases of Debian.
package enum ArmKernel: String, CaseIterable, Sendable, CustomStringConvertible {
    /// 5.10, the oldest that syslat runs on.
    case oldest = "bullseye"
    /// 6.1
    case bookworm
    /// 6.12
    case trixie
    /// The newest that Debian has.
    case newest = "trixie-backports"

    package var description: String { "arm64 \(rawValue)" }

    private var path: String { KernelRequirement.package.appending(path: ".kernels/arm64/\(rawValue)/vmlinuz").path }

    /// Those that could be fetched.
    package static let reachable = allCases.filter { FileManager.default.isReadableFile(atPath: $0.path) }

    /// The static syslat for arm64.
    static let program = ProcessInfo.processInfo.environment["SYSLAT_ARM64"]

    package func boot(_ jobs: [GuestJob], files: [GuestFile]) throws -> GuestRun {
        var options = BootOptions()
        options.program = try #require(ArmKernel.program)
        return try DebianKernel.beside {
            try KernelLab.boot(KernelImage(path: path), jobs: jobs, files: files, options: options)
        }
    }

    /// What is missing; nil if nothing is.
    static let obstacle: String? = {
        if program == nil { return "`make test-arm64` builds syslat for arm64, and runs these" }
        return reachable.isEmpty ? "there is no .kernels/arm64: `Tests/Kernels/fetch --arm64` gets it" : nil
    }()
}

extension Trait where Self == ConditionTrait {
    /// Skips a test, saying why, where syslat has not been built for arm64.
    package static var requiresArm64: Self {
        .enabled(if: ArmKernel.obstacle == nil, "no arm64 here: \(ArmKernel.obstacle ?? "")")
    }
}
