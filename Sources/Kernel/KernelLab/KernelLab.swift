import Glibc
import Linux
import Synchronization

/// What executes a guest's instructions.
package enum Acceleration: String, Sendable, Hashable {
    /// The processor itself. Needs a working /dev/kvm.
    case kvm
    /// QEMU, which translates them: about ten times slower, but works everywhere.
    case tcg
    /// The same, but the guest's clock advances by a nanosecond with each instruction, not with the host's clock, and jumps ahead
    /// while the guest is idle. Boots of one kernel differ little, whatever else the host does. For one processor only.
    case countedTCG = "tcg, counting instructions"

    /// The arguments for QEMU.
    var arguments: [String] {
        switch self {
        case .kvm: ["-accel", "kvm"]
        // All processors on one thread: with a thread each, QEMU 7.2 now and then runs an int3 that one processor of the guest has just
        // replaced in the kernel's text for another, and the kernel panics in its early boot.
        case .tcg: ["-accel", "tcg,thread=single"]
        case .countedTCG: ["-accel", "tcg,thread=single", "-icount", "shift=0,sleep=off"]
        }
    }
}

/// How a kernel is booted.
package struct BootOptions: Sendable, Hashable {
    /// Added to the kernel's command line, such as `clocksource=hpet`.
    package var kernelArguments: [String] = []
    /// The guest's memory in MiB.
    package var memory = 512
    package var processors = 2
    /// From QEMU's start to its end; nil for a minute plus the time limits of the jobs.
    package var timeLimit: Duration?
    /// nil for KVM if booting with it works, otherwise TCG.
    package var acceleration: Acceleration?
    /// The syslat that runs in the guest, which must be a static program.
    package var program = "/proc/self/exe"

    package init() {}
}

/// The result of a boot.
package struct GuestRun: Sendable {
    /// The kernel's release, as it says itself (`uname -r`).
    package let release: String
    /// Everything on its console.
    package let console: String
    /// In the order of the jobs.
    package let results: [GuestResult]
    /// From QEMU's start to its end.
    package let duration: Duration
    package let acceleration: Acceleration

    /// The result of the job with this name.
    package subscript(name: String) -> GuestResult? { results.first { $0.name == name } }
}

/// Boots kernels in virtual machines and has them run commands.
package enum KernelLab {
    /// Boots a kernel, runs the jobs one after the other, and switches the machine off.
    ///
    /// The guest has only an initramfs: syslat as /syslat, the given files, and the kernel's file systems. The calling thread waits;
    /// QEMU is killed when the thread or the process ends. The output of jobs comes back at half a megabyte a second, because the
    /// serial port passes one byte at a time.
    ///
    /// - Throws: if QEMU or a static syslat is missing, or if the kernel panics, hangs, or doesn't send every result whole.
    ///   A failed job isn't an error.
    package static func boot(
        _ image: KernelImage, jobs: [GuestJob], files: [GuestFile] = [], options: BootOptions = BootOptions()
    ) throws(KernelLabError) -> GuestRun {
        let guest = Guest(
            image: image, jobs: jobs, initramfs: try GuestInit.initramfs(options.program, jobs, files, for: image.machine))
        let machine = try guest.machine(options)
        let acceleration = if let wanted = options.acceleration { wanted } else { try probed(image, options) }
        // QEMU lets one processor wait for another for billions of instructions: Linux does not get beyond starting the second.
        guard acceleration != .countedTCG || options.processors == 1 else {
            throw KernelLabError(
                "Instructions can be counted only with one processor, not \(options.processors).")
        }
        let timeLimit = options.timeLimit ?? jobs.reduce(.seconds(60)) { $0 + $1.timeLimit }
        return try guest.result(of: try machine.run(acceleration, timeLimit: timeLimit), acceleration, timeLimit: timeLimit)
    }

    /// How a boot with these options would run.
    ///
    /// - Throws: if QEMU or a static syslat is missing.
    package static func acceleration(
        for image: KernelImage, options: BootOptions = BootOptions()
    ) throws(KernelLabError) -> Acceleration {
        _ = try VirtualMachine.findQEMU(for: image.machine)
        _ = try GuestProgram.read(options.program, for: image.machine)
        if let wanted = options.acceleration { return wanted }
        return try probed(image, options)
    }

    static let kvmPath = "/dev/kvm"
    private static let working = Mutex<Acceleration?>(nil)
    /// Far more than a boot takes where KVM works.
    private static let probeLimit = Duration.seconds(10)

    /// Whether KVM works can't be seen from outside: a hypervisor may offer it and not carry it out. So a guest without jobs is
    /// booted, once for this process.
    private static func probed(_ image: KernelImage, _ options: BootOptions) throws(KernelLabError) -> Acceleration {
        guard image.machine == .current else { return .tcg }
        let answer = working.withLock { known in
            if let known { return Result<Acceleration, KernelLabError>.success(known) }
            let answer = Result { () throws(KernelLabError) in try probe(image, options) }
            known = try? answer.get()
            return answer
        }
        return try answer.get()
    }

    private static func probe(_ image: KernelImage, _ options: BootOptions) throws(KernelLabError) -> Acceleration {
        guard ProcFS.mayAccess(kvmPath, R_OK | W_OK) else { return .tcg }
        let idle = Guest(image: image, jobs: [], initramfs: try GuestInit.initramfs(options.program, [], [], for: image.machine))
        let record = try idle.machine(options).run(.kvm, timeLimit: probeLimit)
        return (try? GuestTransfer.decode(record.channel)) == nil ? .tcg : .kvm
    }
}
