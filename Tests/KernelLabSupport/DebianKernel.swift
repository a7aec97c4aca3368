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
    /// The first that preempts the programs of most tracepoints, but not those of system calls: 7.1.
    case linux7_1 = "trixie-backports-7.1"
    /// The newest that Debian has.
    case newest = "trixie-backports"
    /// The distribution's own for real time (PREEMPT_RT).
    case realTime = "linux-image-rt-amd64"

    /// The kernels that apt has on Debian 12. Every test needs them.
    package static let required: [DebianKernel] = [.standard, .linux6_12]
    /// The required kernels, and the others that could be fetched.
    package static let reachable = allCases.filter { required.contains($0) || FileManager.default.isReadableFile(atPath: $0.path) }
    /// Whether to boot all combinations of kernels, command lines and program sets, which takes half an hour of two CPUs: `make test-kernels`.
    /// Otherwise each kernel, each way to preempt and each set has its turn, but not all of them together.
    package static let triesAll = ProcessInfo.processInfo.environment["SYSLAT_ALL_KERNELS"] == "1"

    /// The reachable kernels of which one preempts programs at tracepoints, and the ways to boot them.
    package static let preempting: [Boot] = reachable.flatMap { kernel in kernel.preemption.map { Boot(kernel, $0) } }

    /// A kernel, and how it preempts tasks.
    package struct Boot: Sendable, CustomStringConvertible {
        package let kernel: DebianKernel
        /// An argument of its command line.
        package let argument: String

        init(_ kernel: DebianKernel, _ argument: String) { (self.kernel, self.argument) = (kernel, argument) }

        package var description: String { "\(kernel) \(argument)" }
    }

    /// How it is to preempt tasks, if it may preempt programs at tracepoints; else nothing.
    private var preemption: [String] {
        switch self {
        case .newest: DebianKernel.triesAll ? ["preempt=lazy", "preempt=full"] : ["preempt=full"]
        case .linux7_1: DebianKernel.triesAll ? ["preempt=lazy", "preempt=full"] : ["preempt=lazy"]
        case .oldest, .standard, .linux6_12, .realTime: []
        }
    }

    package var description: String { rawValue }

    /// The program sets to try on it, of those that it can use: two where the others differ in nothing that other kernels don't show.
    package var programSets: [ProgramSet] {
        switch self {
        case .oldest: [.raw]
        case .linux7_1, .realTime: [.fast, .raw]
        case .standard, .linux6_12, .newest: ProgramSet.allCases
        }
    }

    /// Its vDSO has getrandom: since 6.11.
    package var hasRandomInVDSO: Bool { [.linux6_12, .linux7_1, .newest].contains(self) }

    /// Where the kernel is or would be.
    package var path: String { KernelRequirement.package.appending(path: ".kernels/\(rawValue)/vmlinuz").path }

    package func image() throws -> KernelImage { try KernelImage(path: path) }

    /// An emulated guest takes one processor, however many it has itself.
    private static let places = DispatchSemaphore(value: 2)

    /// Boots it with the static syslat. Only two boots run at a time, whichever tests ask for them.
    /// - Parameter options: the program and a missing acceleration are filled in.
    package func boot(
        _ jobs: [GuestJob], files: [GuestFile] = [], kernelArguments: [String] = [], options: BootOptions = BootOptions()
    ) throws -> GuestRun {
        var options = options
        options.program = KernelRequirement.program
        options.kernelArguments += kernelArguments
        return try DebianKernel.beside { try KernelLab.boot(image(), jobs: jobs, files: files, options: options) }
    }

    /// Runs something that boots a kernel, while at most one other test does.
    package static func beside<Result>(_ body: () throws -> Result) rethrows -> Result {
        places.wait()
        defer { places.signal() }
        return try body()
    }
}
