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

    /// Those that apt has on Debian 12: no test does without them.
    package static let required: [DebianKernel] = [.standard, .linux6_12]
    /// Those and what else could be fetched.
    package static let reachable = allCases.filter { required.contains($0) || FileManager.default.isReadableFile(atPath: $0.path) }
    /// Those on which every call is counted. From Linux 7.2 on probes are preempted, and calls of other threads on that CPU lost
    /// meanwhile: they are counted as lost, as the README says.
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

    /// Where it lies, or would lie.
    package var path: String { KernelRequirement.package.appending(path: ".kernels/\(rawValue)/vmlinuz").path }

    package func image() throws -> KernelImage { try KernelImage(path: path) }

    private static let oneAtATime = NSLock()

    /// Boots it with the static syslat. One boot at a time, whichever tests ask for it: each of them takes all processors.
    /// - Parameter options: the program and a missing acceleration are filled in.
    package func boot(
        _ jobs: [GuestJob], files: [GuestFile] = [], kernelArguments: [String] = [], options: BootOptions = BootOptions()
    ) throws -> GuestRun {
        var options = options
        options.program = KernelRequirement.program
        options.kernelArguments += kernelArguments
        return try DebianKernel.alone { try KernelLab.boot(image(), jobs: jobs, files: files, options: options) }
    }

    /// Does something that boots, while no other test does.
    package static func alone<Result>(_ body: () throws -> Result) rethrows -> Result {
        oneAtATime.lock()
        defer { oneAtATime.unlock() }
        return try body()
    }
}
