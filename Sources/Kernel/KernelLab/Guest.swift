/// A kernel and its jobs.
struct Guest {
    let image: KernelImage
    let jobs: [GuestJob]
    let initramfs: [UInt8]

    /// How many lines of the console an error shows: the last ones, or the ones around a panic.
    private static let shownLines = 20
    /// How much of a line it shows, in characters.
    private static let longestLine = 200
    private static let panic = "Kernel panic"

    /// A panic restarts the machine at once, which ends QEMU. Arguments that the kernel doesn't know end up in the environment of
    /// the first process. A check switches an interrupt off that nobody seems to want: on a real-time kernel, whose handlers are threads,
    /// that can be the serial port's, and the guest hangs.
    private static let kernelArguments = ["quiet", "panic=-1", "noirqdebug"] + GuestInit.environment

    /// What its jobs may return, and as much again for what stands around it.
    private var outputLimit: Int { (32 << 20) + jobs.count * 2 * GuestResult.mostBytes }

    /// The machine for it. Throws if an option makes no sense or QEMU is missing.
    func machine(_ options: BootOptions) throws(KernelLabError) -> VirtualMachine {
        guard options.memory >= 128, options.processors >= 1 else {
            throw KernelLabError(
                "A guest with \(options.memory) MiB and \(options.processors) processors can't boot. Give it 128 MiB and one at "
                    + "least.")
        }
        for argument in options.kernelArguments
        where argument == "--" || argument.utf8.contains(where: { $0 < UInt8(ascii: " ") }) {
            throw KernelLabError("'\(argument)' can't be on a kernel's command line. Leave it out.")
        }
        // The last of two arguments with the same name counts.
        let commandLine = (image.machine.kernelArguments + Guest.kernelArguments + options.kernelArguments).joined(separator: " ")
        return VirtualMachine(
            qemu: try VirtualMachine.findQEMU(for: image.machine), kernel: image, initramfs: initramfs, commandLine: commandLine,
            memory: options.memory, processors: options.processors, outputLimit: outputLimit)
    }

    /// Reads what the guest sent. Throws unless it is complete.
    func result(
        of record: VirtualMachine.Record, _ acceleration: Acceleration, timeLimit: Duration
    ) throws(KernelLabError) -> GuestRun {
        let console = Guest.text(record.console)
        do throws(KernelLabError) {
            let transcript = try GuestTransfer.decode(record.channel)
            guard transcript.results.map(\.name) == jobs.map(\.name) else {
                throw KernelLabError("the guest sent results of other jobs")
            }
            return GuestRun(
                release: transcript.release, console: console, results: transcript.results, duration: record.duration,
                acceleration: acceleration)
        } catch {
            let lines = console.split(separator: "\n")
            let reason =
                switch record.ending {
                case .overTimeLimit:
                    "did not finish within \(timeLimit) (\(acceleration.rawValue)). Give it more time if it was still working"
                case .overOutputLimit:
                    "was ended because it wrote more than \(outputLimit >> 20) MiB to a serial port"
                case .ended where lines.contains { $0.contains(Guest.panic) }: "panicked"
                case .ended(let status) where status != 0 || !record.messages.isEmpty:
                    "was cut short by QEMU (exit status \(status)): \(Guest.text(Array(record.messages.utf8)))"
                case .ended: "ended too early: \(error)"
                }
            throw KernelLabError("Linux \(image.release) \(reason). \(Guest.excerpt(lines))")
        }
    }

    private static func excerpt(_ lines: [Substring]) -> String {
        guard !lines.isEmpty else { return "It wrote nothing to its console." }
        // The cause is before a panic; after it comes mostly the kernel's stack.
        let start = lines.firstIndex { $0.contains(panic) }.map { max(0, $0 - shownLines / 2) } ?? lines.count
        let shown = lines[min(start, max(0, lines.count - shownLines))...].prefix(shownLines)
        return "From the end of its console:"
            + shown.map { "\n    \($0.prefix(longestLine))\($0.count > longestLine ? "…" : "")" }.joined()
    }

    /// Lines without a console's control characters.
    private static func text(_ bytes: [UInt8]) -> String {
        let shown = bytes.filter { $0 >= 0x20 && $0 != 0x7f || $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\t") }
        return String(decoding: shown, as: UTF8.self)
    }
}
