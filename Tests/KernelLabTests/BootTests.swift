import CaptureSupport
import Foundation
import KernelLabSupport
import Synchronization
import Testing
import TestPrograms

@testable import KernelLab

/// Debian's kernels in virtual machines, with the static syslat as their first process.
@Suite(.serialized, .requiresKernels)
struct BootTests {
    private let guest: String
    private let files: [GuestFile]

    init() throws {
        guest = try Fixture("guest.s64").path
        files = [GuestFile("/work/guest", .copy(of: guest)), GuestFile("/calls", .copy(of: try Fixture("calls.s64").path))]
    }

    @Test(arguments: DebianKernel.required)
    func `jobs run in order and send back what they wrote`(_ kernel: DebianKernel) throws {
        let sizes = [0, 1, 4096, 1 << 20]
        let jobs =
            [
                GuestJob(["/syslat", "--version"]),
                GuestJob(["/work/guest", "exit", "3"], name: "fails"),
                GuestJob(["/work/guest", "signal", "15"], name: "ends by a signal"),
                GuestJob(["/work/guest", "sleep", "1000"], name: "sleeps", timeLimit: .milliseconds(300)),
                GuestJob(["/work/nothing"]),
                GuestJob(["/work/guest", "environment"], name: "environment", environment: ["B": "2", "A": "1 =é"]),
            ] + sizes.map { GuestJob(["/work/guest", "print", String($0)], name: "prints \($0)") }
        let run = try kernel.boot(jobs, files: files)
        #expect(run.release == (try kernel.image().release))
        #expect(run.results.map(\.name) == jobs.map(\.name))
        #expect(run["/syslat --version"]?.isSuccess == true)
        #expect(run["/syslat --version"]?.outputText == (try ProgramRun.run([KernelRequirement.program, "--version"]).output))
        #expect(run["fails"]?.ending == .exited(status: 3))
        #expect(run["ends by a signal"]?.ending == .killed(signal: 15))
        #expect(run["sleeps"]?.ending == .overTimeLimit)
        #expect(run["/work/nothing"]?.ending == .notStarted(errno: ENOENT))
        #expect(run["environment"]?.outputText == "A=1 =é\nB=2\n")
        for size in sizes {
            let result = try #require(run["prints \(size)"])
            let expected = (0..<size).map { UInt8(truncatingIfNeeded: 31 * $0 + ($0 >> 8)) }
            #expect(result.isSuccess && result.output == expected && result.errorText == "errors\n" && !result.wasCut)
        }
    }

    @Test(arguments: DebianKernel.reachable)
    func `syslat profiles a program in the guest`(_ kernel: DebianKernel) throws {
        let job = GuestJob(["/syslat", "profile", "--format", "json", "--", "/calls", "1234"], name: "profile")
        let run = try kernel.boot([job], files: files, kernelArguments: ["clocksource=hpet"])
        let result = try #require(run["profile"])
        try #require(result.isSuccess, "\(result.endingText): \(result.errorText)")
        let report = try Report(json: result.outputText)
        #expect(report.calls("getppid") == 1234)
        #expect(report.call("write")?.errnos == ["EBADF": 1234])
        report.expectNothingLost()
        // Linux 6.12 takes another one by itself.
        #expect(result.outputText.contains(#""clocksource":"hpet""#))
    }

