import ArgumentParser
import Comparison
import KernelLab
import Linux

/// The kernels that a bench boots, and how.
struct GuestOptions: ParsableArguments {
    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "Boot this kernel in QEMU and run the bench there: a vmlinuz or a Debian package; repeatable.", valueName: "image"),
        completion: .file())
    var kernel: [String] = []

    @Option(parsing: .unconditional, help: ArgumentHelp("Boot each kernel n times, taking turns (default: 7).", valueName: "n"))
    var boots: Int?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Boot two kernels until their comparison is decided, for this time at most, and print it. The first kernel is BASE.",
            valueName: "time"),
        transform: Units.duration)
    var untilDecided: UInt64?

    @Option(
        parsing: .unconditional, help: ArgumentHelp("Memory of each guest (default: 512M).", valueName: "size"),
        transform: Units.size)
    var memory: Int?

    @Option(
        parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Add to the kernels' command lines, such as 'mitigations=off'; repeatable.", valueName: "arguments"))
    var cmdline: [String] = []

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("End each boot after this time at the latest (default: 1h).", valueName: "time"),
        transform: Units.duration)
    var timeLimit: UInt64?

    @Option(
        help: ArgumentHelp(
            "The static syslat to run in the guests (default: $SYSLAT_STATIC, or this program).", valueName: "file"),
        completion: .file())
    var guestBinary: String?

    func validate() throws {
        let given = [
            boots == nil ? nil : "--boots", untilDecided == nil ? nil : "--until-decided", memory == nil ? nil : "--memory",
            cmdline.isEmpty ? nil : "--cmdline",
            timeLimit == nil ? nil : "--time-limit", guestBinary == nil ? nil : "--guest-binary",
        ].compactMap { $0 }
        if kernel.isEmpty, let first = given.first {
            throw ValidationError("\(first) is for kernels in QEMU: add --kernel IMAGE, or leave it out.")
        }
        if let boots, !(1...1000).contains(boots) {
            throw ValidationError("--boots \(boots) is out of range: give a number from 1 to 1000.")
        }
        if untilDecided != nil {
            if boots != nil { throw ValidationError("--until-decided finds out how many boots it takes: leave out --boots.") }
            guard kernel.count == 2 else {
                throw ValidationError("--until-decided compares two kernels: write --kernel OLD --kernel NEW.")
            }
        }
        if let memory, memory < 128 << 20 { throw ValidationError("A guest needs at least 128MiB of memory: write --memory 512M.") }
    }

    /// The bench that boots them; nil without a kernel.
    func bench(folder: String?, arguments: [String]) -> KernelBench? {
        guard !kernel.isEmpty, let folder else { return nil }
        var options = BootOptions()
        options.kernelArguments = cmdline.flatMap { $0.split(whereSeparator: \.isWhitespace).map(String.init) }
        if let memory { options.memory = memory >> 20 }
        options.timeLimit = .nanoseconds(timeLimit ?? 3_600_000_000_000)
        let named = Environment["SYSLAT_STATIC"]
        if let program = guestBinary ?? named { options.program = program }
        return KernelBench(
            kernels: kernel, boots: boots ?? (untilDecided == nil ? 7 : Resolution.mostBoots), options: options, folder: folder,
            arguments: arguments)
    }
}
