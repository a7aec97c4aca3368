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

    /// libbpf would ask the modules for the function, which takes CAP_SYS_ADMIN.
    @Test func `kernels without bpf_rdonly_cast get programs that don't name it`() {
        let name = Array("bpf_rdonly_cast".utf8)
        func names(_ set: ProgramSet, casts: Bool) -> Bool {
            let features = KernelFeatures(
                release: "made-up", hasBTF: true, runsTypedPrograms: true, looksUpMappings: true, findsRegisters: true,
                castsPointers: casts, pidLimit: 32768, cpuLimit: 2)
            let image = set.image(features)
            return image.indices.dropLast(name.count).contains { image[$0...].starts(with: name) }
        }
        for set in ProgramSet.allCases {
            #expect(!names(set, casts: false), "\(set)")
            #expect(names(set, casts: true) == (set != .raw), "\(set)")
        }
    }

    /// They are what Debian 12 loads, and have to be accepted everywhere.
    @Test(.enabled(if: BPFRequirement.obstacle == nil || BPFRequirement.isRequired, "nothing can be traced here"))
    func `every program set is loaded without bpf_rdonly_cast as well`() throws {
        let kernel = try KernelFeatures()
        let features = KernelFeatures(
            release: kernel.release, hasBTF: kernel.hasBTF, runsTypedPrograms: kernel.runsTypedPrograms,
            looksUpMappings: kernel.looksUpMappings, findsRegisters: kernel.findsRegisters, hooksFunctions: kernel.hooksFunctions,
            castsPointers: false, pidLimit: kernel.pidLimit, cpuLimit: kernel.cpuLimit)
        for set in ProgramSet.allCases {
            var options = everything
            options.programSet = set
            let probes = try Probes(options, features)
            #expect(probes.programSet == set)
        }
    }

    @Test(.enabled(if: BPFRequirement.obstacle == nil || BPFRequirement.isRequired, "nothing can be traced here"))
    func `this kernel has every feature that its release should have`() throws {
        let features = try KernelFeatures()
        // The tests run on 6.1 and newer; all of it came by 5.17.
        #expect(features.hasBTF && features.runsTypedPrograms && features.looksUpMappings && features.findsRegisters)
    }
}

/// What calls the programs at tracepoints. What the kernel does decides, and what isn't known is taken for the worst.
@Suite struct TracepointHookTests {
    private typealias Preemption = TracepointConditions.Preemption

    private func needed(
        mayBe: Bool? = true, _ calls: TracepointConditions.Preemption, _ others: TracepointConditions.Preemption,
        sleeping: Bool? = nil
    ) -> [TracepointHooks.Hook] {
        let conditions = TracepointConditions(mayBePreempted: mayBe, calls: calls, others: others, registersPlace: nil)
        let hooks = TracepointHooks.needed(conditions) { sleeping }
        return [hooks.calls, hooks.others]
    }

    @Test func `perf events call the programs only where tracepoints preempt them`() {
        // As Linux up to 6.18, 7.0 and 7.1, and later ones are.
        #expect(needed(.off, .off) == [.direct, .direct])
        #expect(needed(.off, .on) == [.direct, .classic])
        #expect(needed(.on, .on) == [.classic, .classic])
        // What is measured counts, and not what programs the kernel takes.
        #expect(needed(.off, .off, sleeping: true) == [.direct, .direct])
        #expect(needed(.on, .on, sleeping: false) == [.classic, .classic])
    }

    @Test func `a kernel that doesn't tell is taken for one that preempts programs`() {
        #expect(needed(mayBe: nil, .unknown, .unknown) == [.classic, .classic])
        #expect(needed(.unknown, .unknown, sleeping: true) == [.classic, .classic])
        // It could not call preemptibly what it refuses to.
        #expect(needed(.unknown, .unknown, sleeping: false) == [.direct, .classic])
    }

    @Test func `nothing is looked for on a kernel without the means to preempt programs`() {
        #expect(needed(mayBe: false, .unknown, .unknown) == [.direct, .direct])
    }

    @Test func `each hook has programs of its own`() {
        func names(
            _ calls: TracepointHooks.Hook, _ others: TracepointHooks.Hook, _ set: ProgramSet, keepsCalls: Bool = false
        ) -> [String] {
            let programs = set.programs(
                TracepointHooks(calls: calls, others: others), naming: true, workHooks: [], rescues: false, watchesRequests: true,
                keepsCalls: keepsCalls, notesSleep: false)
            return [programs.sysEnter, programs.sysExit, programs.fork, programs.vsyscall, programs.requests?.completion ?? ""]
        }
        #expect(
            names(.direct, .direct, .fast) == [
                "sys_enter_fast", "sys_exit_fast", "task_fork_typed", "vsyscall", "request_complete",
            ])
        #expect(names(.direct, .direct, .fast, keepsCalls: true)[1] == "sys_exit_fast_keeping")
        #expect(names(.classic, .direct, .fastSampling, keepsCalls: true)[1] == "sys_exit_fast_sampling_keeping_classic")
        // The others ask their configuration.
        #expect(names(.direct, .direct, .typed, keepsCalls: true)[1] == "sys_exit_typed_naming")
        #expect(
            names(.direct, .classic, .raw)
                == ["sys_enter_raw", "sys_exit_raw_naming", "task_fork_classic", "vsyscall_classic", "request_complete_classic"])
        #expect(
            names(.classic, .classic, .typed) == [
                "sys_enter_typed_classic", "sys_exit_typed_naming_classic", "task_fork_classic", "vsyscall_classic",
                "request_complete_classic",
            ])
    }
}
