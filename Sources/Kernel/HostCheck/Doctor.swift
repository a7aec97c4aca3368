package import Capture
import Probes
import CallSelection
import Glibc
import Linux
import Profile
import SyscallTable
import VDSO

/// Finds out whether a capture works on this host by making one. Everything else only explains the result.
package enum Doctor {
    /// The result of one check.
    package struct Finding: Sendable, Hashable {
        package enum Verdict: Sendable, Hashable {
            case ok
            /// Something works less well, or one kind of target is unavailable.
            case note
            case failed
        }

        package var subject: String
        package var verdict: Verdict
        /// What was found and, if something is wrong, what to do.
        package var detail: String
        /// An option that would help.
        package var remedy: CaptureError.Remedy?
    }

    /// Runs all checks. `profile` works if no finding has failed.
    package static func examine(btfPath: String?) -> [Finding] {
        let (capture, hooks, ticks) = capture(btfPath)
        return [kernel(), btf(btfPath), privileges(), lockdown(), memlock(), capture]
            + [self.hooks(hooks), perfEvents(ticks), cgroup(), clocksource(), vdso()]
    }

    private static func kernel() -> Finding {
        do throws(ProbesError) {
            let kernel = try KernelFeatures()
            return Finding(subject: "kernel", verdict: .ok, detail: "Linux \(kernel.release) \(Architecture.current.rawValue)")
        } catch {
            return Finding(subject: "kernel", verdict: .failed, detail: error.description)
        }
    }

    private static func btf(_ path: String?) -> Finding {
        if let path {
            do throws(ProbesError) {
                try BTFFile.check(path, kernelCarriesOwn: ProcFS.mayAccess(KernelFeatures.ownBTF, R_OK))
                return Finding(subject: "BTF", verdict: .ok, detail: "from \(path)")
            } catch {
                return Finding(subject: "BTF", verdict: .failed, detail: error.description)
            }
        }
        guard ProcFS.hasSys else {
            return Finding(
                subject: "BTF", verdict: .failed,
                detail:
                    "/sys isn't mounted, so \(KernelFeatures.ownBTF) can't be read: mount -t sysfs sysfs /sys, or get a file with it",
                remedy: .btfFile)
        }
        guard ProcFS.mayAccess(KernelFeatures.ownBTF, R_OK) else {
            return Finding(
                subject: "BTF", verdict: .failed,
                detail: "the kernel carries none (no \(KernelFeatures.ownBTF)): get a file with its BTF from BTFHub or pahole",
                remedy: .btfFile)
        }
        return Finding(subject: "BTF", verdict: .ok, detail: KernelFeatures.ownBTF)
    }

    private static func privileges() -> Finding {
        // Bits: include/uapi/linux/capability.h.
        let names = [(21, "CAP_SYS_ADMIN"), (38, "CAP_PERFMON"), (39, "CAP_BPF")]
        let effective = Capabilities.inForce
        let held = names.filter { effective >> UInt64($0.0) & 1 == 1 }.map(\.1)
        let suffices = held.contains("CAP_SYS_ADMIN") || (held.contains("CAP_BPF") && held.contains("CAP_PERFMON"))
        guard suffices else {
            return Finding(
                subject: "privileges", verdict: .failed,
                detail: "neither root nor CAP_BPF and CAP_PERFMON: run it with sudo, or "
                    + "sudo setcap cap_bpf,cap_perfmon=ep $(command -v syslat)")
        }
        return Finding(
            subject: "privileges", verdict: .ok, detail: (geteuid() == 0 ? "root, " : "") + held.joined(separator: ", "))
    }

    private static func lockdown() -> Finding {
        guard let text = ProcFS.text("/sys/kernel/security/lockdown") else {
            // What every kernel with securityfs has.
            let isMounted = ProcFS.mayAccess("/sys/kernel/security/lsm", F_OK)
            return Finding(
                subject: "lockdown", verdict: .ok, detail: isMounted ? "not in force" : "not known, since securityfs isn't mounted")
        }
        if text.contains("[confidentiality]") {
            return Finding(
                subject: "lockdown", verdict: .failed,
                detail: "confidentiality mode forbids BPF to read kernel memory: boot with lockdown=integrity or lockdown=none")
        }
        return Finding(subject: "lockdown", verdict: .ok, detail: text)
    }

    private static func memlock() -> Finding {
        var limit = rlimit()
        unsafe _ = getrlimit(__rlimit_resource_t(8), &limit)  // RLIMIT_MEMLOCK
        let size = limit.rlim_cur == rlim_t.max ? "unlimited" : "\(limit.rlim_cur >> 10) KiB"
        return Finding(
            subject: "memlock", verdict: .ok, detail: "\(size); since Linux 5.11 the cgroup's limit counts for BPF instead")
    }

    /// The proof: the programs can be loaded and attached, and they run and deliver. Also whether there would be vDSO ticks; nil if
    /// that was not tried.
    private static func capture(_ btfPath: String?) -> (Finding, TracepointHooks?, VDSOTicks?) {
        let subject = "capture"
        do throws(CaptureError) {
            var options = CaptureOptions(
                target: .processes([], follow: false), ringBytes: CaptureOptions.smallestRing, btfPath: btfPath)
            let began = Clock.monotonic
            let session = try Session(options)
            let milliseconds = (Clock.monotonic - began) / 1_000_000
            guard let floor = session.probeFloor else {
                let detail =
                    "the programs load, but the tracepoints raw_syscalls:sys_enter and sys_exit deliver nothing: "
                    + "the kernel needs CONFIG_HAVE_SYSCALL_TRACEPOINTS and CONFIG_FTRACE_SYSCALLS"
                return (Finding(subject: subject, verdict: .failed, detail: detail), session.hooks, session.vdsoTicks)
            }
            // With a selection, the verifier sees different code.
            options.selection = try? SyscallSelection(parsing: ["read", "9999"], architecture: .current)
            _ = try Session(options)
            let detail =
                "\(session.programKind) programs on raw_syscalls and a ring buffer, loaded and attached in \(milliseconds) ms; "
                + "a call that does nothing reads \(floor) ns"
            return (Finding(subject: subject, verdict: .ok, detail: detail), session.hooks, session.vdsoTicks)
        } catch {
            let detail = error.log.isEmpty ? error.description : "\(error)\n\(error.log)"
            return (Finding(subject: subject, verdict: .failed, detail: detail), nil, nil)
        }
    }

    /// The source of vDSO ticks, from which served calls are estimated.
    private static func perfEvents(_ ticks: VDSOTicks?) -> Finding {
        var refusal = VDSOTicker.refusal()
        // The kernel may open an event and still refuse to attach a program to it.
        if case .unavailable(let reason) = ticks { refusal = reason }
        guard let refusal else {
            return Finding(
                subject: "perf events", verdict: .ok, detail: "available, to estimate the calls that the vDSO serves")
        }
        return Finding(
            subject: "perf events", verdict: .note,
            detail: "unavailable, so the calls that the vDSO serves can't be estimated. \(refusal)")
    }

    /// What calls the programs at tracepoints, and why.
    private static func hooks(_ hooks: TracepointHooks?) -> Finding {
        let subject = "hooks"
        guard let hooks else {
            return Finding(subject: subject, verdict: .note, detail: "unknown, because no program was attached")
        }
        if let obstacle = hooks.obstacle {
            return Finding(
                subject: subject, verdict: .note,
                detail:
                    "tracepoints call the programs, and this kernel may preempt them, so calls can be lost. Perf events would prevent "
                    + "that, but can't be used: \(obstacle)")
        }
        let places =
            switch (hooks.calls, hooks.others) {
            case (.direct, .direct): ""
            case (.classic, .classic): "all tracepoints"
            case (.classic, .direct): "system calls"
            case (.direct, .classic): "all tracepoints but those of system calls"
            }
        guard !places.isEmpty else {
            return Finding(
                subject: subject, verdict: .ok, detail: "tracepoints call the programs, and this kernel doesn't preempt them")
        }
        return Finding(
            subject: subject, verdict: .ok,
            detail:
                "perf events call the programs at \(places), because this kernel \(hooks.isMeasured ? "preempts" : "may preempt") programs that tracepoints "
                + "call; the numbers of these events are from \(hooks.source?.phrase ?? "the kernel")")
    }

    private static func cgroup() -> Finding {
        let mounts = (ProcFS.text("/proc/self/mounts") ?? "").split(separator: "\n").map { $0.split(separator: " ") }
        guard let mount = mounts.first(where: { $0.count > 2 && $0[2] == "cgroup2" }) else {
            return Finding(
                subject: "cgroup v2", verdict: .note,
                detail: "not mounted, so no cgroup can be profiled: mount -t cgroup2 none /sys/fs/cgroup")
        }
        return Finding(subject: "cgroup v2", verdict: .ok, detail: "mounted at \(mount[1])")
    }

    private static func clocksource() -> Finding {
        let name = Host.clocksource()
        guard ProcFS.hasSys else {
            return Finding(subject: "clocksource", verdict: .note, detail: "unknown, because /sys isn't mounted")
        }
        guard Clocksource.readableInUserSpace.contains(name) else {
            return Finding(
                subject: "clocksource", verdict: .note,
                detail:
                    "\(name): the vDSO can't read it, so programs enter the kernel to read the time, and tracing costs more")
        }
        return Finding(subject: "clocksource", verdict: .ok, detail: name)
    }

    private static func vdso() -> Finding {
        let subject = "vDSO"
        do throws(VDSOImageError) {
            guard let image = try RunningVDSO.find()?.image else {
                return Finding(
                    subject: subject, verdict: .note,
                    detail: "none: every time call enters the kernel (vdso=0 on the command line?)")
            }
            let names = image.exportedFunctions.map(\.stem)
            return Finding(
                subject: subject, verdict: .ok,
                detail: names.isEmpty ? "mapped, but without functions" : names.joined(separator: ", "))
        } catch {
            return Finding(subject: subject, verdict: .note, detail: error.description)
        }
    }
}
