import CSyslatABI
import Glibc
import Linux

/// What the running kernel offers, as far as the choice of programs depends on it.
struct KernelRequirements {
    /// The floor: ring buffers came with 5.8, running a program on a chosen CPU with 5.10.
    static let oldestVersion = (5, 10)

    /// Where a kernel carries its BTF.
    static let ownBTF = "/sys/kernel/btf/vmlinux"

    let release: String
    let version: (major: Int, minor: Int)
    /// The kernel carries its own BTF: typed tracepoint programs can be loaded.
    let hasBTF: Bool
    /// Thread ids are below this number.
    let pidLimit: Int
    /// Numbers of CPUs, those that may yet come as well, are below this one, which is the largest there is where nobody knows.
    let cpuLimit: Int

    /// Errors: a kernel that is too old, or a process id namespace in which ids mean something else to the kernel.
    init() throws(CaptureError) {
        release = ProcFS.text("/proc/sys/kernel/osrelease") ?? ""
        version = try KernelRequirements.version(of: release)
        hasBTF = ProcFS.mayAccess(KernelRequirements.ownBTF, R_OK)
        pidLimit = min(ProcFS.text("/proc/sys/kernel/pid_max").flatMap { Int($0) } ?? .max, Int(SYSLAT_PID_LIMIT))
        cpuLimit = ProcFS.possibleCPUs().map { $0.last! + 1 } ?? .max
        try KernelRequirements.checkNamespace()
    }

    /// The version that a release such as "6.18.5-cloud-amd64" begins with. Errors: none there, or one that is too old.
    static func version(of release: String) throws(CaptureError) -> (major: Int, minor: Int) {
        let parts = release.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count >= 2, let major = Int(parts[0]), let minor = Int(parts[1].prefix { $0.isNumber }) else {
            throw CaptureError(
                "The kernel's version can't be read from /proc/sys/kernel/osrelease ('\(release)'). Is /proc mounted?")
        }
        guard (major, minor) >= oldestVersion else {
            throw CaptureError(
                "Linux \(release) is too old: syslat needs 5.10 or newer, for BPF ring buffers and programs run on a chosen CPU. "
                    + "Boot a newer kernel.")
        }
        return (major, minor)
    }

    /// Typed programs use compare-and-exchange, which came with 5.12.
    var hasTypedPrograms: Bool { hasBTF && version >= (5, 12) }

    /// Up to 6.18 system call tracepoints run their programs with preemption off (__BPF_DECLARE_TRACE_SYSCALL,
    /// include/trace/bpf_probe.h); later ones may not, and 7.2 does not. A program that is preempted is skipped on its CPU
    /// until it goes on (`active` of struct bpf_prog): those calls are lost, with the causes `recursion` and `missed_exit`.
    var hasPreemptiblePrograms: Bool { version >= (6, 19) }

    /// How many shares the CPUs have: one each, if there are not too many. A power of two.
    func cpuShares(limit: Int?) -> Int {
        var shares = 1
        while shares < min(cpuLimit, limit ?? Int(SYSLAT_CPU_SHARES), Int(SYSLAT_CPU_SHARES)) { shares *= 2 }
        return shares
    }

    /// Several programs may be at one CPU's share at the same time.
    func hasConcurrentPrograms(shareLimit: Int?) -> Bool { hasPreemptiblePrograms || cpuShares(limit: shareLimit) < cpuLimit }

    /// Programs can look up the mapping of an address (bpf_find_vma).
    var canLookUpMappings: Bool { version >= (5, 17) }

    /// The kernel sees ids of the first process id namespace only.
    private static func checkNamespace() throws(CaptureError) {
        var buffer = [CChar](repeating: 0, count: 64)
        let length = unsafe readlink("/proc/self/ns/pid", &buffer, buffer.count - 1)
        guard length > 0 else { return }
        let name = String(decoding: buffer[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        // PROC_PID_INIT_INO, include/linux/proc_ns.h.
        guard name == "pid:[4026531836]" else {
            throw CaptureError(
                "syslat runs in a process id namespace of its own (\(name)), where pids are not those that the kernel sees. "
                    + "Run it on the host, or in a container with the host's: docker run --pid=host, podman run --pid=host.")
        }
    }
}
