import ArgumentParser
import CallSelection
import Capture
package import Probes
import Profile

/// What is recorded of the target, and how: for every subcommand that traces.
struct RecordingOptions: ParsableArguments {
    @Option(
        name: [.customShort("e"), .long], parsing: .unconditionalSingleValue,  // -1 is a number here
        help: ArgumentHelp(
            "Trace only these calls: names, numbers, globs ('*at'), classes (%file %desc %memory %process %network %signal %ipc "
                + "%clock), calls of one ABI (ia32:write), requests to io_uring (io_uring:fsync), or all but some calls ('!read,write').",
            valueName: "calls"))
    var syscalls: [String] = []

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("Size of the ring buffer, a power of two (default: 8MiB, of serve 4MiB).", valueName: "size"),
        transform: Units.size)
    var ringSize: Int?

    @Option(
        help: ArgumentHelp("BTF file of the running kernel, if the kernel carries none.", valueName: "file"), completion: .file())
    var btf: String?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "vDSO ticks per second and CPU, at most, to estimate the calls that the vDSO serves; or off (default: 997).",
            valueName: "rate|off"),
        transform: Units.tickRate)
    var vdsoTicks = Units.TickRate(hertz: CaptureOptions.defaultVDSOTickHertz)

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Measure 1 of every n calls of a thread, chosen at random, and only count the others: 1/16. n is a power of two.",
            valueName: "1/n"
        ),
        transform: Units.samplingShift)
    var sample: UInt8?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Cap the overhead at this share of the target's CPU time: 1%. Calls are sampled as needed; counts stay exact.",
            valueName: "percent"),
        transform: Units.overhead)
    var maxOverhead: Double?

    /// For tests of the programs.
    @Option(help: .hidden)
    var programSet: ProgramSet?

    @Option(help: .hidden)
    var hook: TracepointHooks.Hook?

    func validate() throws {
        if let ringSize, ringSize.nonzeroBitCount != 1 || !CaptureOptions.ringSizes.contains(ringSize) {
            throw ValidationError(
                "The ring size must be a power of two from 64KiB to 1GiB, such as 1MiB, 8MiB or 64MiB; it is \(ringSize) bytes.")
        }
        if sample != nil && maxOverhead != nil {
            throw ValidationError(
                "--sample and --max-overhead contradict each other: an overhead budget sets the sampling itself. Keep one.")
        }
        _ = try selection
    }

    /// The calls of `-e`; nil for all.
    var selection: SyscallSelection? { get throws { try Selecting.selection(syscalls) } }

    var sampling: SamplingPolicy {
        if let maxOverhead { return .budget(maxOverhead) }
        guard let sample, sample > 0 else { return .everyCall }
        return .fixed(shift: sample)
    }

    func options(for target: Target, waitsForDescendants: Bool) throws -> CaptureOptions {
        var options = CaptureOptions(
            target: target, selection: try selection, selectionText: syscalls.isEmpty ? nil : syscalls.joined(separator: ","),
            ringBytes: ringSize ?? CaptureOptions.defaultRing, btfPath: btf, programSet: programSet, sampling: sampling,
            vdsoTickHertz: vdsoTicks.hertz)
        options.hook = hook
        options.waitsForDescendants = waitsForDescendants
        return options
    }
}

extension ProgramSet: ExpressibleByArgument {}
extension TracepointHooks.Hook: ExpressibleByArgument {}
