import CaptureSupport
import Foundation
import KernelLabSupport
import Testing
import TestPrograms

@testable import KernelLab

/// What can't be booted is refused before anything starts.
@Suite(.requiresKernels) struct BootRefusalTests {
    private func refusal(
        _ jobs: [GuestJob] = [], files: [GuestFile] = [], _ change: (inout BootOptions) -> Void = { _ in }
    ) throws -> String {
        var options = BootOptions()
        options.program = KernelRequirement.program
        options.acceleration = .tcg
        change(&options)
        let image = try DebianKernel.standard.image()
        return try #require(
            #expect(throws: KernelLabError.self) { try KernelLab.boot(image, jobs: jobs, files: files, options: options) }
        ).description
    }

    @Test func `a program for the guest must be static and for x86-64`() throws {
        let text = try refusal { $0.program = ProgramRun.syslat }
        let reason = " can't run in a guest: it needs shared libraries. `make static` builds one that can, .build-static/syslat"
        #expect(text.contains(reason))
        #expect(try refusal { $0.program = "/etc/passwd" }.contains(" can't run in a guest: it isn't a 64-bit program."))
        #expect(try refusal { $0.program = "/no/syslat" }.hasPrefix("The program for the guest /no/syslat can't be read: "))
        #expect(try refusal { $0.program = "/dev/zero" }.contains("/dev/zero can't be read: it is not a regular file."))
        // 32-bit, and 64-bit for another processor.
        let zeros = [UInt8](repeating: 0, count: 64)
        #expect(GuestProgram.obstacle([0x7f, 0x45, 0x4c, 0x46, 1, 1] + zeros, for: .x86_64) == "it isn't a 64-bit program")
        var arm = [0x7f, 0x45, 0x4c, 0x46, 2, 1] + zeros
        arm[18] = 183
        #expect(GuestProgram.obstacle(arm, for: .x86_64) == "it isn't for x86-64")
        #expect(GuestProgram.obstacle(arm, for: .arm64) == nil)
        #expect(GuestMachine.arm64.programHint.contains(GuestMachine.arm64 == .current ? "`make static`" : "`make static-arm64`"))
        // Offsets and counts of a damaged header lead nowhere.
        arm[18] = 62
        for index in 32..<58 { arm[index] = 0xff }
        #expect(GuestProgram.obstacle(arm, for: .x86_64) == nil)
        #expect(GuestProgram.obstacle(arm, for: .arm64) == "it isn't for arm64")
    }

    @Test func `jobs without a program and files without a valid path are refused`() throws {
        for arguments in [[], [""], ["program"]] {
            #expect(try refusal([GuestJob(arguments, name: "x")]).hasPrefix("The job 'x' has no program. "))
        }
        let twice = "/init would exist twice in the guest. Give each file its own path."
        #expect(try refusal(files: [GuestFile("/init", .bytes([]))]) == twice)
        let missing = GuestFile("/x", .copy(of: "/no/file"))
        #expect(try refusal(files: [missing]).hasPrefix("The file for the guest /no/file can't be read: "))
        #expect(try refusal(files: [GuestFile("x", .bytes([]))]).hasPrefix("'x' can't be a path in a guest: "))
    }

    @Test func `impossible memory, processors and kernel arguments are refused`() throws {
        #expect(try refusal { $0.memory = 64 }.hasPrefix("A guest with 64 MiB and 2 processors can't boot. "))
        #expect(try refusal { $0.processors = 0 }.hasPrefix("A guest with 512 MiB and 0 processors can't boot. "))
        for argument in ["--", "a\nb"] {
            let text = try refusal { $0.kernelArguments = [argument] }
            #expect(text == "'\(argument)' can't be on a kernel's command line. Leave it out.")
        }
    }

    @Test func `a failure of QEMU is reported in its own words`() throws {
        let text = try refusal { $0.processors = 100_000 }
        #expect(text.contains(" was cut short by QEMU (exit status 1): ") && text.contains("CPU"), "\(text)")
    }

    @Test func `guest-init refuses to run outside a guest`() throws {
        let run = try ProgramRun.run([ProgramRun.syslat, "guest-init"], environment: ["SYSLAT_GUEST": "1"])
        #expect(run.status == 1)
        #expect(run.error == "syslat: guest-init switches the machine off: it runs only as the first process of a guest.\n")
        #expect(!(try ProgramRun.run([ProgramRun.syslat, "--help"]).output.contains("guest")))
    }
}