    @Test func `files reach the guest beside unknown kernel arguments`() throws {
        let bytes = (0..<70_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let given: [GuestFile] = [
            GuestFile("/work/bytes", .bytes(bytes), mode: 0o600), GuestFile("/work/link", .link(to: "/work/guest")),
            GuestFile("/copy", .copy(of: "/etc/hostname")),
        ]
        let jobs =
            [GuestJob(["/work/link", "exit", "5"], name: "link")]
            + ["/work/bytes", "/copy", "/proc/cmdline"].map { GuestJob(["/work/guest", "read", $0], name: $0) }
        let run = try DebianKernel.standard.boot(jobs, files: files + given, kernelArguments: ["nosuchthing", "no.such=thing"])
        #expect(run["link"]?.ending == .exited(status: 5))
        #expect(run["/work/bytes"]?.output == bytes)
        #expect(run["/copy"]?.outputText == (try String(contentsOfFile: "/etc/hostname", encoding: .utf8)))
        #expect(run["/proc/cmdline"]?.outputText.hasSuffix(" nosuchthing no.such=thing\n") == true)
        #expect(run.console.contains("nosuchthing") == false, "\(run.console)")
    }

    /// The kernel finds no first process and no device to look for one.
    @Test func `a panic is an error with the end of the console`() throws {
        let error = #expect(throws: KernelLabError.self) {
            try DebianKernel.standard.boot([], kernelArguments: ["rdinit=/nowhere"])
        }
        let text = try #require(error).description
        #expect(text.hasPrefix("Linux \(try DebianKernel.standard.image().release) panicked. From the end of its console:\n"))
        #expect(text.contains("Kernel panic - not syncing: VFS: Unable to mount root fs"))
        #expect(text.split(separator: "\n").count <= 21)
    }

