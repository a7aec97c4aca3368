import Glibc
import Synchronization

/// What executes a guest's instructions.
package enum Acceleration: String, Sendable, Hashable {
    /// The processor itself. Needs /dev/kvm, and there a hypervisor that lets it work.
    case kvm
    /// QEMU, which translates them: some ten times slower, and works everywhere.
    case tcg
    /// The same, but the guest's clock advances by a nanosecond with each instruction instead of with the host's, and jumps ahead
    /// while nothing is to be executed. So boots of one kernel differ little, whatever else the host does. For one processor.
    case countedTCG = "tcg, counting instructions"

    /// What QEMU is to be told.
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
    /// What is added to the kernel's command line, such as `clocksource=hpet`.
    package var kernelArguments: [String] = []
    /// The guest's memory in MiB.
    package var memory = 512
    package var processors = 2
    /// For all of it, from QEMU's start to its end; nil for a minute and what the jobs may take.
    package var timeLimit: Duration?
    /// nil for KVM where that works, found out by booting, and TCG elsewhere.
    package var acceleration: Acceleration?
    /// The syslat that runs in the guest, which must be a static program.
    package var program = "/proc/self/exe"

    package init() {}
}

/// What came of a boot.
package struct GuestRun: Sendable {
    /// The kernel's release, as it says itself (`uname -r`).
    package let release: String
    /// All that came to its console.
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
    /// The guest has nothing but an initramfs: syslat as /syslat, the given files, and the file systems of the kernel. The calling
    /// thread waits; QEMU is killed when the thread or the process ends. What jobs write comes back at half a megabyte a second,
    /// since the serial port hands QEMU a byte at a time.
    ///
    /// - Throws: where QEMU or a static syslat is missing, and where the kernel panics, hangs, or does not send every result whole.
    ///   A job that fails is no error.
    package static func boot(
        _ image: KernelImage, jobs: [GuestJob], files: [GuestFile] = [], options: BootOptions = BootOptions()
    ) throws(KernelLabError) -> GuestRun {
        let guest = Guest(image: image, jobs: jobs, initramfs: try GuestInit.initramfs(options.program, jobs, files))
        let machine = try guest.machine(options)
        let acceleration = if let wanted = options.acceleration { wanted } else { try probed(image, options) }
        // QEMU lets one processor wait for another for billions of instructions: Linux does not get beyond starting the second.
        guard acceleration != .countedTCG || options.processors == 1 else {
            throw KernelLabError(
                "Instructions can't be counted in a guest with \(options.processors) processors. Give it one.")
        }
        let timeLimit = options.timeLimit ?? jobs.reduce(.seconds(60)) { $0 + $1.timeLimit }
        return try guest.result(of: try machine.run(acceleration, timeLimit: timeLimit), acceleration, timeLimit: timeLimit)
    }

    /// What a boot with these options is going to run on.
    ///
    /// - Throws: where QEMU or a static syslat is missing.
    package static func acceleration(
        for image: KernelImage, options: BootOptions = BootOptions()
    ) throws(KernelLabError) -> Acceleration {
        _ = try VirtualMachine.findQEMU()
        _ = try GuestProgram.read(options.program)
        if let wanted = options.acceleration { return wanted }
        return try probed(image, options)
    }

    private static let working = Mutex<Acceleration?>(nil)
    /// Far more than a boot takes where KVM works.
    private static let probeLimit = Duration.seconds(10)

    /// Whether KVM works can't be seen from outside: a hypervisor may offer it and not carry it out. So a guest without jobs is
    /// booted, once for this process.
    private static func probed(_ image: KernelImage, _ options: BootOptions) throws(KernelLabError) -> Acceleration {
        let answer = working.withLock { known in
            if let known { return Result<Acceleration, KernelLabError>.success(known) }
            let answer = Result { () throws(KernelLabError) in try probe(image, options) }
            known = try? answer.get()
            return answer
        }
        return try answer.get()
    }

    private static func probe(_ image: KernelImage, _ options: BootOptions) throws(KernelLabError) -> Acceleration {
        guard unsafe access("/dev/kvm", R_OK | W_OK) == 0 else { return .tcg }
        let idle = Guest(image: image, jobs: [], initramfs: try GuestInit.initramfs(options.program, [], []))
        let record = try idle.machine(options).run(.kvm, timeLimit: probeLimit)
        return (try? GuestTransfer.decode(record.channel)) == nil ? .tcg : .kvm
    }
}
