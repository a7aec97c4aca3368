import Foundation
import KernelLab
package import Probes

/// The kernels that Tests/Kernels/fetch puts into .kernels: the newest of a release of Debian, or of one of its metapackages.
package enum DebianKernel: String, CaseIterable, Sendable, CustomStringConvertible {
    /// The distribution's own: 6.1 in Debian 12.
    case standard = "linux-image-cloud-amd64"
    /// Linux 6.12, as Debian 13 has it.
    case linux6_12 = "linux-image-6.12-cloud-amd64"
    /// The oldest that syslat runs on: 5.10.
    case oldest = "bullseye-security"
    /// The newest that Debian has.
    case newest = "trixie-backports"

    /// The kernels that apt has on Debian 12. Every test needs them.
    package static let required: [DebianKernel] = [.standard, .linux6_12]
    /// The required kernels, and the others that could be fetched.
    package static let reachable = allCases.filter { required.contains($0) || FileManager.default.isReadableFile(atPath: $0.path) }
    /// The kernels on which every call is counted. From Linux 7.2 on, programs are preempted, and calls that other threads make
    /// on that CPU meanwhile are lost. They are counted as lost, as the README says.
    package static let exact = reachable.filter { $0 != .newest }

    package var description: String { rawValue }

    /// The program sets that it can use.
    package var programSets: [ProgramSet] {
        switch self {
        case .oldest: [.raw]
        case .standard, .linux6_12: ProgramSet.allCases
        // Tracepoints that preempt their programs leave the fast path out.
        case .newest: [.typed, .raw]
        }
    }

    /// Where the kernel is or would be.
    package var path: String { KernelRequirement.package.appending(path: ".kernels/\(rawValue)/vmlinuz").path }

    package func image() throws -> KernelImage { try KernelImage(path: path) }

    private static let oneAtATime = NSLock()

    /// Boots it with the static syslat. Only one boot runs at a time, whichever tests ask for it, since each takes all
    /// processors.
    /// - Parameter options: the program and a missing acceleration are filled in.
    package func boot(
        _ jobs: [GuestJob], files: [GuestFile] = [], kernelArguments: [String] = [], options: BootOptions = BootOptions()
    ) throws -> GuestRun {
        var options = options
        options.program = KernelRequirement.program
        options.kernelArguments += kernelArguments
        return try DebianKernel.alone { try KernelLab.boot(image(), jobs: jobs, files: files, options: options) }
    }

    /// Runs something that boots a kernel, while no other test does.
    package static func alone<Result>(_ body: () throws -> Result) rethrows -> Result {
        oneAtATime.lock()
        defer { oneAtATime.unlock() }
        return try body()
    }
}
