import BPFRuntime
import CSyslatABI
import Glibc
import Linux

/// The features of the running kernel that decide which programs to use. They are probed, because vendor kernels have more features than
/// their versions suggest.
package struct KernelFeatures: Sendable {
    /// The floor: ring buffers came with 5.8, running a program on a chosen CPU with 5.10.
    package static let oldestVersion = (5, 10)

    /// Where a kernel carries its BTF.
    package static let ownBTF = "/sys/kernel/btf/vmlinux"

    package let release: String
    /// The kernel carries its own BTF, which typed tracepoint programs need.
    package let hasBTF: Bool
    /// Programs can compare and exchange, and ask for the current task as a typed pointer: all that the typed programs need beyond BTF.
    let runsTypedPrograms: Bool
    /// Programs can look up the mapping of an address (bpf_find_vma).
    let looksUpMappings: Bool
    /// Programs can ask where a task's registers are (bpf_task_pt_regs).
    let findsRegisters: Bool
    /// Programs may attach to functions of the kernel.
    let hooksFunctions: Bool
    /// Programs may call bpf_rdonly_cast. An object that names it is refused elsewhere, unless this process has CAP_SYS_ADMIN.
    let castsPointers: Bool
    /// The release suggests that tracepoints run programs preemptibly. It only decides what is asked first.
    var isLikelyToPreempt: Bool { (KernelFeatures.version(of: release) ?? (0, 0)) >= (6, 19) }
    /// Thread ids are below this number.
    let pidLimit: Int
    /// CPU numbers are below this one, including CPUs that may be added. `Int.max` if unknown.
    let cpuLimit: Int

    /// Errors: no /proc, a kernel that is too old, or a process id namespace other than the kernel's own.
    package init() throws(ProbesError) {
        guard ProcFS.isMounted else {
            throw ProbesError(
                "/proc isn't mounted here, and syslat finds processes and their names there. Mount it: mount -t proc proc /proc.")
        }
        release = KernelRelease.current
        try KernelFeatures.check(release: release)
        try KernelFeatures.checkNamespace()
        hasBTF = ProcFS.mayAccess(KernelFeatures.ownBTF, R_OK)
        runsTypedPrograms = KernelProbe.hasCompareAndExchange() && KernelProbe.has(.currentTask)
        looksUpMappings = KernelProbe.has(.findMapping)
        findsRegisters = KernelProbe.has(.taskRegisters)
        hooksFunctions = KernelProbe.mayHookFunctions()
        // It came with 6.2, and is used from 6.4 on. Only where a vendor may have it early are the kernel's types read for it.
        castsPointers = (KernelFeatures.version(of: release) ?? (0, 0)) >= (6, 4) || KernelProbe.hasFunction("bpf_rdonly_cast")
        let most = Int(SYSLAT_PID_LIMIT)
        pidLimit = min(ProcFS.text("/proc/sys/kernel/pid_max").flatMap { Int($0) } ?? most, most)
        cpuLimit = ProcFS.possibleCPUs().map { $0.last! + 1 } ?? .max
    }

    /// What a kernel might offer: for tests.
    init(
        release: String, hasBTF: Bool, runsTypedPrograms: Bool, looksUpMappings: Bool, findsRegisters: Bool,
        hooksFunctions: Bool = true, castsPointers: Bool = true, pidLimit: Int, cpuLimit: Int
    ) {
        (self.release, self.hasBTF, self.runsTypedPrograms) = (release, hasBTF, runsTypedPrograms)
        (self.looksUpMappings, self.findsRegisters) = (looksUpMappings, findsRegisters)
        (self.hooksFunctions, self.castsPointers) = (hooksFunctions, castsPointers)
        (self.pidLimit, self.cpuLimit) = (pidLimit, cpuLimit)
    }

    /// The first two numbers of a release; nil if it has none.
    private static func version(of release: String) -> (Int, Int)? {
        let parts = release.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count >= 2, let major = Int(parts[0]), let minor = Int(parts[1].prefix { $0.isNumber }) else { return nil }
        return (major, minor)
    }

    /// Refuses a release such as "4.19.0-27-amd64" that is below the floor.
    static func check(release: String) throws(ProbesError) {
        guard let version = version(of: release) else {
            throw ProbesError(
                "The kernel calls its release '\(release)', which has no version that syslat can read. Please report this.")
        }
        guard version >= oldestVersion else {
            throw ProbesError(
                "Linux \(release) is too old: syslat needs 5.10 or newer, for BPF ring buffers and for running programs on a chosen CPU. "
                    + "Boot a newer kernel.")
        }
    }

    /// The number of CPU shares: one for each CPU, up to a limit. A power of two.
    func cpuShares(limit: Int?) -> Int {
        var shares = 1
        while shares < min(cpuLimit, limit ?? Int(SYSLAT_CPU_SHARES), Int(SYSLAT_CPU_SHARES)) { shares *= 2 }
        return shares
    }

    /// BPF programs see process ids of the initial namespace only.
    private static func checkNamespace() throws(ProbesError) {
        guard let name = ProcFS.link("/proc/self/ns/pid") else { return }
        // PROC_PID_INIT_INO, include/linux/proc_ns.h.
        guard name == "pid:[4026531836]" else {
            throw ProbesError(
                "syslat runs in its own process id namespace (\(name)), where pids differ from the kernel's. Run it on the host, or "
                    + "in a container that shares the host's: docker run --pid=host, podman run --pid=host.")
        }
    }
}
