/// What a trial does: kernels of this machine, booted in turn, and a measurement in each boot.
package struct TrialPlan: Codable, Hashable, Sendable {
    package struct Kernel: Codable, Hashable, Sendable {
        /// As `uname -r` says it.
        package let release: String
        /// What the boot loader calls its entry.
        package let entry: String

        package init(release: String, entry: String) { (self.release, self.entry) = (release, entry) }
    }

    package enum Measurement: Codable, Hashable, Sendable {
        /// `syslat bench` with these arguments.
        case bench(arguments: [String])
        /// `syslat profile` of a unit of systemd.
        case service(unit: String, seconds: UInt64)
    }

    /// One of its boots.
    package struct Boot: Hashable, Sendable {
        /// From 0 on, in the order in which they are made.
        package let index: Int
        package let kernel: Kernel
        /// Of this kernel's boots, from 1 on.
        package let number: Int

        /// `RELEASE-NUMBER.syslat`
        package var fileName: String { "\(KernelTurns.fileName(kernel.release))-\(number).syslat" }
    }

    package var kernels: [Kernel]
    /// Of each kernel.
    package var boots: Int
    /// For the profiles; absolute.
    package var folder: String
    package var measurement: Measurement
    /// How long a machine is left alone after it has booted.
    package var settleSeconds: UInt64
    package var loader: BootLoaderKind
    /// The release that boots when nobody has chosen anything.
    package var usual: String
    /// The syslat that began, and that goes on after each boot.
    package var program: String
    /// SHA-256 of it, in hexadecimal digits.
    package var programHash: String
    /// In seconds since 1970.
    package var startedAt: UInt64

    package init(
        kernels: [Kernel], boots: Int, folder: String, measurement: Measurement, settleSeconds: UInt64, loader: BootLoaderKind,
        usual: String, program: String, programHash: String, startedAt: UInt64
    ) {
        (self.kernels, self.boots, self.folder) = (kernels, boots, folder)
        (self.measurement, self.settleSeconds) = (measurement, settleSeconds)
        (self.loader, self.usual) = (loader, usual)
        (self.program, self.programHash, self.startedAt) = (program, programHash, startedAt)
    }

    /// How often a boot is tried before it is given up.
    package static let mostAttempts = 3
    package static let bootRange = 1...100
    package static let kernelRange = 2...8

    /// All boots, in their order.
    package var plannedBoots: [Boot] {
        var numbers = [Int](repeating: 0, count: kernels.count)
        return KernelTurns.order(kernels: kernels.count, boots: boots).enumerated().map { index, kernel in
            numbers[kernel] += 1
            return Boot(index: index, kernel: kernels[kernel], number: numbers[kernel])
        }
    }

    /// Whether it can be what it says. State files are read from a disk.
    var isSound: Bool {
        TrialPlan.kernelRange.contains(kernels.count) && TrialPlan.bootRange.contains(boots) && folder.hasPrefix("/")
            && program.hasPrefix("/") && settleSeconds <= 86_400 && Set(kernels.map(\.release)).count == kernels.count
            && Set(kernels.map { KernelTurns.fileName($0.release) }).count == kernels.count
    }
}

package enum BootLoaderKind: String, Codable, Hashable, Sendable, CaseIterable {
    case grub
    case systemdBoot = "systemd-boot"
}
