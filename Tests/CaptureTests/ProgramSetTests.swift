import CallSelection
import CaptureSupport
import SyscallTable
import Testing

@testable import Probes

/// Which program set serves which capture. What the kernel accepts decides, never its version.
@Suite struct ProgramSetTests {
    private func features(hasBTF: Bool = true, typed: Bool = true, mappings: Bool = true, registers: Bool = true) -> KernelFeatures
    {
        KernelFeatures(
            release: "made-up", hasBTF: hasBTF, runsTypedPrograms: typed, looksUpMappings: mappings, findsRegisters: registers,
            pidLimit: 32768, cpuLimit: 2)
    }

    private var everything: ProbeOptions { ProbeOptions(scope: .all, ringBytes: 1 << 20) }

    private func best(_ options: ProbeOptions, _ features: KernelFeatures, concurrent: Bool = false) -> ProgramSet {
        ProgramSet.best(options, features, isConcurrent: concurrent)
    }

    @Test func `a capture of every call takes the fast path if the kernel allows it`() {
        #expect(best(everything, features()) == .fast)
        var sampled = everything
        sampled.isSampled = true
        #expect(best(sampled, features()) == .fastSampling)
    }

    @Test func `the general path serves selections, cgroups and kernels that lack a helper`() throws {
        var selected = everything
        selected.selection = try SyscallSelection(parsing: ["read"], architecture: .current)
        #expect(best(selected, features()) == .typed)
        #expect(best(ProbeOptions(scope: .cgroup(path: "/x"), ringBytes: 1 << 20), features()) == .typed)
        #expect(best(everything, features(mappings: false)) == .typed)
        #expect(best(everything, features(registers: false)) == .typed)
    }

    @Test func `captures whose programs may meet in a batch take the general path`() {
        #expect(best(everything, features(), concurrent: true) == .typed)
    }

    @Test func `kernels without BTF or compare-and-exchange get the raw programs`() {
        #expect(best(everything, features(hasBTF: false)) == .raw)
        #expect(best(everything, features(typed: false)) == .raw)
        var options = everything
        options.btfPath = "/some/file"
        #expect(best(options, features()) == .raw)
    }

    @Test func `a requested program set is used unless programs may meet in a batch`() {
        var options = everything
        for wanted in ProgramSet.allCases {
            options.programSet = wanted
            #expect(best(options, features()) == wanted)
        }
        options.programSet = .fast
        #expect(best(options, features(), concurrent: true) == .typed)
    }

    @Test(.enabled(if: BPFRequirement.obstacle == nil || BPFRequirement.isRequired, "nothing can be traced here"))
    func `this kernel has every feature that its release should have`() throws {
        let features = try KernelFeatures()
        // The tests run on 6.1 and newer; all of it came by 5.17.
        #expect(features.hasBTF && features.runsTypedPrograms && features.looksUpMappings && features.findsRegisters)
    }
}