    @Test func `a guest that hangs is ended at its time limit`() throws {
        var options = BootOptions()
        options.timeLimit = .seconds(6)
        let error = #expect(throws: KernelLabError.self) {
            try DebianKernel.standard.boot([GuestJob(["/work/guest", "sleep", "50"])], files: files, options: options)
        }
        #expect(try #require(error).description.contains(" did not finish within 6.0 seconds "))
    }

    /// Here with all that a kernel says, and a small limit.
    @Test func `a guest that floods its serial port is ended`() throws {
        let guest = Guest(
            image: try DebianKernel.standard.image(), jobs: [],
            initramfs: try GuestInit.initramfs(KernelRequirement.program, [], [], for: .x86_64))
        var options = BootOptions()
        options.kernelArguments = ["loglevel=8"]
        var machine = try guest.machine(options)
        machine.outputLimit = 1000
        let record = try DebianKernel.beside { try machine.run(.tcg, timeLimit: .seconds(60)) }
        #expect(record.ending == .overOutputLimit)
        #expect(record.console.count <= 1000 && record.channel.count <= 1000)
        let error = #expect(throws: KernelLabError.self) { try guest.result(of: record, .tcg, timeLimit: .seconds(60)) }
        #expect(try #require(error).description.contains(" was ended because it wrote more than 32 MiB to a serial port."))
    }

    @Test func `the machine runs confined`() throws {
        let guest = Guest(
            image: try DebianKernel.standard.image(), jobs: [],
            initramfs: try GuestInit.initramfs(KernelRequirement.program, [], [], for: .x86_64))
        let machine = try guest.machine(BootOptions())
        let known = Set(Self.machines())
        let status = Mutex("")
        let watcher = Thread {
            eventually {
                guard let qemu = Self.machines().first(where: { !known.contains($0) }),
                    let text = try? String(contentsOfFile: "/proc/\(qemu)/status", encoding: .utf8), text.contains("Seccomp:\t2")
                else { return false }
                status.withLock { $0 = text }
                return true
            }
        }
        watcher.start()
        let record = try DebianKernel.beside { try machine.run(.tcg, timeLimit: .seconds(60)) }
        #expect(record.ending == .ended(status: 0))
        let text = status.withLock { $0 }
        for line in ["NoNewPrivs:\t1", "CapEff:\t0000000000000000", "CapAmb:\t0000000000000000"] {
            #expect(text.contains(line), "\(text)")
        }
        if geteuid() == 0 { #expect(text.contains("Uid:\t65534\t65534\t65534\t65534")) }
    }

    /// The virtual machines among the children of this process, which its threads start.
    private static func machines() -> [Int32] {
        let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
        return threads.flatMap { thread in
            ((try? String(contentsOfFile: "/proc/self/task/\(thread)/children", encoding: .utf8)) ?? "").split(separator: " ")
        }.compactMap { Int32($0) }.filter {
            (try? String(contentsOfFile: "/proc/\($0)/comm", encoding: .utf8))?.hasPrefix("qemu-system") == true
        }
    }

    /// syslat is there as /init, but its list of jobs is not valid.
    @Test func `a guest that fails says why and switches itself off`() throws {
        var archive = Initramfs()
        try archive.add(device: "/dev/console", major: 5, minor: 1)
        try archive.add(file: GuestInit.programPath, GuestProgram.read(KernelRequirement.program, for: .x86_64), mode: 0o755)
        try archive.add(file: GuestInit.jobsPath, Array("no JSON".utf8))
        for folder in ["/proc", "/sys"] { try archive.add(folder: folder) }
        let guest = Guest(image: try DebianKernel.standard.image(), jobs: [], initramfs: archive.finish())
        let record = try guest.machine(BootOptions()).run(.tcg, timeLimit: .seconds(60))
        #expect(record.ending == .ended(status: 0))
        let error = #expect(throws: KernelLabError.self) { try guest.result(of: record, .tcg, timeLimit: .seconds(60)) }
        let text = try #require(error).description
        #expect(text.contains(" ended too early: the guest's data breaks off after the greeting. "), "\(text)")
        #expect(text.contains("\n    syslat in the guest: tmpfs can't be mounted on /tmp: no such file or directory.\n"), "\(text)")
        #expect(text.contains("\n    syslat in the guest: The list of jobs /syslat-jobs.json can't be read.\n"), "\(text)")
        #expect(text.hasSuffix("reboot: Power down"), "\(text)")
    }

    /// The first process ends, as a damaged one would.
    @Test func `the end of the first process is reported as a panic`() throws {
        let error = #expect(throws: KernelLabError.self) {
            try DebianKernel.linux6_12.boot([], files: files, kernelArguments: ["rdinit=/work/guest"])
        }
        #expect(try #require(error).description.contains("Attempted to kill init! exitcode=0x00007d00"))
    }

    /// The guest's clock advances with the instructions it executes, and jumps ahead while there are none. So a job sleeps for an
    /// hour, and another reaches its time limit of half an hour, in a boot that may take two minutes by the host's clock.
    @Test(arguments: DebianKernel.required)
    func `a guest's clock counts instructions and skips idle time`(_ kernel: DebianKernel) throws {
        var options = BootOptions()
        (options.acceleration, options.processors, options.timeLimit) = (.countedTCG, 1, .seconds(120))
        let jobs = [
            GuestJob(["/work/guest", "sleep", "3600"], name: "sleeps", timeLimit: .seconds(7200)),
            GuestJob(["/work/guest", "sleep", "3600"], name: "too long", timeLimit: .seconds(1800)),
        ]
        let run = try kernel.boot(jobs, files: files, kernelArguments: ["clocksource=tsc", "tsc=reliable"], options: options)
        #expect(run.acceleration == .countedTCG)
        let sleeps = try #require(run["sleeps"])
        #expect(sleeps.isSuccess && sleeps.duration >= .seconds(3600), "\(sleeps.endingText)")
        #expect(run["too long"]?.ending == .overTimeLimit)
    }

    @Test func `counting instructions is refused with two processors`() throws {
        var options = BootOptions()
        options.acceleration = .countedTCG
        let error = #expect(throws: KernelLabError.self) { try DebianKernel.standard.boot([], options: options) }
        #expect(try #require(error).description == "Instructions can be counted only with one processor, not 2.")
    }

    @Test func `the acceleration of a guest can be chosen`() throws {
        var options = BootOptions()
        options.acceleration = .tcg
        options.processors = 1
        options.memory = 256
        let run = try DebianKernel.linux6_12.boot([GuestJob(["/work/guest", "exit", "0"])], files: files, options: options)
        #expect(run.acceleration == .tcg && run.results.count == 1 && run.results[0].isSuccess)
    }
}
