import CLinux
import FoundationEssentials
import JSONLine
import Glibc
import Linux

/// The first process of a guest: runs the jobs in the initramfs, sends their results and switches the machine off.
package enum GuestInit {
    static let programPath = "/init"
    static let jobsPath = "/syslat-jobs.json"
    private static let channelPath = GuestMachine.current.channelPath
    private static let mark = "SYSLAT_GUEST"

    /// The environment that the first process needs. The Swift runtime ends a program if it can't find its backtracer, which it
    /// looks for in /proc; so the path is given.
    static let environment = ["\(mark)=1", "SWIFT_BACKTRACE=enable=no,swift-backtrace=/none"]

    // MARK: On the host

    /// The guest's file system: a static syslat as its init, the jobs, and files.
    static func initramfs(
        _ program: String, _ jobs: [GuestJob], _ files: [GuestFile], for machine: GuestMachine
    ) throws(KernelLabError) -> [UInt8] {
        for job in jobs where job.arguments.first?.hasPrefix("/") != true {
            throw KernelLabError(
                "The job '\(job.name)' has no program. Begin it with an absolute path in the guest, such as /syslat.")
        }
        var archive = Initramfs()
        // The kernel opens it for the first process before devtmpfs is mounted.
        try archive.add(device: "/dev/console", major: 5, minor: 1)
        try archive.add(file: programPath, GuestProgram.read(program, for: machine), mode: 0o755)
        try archive.add(link: "/syslat", to: programPath)
        guard let json = try? JSONEncoder().encode(jobs) else { throw KernelLabError("The jobs can't be written as JSON.") }
        try archive.add(file: jobsPath, Array(json))
        for (_, folder) in mounts { try archive.add(folder: folder) }
        for file in files {
            switch file.contents {
            case .bytes(let bytes): try archive.add(file: file.path, bytes, mode: file.mode)
            case .link(let target): try archive.add(link: file.path, to: target)
            case .copy(let path):
                let bytes = try contents(of: path, as: "The file for the guest")
                try archive.add(file: file.path, bytes, mode: file.mode)
            }
        }
        return archive.finish()
    }

    // MARK: In the guest

    /// File systems to mount, and where. The kernel makes the folders inside sysfs.
    private static let mounts = [
        ("proc", "/proc"), ("sysfs", "/sys"), ("devtmpfs", "/dev"), ("tmpfs", "/tmp"), ("tmpfs", "/run"),
    ]
    private static let mountsInside = [("cgroup2", "/sys/fs/cgroup")]

    /// Whether this is the first process of a guest. Arguments can't say so: Swift reads them in /proc, which the kernel has not
    /// mounted when it starts its first process.
    package static var isThisProcess: Bool {
        guard getpid() == 1, unsafe getenv(mark) != nil else { return false }
        return unsafe access(jobsPath, R_OK) == 0
    }

    /// Does all that and switches the machine off, whatever happens. Throws outside a guest.
    package static func run() throws(KernelLabError) -> Never {
        guard isThisProcess else {
            throw KernelLabError("guest-init switches the machine off: it runs only as the first process of a guest.")
        }
        do throws(KernelLabError) {
            for (type, folder) in mounts + mountsInside where unsafe clinux_mount(type, folder) != 0 {
                say("\(type) can't be mounted on \(folder): \(Errno.last).")
            }
            // A kernel may be built without networking; jobs then do without.
            _ = clinux_bring_up_loopback()
            try runJobs()
        } catch {
            say(error.description)
        }
        sync()
        _ = clinux_power_off()
        say("The machine can't be switched off: \(Errno.last).")
        // If the first process ends, the kernel panics, which ends the machine too.
        exit(1)
    }

    private static func runJobs() throws(KernelLabError) {
        let channel = try openChannel()
        try send(.greeting(release: KernelRelease.current), to: channel)
        let text = try contents(of: jobsPath, as: "The list of jobs")
        guard let jobs = try? JSONTree.decode([GuestJob].self, from: text) else {
            throw KernelLabError("The list of jobs \(jobsPath) can't be read.")
        }
        for job in jobs { try send(.result(try GuestJobRunner.run(job)), to: channel) }
        try send(.end(results: jobs.count), to: channel)
        tcdrain(channel.number)
    }

    private static func send(_ message: GuestTransfer.Message, to channel: borrowing Descriptor) throws(KernelLabError) {
        do throws(Errno) { try channel.write(GuestTransfer.encode(message)) } catch {
            throw KernelLabError("A result can't be written to \(channelPath): \(error).")
        }
    }

    /// The second serial port, which must pass every byte as it is.
    private static func openChannel() throws(KernelLabError) -> Descriptor {
        let channel = Descriptor(owning: unsafe open(channelPath, O_RDWR | O_NOCTTY | O_CLOEXEC))
        var settings = termios()
        guard channel.number >= 0, unsafe tcgetattr(channel.number, &settings) == 0 else {
            throw KernelLabError("\(channelPath) can't be opened: \(Errno.last).")
        }
        unsafe cfmakeraw(&settings)
        unsafe cfsetspeed(&settings, speed_t(B115200))
        guard unsafe tcsetattr(channel.number, TCSANOW, &settings) == 0 else {
            throw KernelLabError("\(channelPath) can't be put into raw mode: \(Errno.last).")
        }
        return channel
    }

    private static func say(_ sentence: String) {
        let console = Descriptor(owning: dup(STDERR_FILENO))
        try? console.write(Array("syslat in the guest: \(sentence)\n".utf8))
    }
}
