import Glibc
import Linux

/// One run of QEMU, from its start to its end.
///
/// Nothing of it has a name in a file system: the kernel, the initramfs and the output of the serial ports are files in memory. However it
/// ends, there is nothing to clean up.
///
/// QEMU runs in its own sandbox of seccomp filters, without capabilities, and as nobody if this process is root's. What a guest may write is
/// limited.
struct VirtualMachine {
    /// The output of a run.
    struct Record {
        /// The output of the first and the second serial port.
        let console, channel: [UInt8]
        /// QEMU's own messages.
        let messages: String
        let ending: Ending
        let duration: Duration
    }

    enum Ending: Hashable {
        /// The guest switched itself off or panicked, or QEMU failed. The number is QEMU's exit status.
        case ended(status: Int32)
        case overTimeLimit
        /// The guest has written more than ``outputLimit``.
        case overOutputLimit
    }

    let qemu: String
    let kernel: KernelImage
    let initramfs: [UInt8]
    /// The kernel's command line.
    let commandLine: String
    /// In MiB.
    let memory: Int
    let processors: Int
    /// The most that the guest may write to a serial port, in bytes.
    var outputLimit: Int

    /// More than enough for QEMU's own messages, in bytes.
    private static let messageLimit = 1 << 20
    /// QEMU 5 and later print this when KVM fails, and then hang.
    private static let faultOfKVM = "KVM internal error"

    /// The path of QEMU.
    static func findQEMU(for machine: GuestMachine) throws(KernelLabError) -> String {
        guard let path = ExecutableSearch.path(of: machine.emulator) else {
            throw KernelLabError(
                "\(machine.emulator), which runs the guest, is not in PATH. Install it: sudo apt-get install \(machine.package)")
        }
        return path
    }

    /// Runs the machine until it ends, for `timeLimit` at most. This thread waits; QEMU is killed if the thread ends first.
    func run(_ acceleration: Acceleration, timeLimit: Duration) throws(KernelLabError) -> Record {
        let start = ContinuousClock.now
        let null = try devNull()
        let messages = try pipe()
        // Files, because a pipe would wake this thread for each byte, at the expense of the guest.
        let console = try memoryFile("console")
        let channel = try memoryFile("channel")
        let initrd = try memoryFile("initramfs", holding: initramfs)
        let childsEnds = [
            null.number, messages.writing.number, messages.writing.number, console.number, channel.number, initrd.number,
            kernel.descriptor,
        ]
        var process = try launch(acceleration, childsEnds)
        // From here on, end of file means that QEMU has ended.
        let saying = messages.closingWritingEnd()
        var streams = Streams([saying.number], limit: VirtualMachine.messageLimit)
        let deadline = start + timeLimit
        var isOverTime = false
        while streams.areOpen {
            let left = deadline.milliseconds(atMost: 1000)
            isOverTime = left == 0
            // QEMU's limit (RLIMIT_FSIZE) keeps more from coming. It doesn't end QEMU, whose threads block the signal.
            if max(console.size, channel.size) >= outputLimit { break }
            if isOverTime || acceleration == .kvm && text(streams[0]).contains(VirtualMachine.faultOfKVM) { break }
            streams.wait(milliseconds: left)
        }
        process.terminate()
        let status = process.wait()
        let ending: Ending =
            switch status {
            case _ where max(console.size, channel.size) >= outputLimit: .overOutputLimit
            case _ where isOverTime: .overTimeLimit
            case .exited(let status): .ended(status: status)
            case .killed: .ended(status: status.shellStatus)
            }
        return Record(
            console: (try? console.read()) ?? [], channel: (try? channel.read()) ?? [], messages: text(streams[0]), ending: ending,
            duration: start.duration(to: .now))
    }

    private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

    /// - Parameter descriptors: in the order in which ``arguments(_:)`` names them.
    private func launch(_ acceleration: Acceleration, _ descriptors: [Int32]) throws(KernelLabError) -> ChildProcess {
        do throws(Errno) {
            return try ChildProcess(
                qemu, [qemu] + arguments(acceleration), descriptors: descriptors, confinement: confinement(acceleration))
        } catch {
            throw KernelLabError("\(qemu) can't be started: \(error). Install \(kernel.machine.package) again.")
        }
    }

    private func confinement(_ acceleration: Acceleration) -> Confinement {
        var confinement = Confinement()
        confinement.largestFile = UInt64(outputLimit)
        guard acceleration == .kvm, let device = FileOwner(of: KernelLab.kvmPath) else { return confinement }
        if device.groupMayUse { confinement.groups = [device.group] }
        confinement.staysRoot = !device.groupMayUse && !device.othersMayUse
        return confinement
    }

    private func arguments(_ acceleration: Acceleration) -> [String] {
        acceleration.arguments + kernel.machine.arguments(acceleration) + [
            "-m", String(memory), "-smp", String(processors),
            "-sandbox", "on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny",
            "-nodefaults", "-no-user-config", "-no-reboot", "-display", "none",
            "-kernel", "/proc/self/fd/6", "-initrd", "/proc/self/fd/5", "-append", commandLine,
            "-chardev", "file,id=console,path=/proc/self/fd/3", "-serial", "chardev:console",
            "-chardev", "file,id=channel,path=/proc/self/fd/4",
        ] + kernel.machine.channelArguments
    }
}
