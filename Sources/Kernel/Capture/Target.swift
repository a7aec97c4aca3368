import CLinux
import Glibc
import Linux
import PlainText
import Probes

/// What a capture watches.
package enum Target: Sendable, Hashable {
    /// These processes; with `follow`, the children they start from now on as well.
    case processes([Int32], follow: Bool)
    /// Every process except syslat itself.
    case all
    /// A cgroup (v2) and the cgroups below it.
    case cgroup(path: String)
    /// A command that syslat starts; with `follow`, its children as well.
    case command(ResolvedCommand, follow: Bool)

    /// The scope for the programs.
    var scope: ProbeOptions.Scope {
        switch self {
        case .processes(_, let follow), .command(_, let follow): .processes(follow: follow)
        case .all: .all
        case .cgroup(let path): .cgroup(path: path)
        }
    }

    /// Paths of the programs that are known to run.
    var programs: [String] {
        if case .command(let command, _) = self { [command.path] } else { [] }
    }

    /// Checks what can be checked before anything is loaded.
    func validate() throws(CaptureError) {
        switch self {
        case .processes(let pids, _):
            for pid in pids { try Target.validate(pid: pid) }
        case .cgroup(let path):
            try Target.validate(cgroup: path)
        case .all, .command:
            break
        }
    }

    static func validate(pid: Int32) throws(CaptureError) {
        if pid == getpid() {
            throw CaptureError(
                "\(pid) is syslat's own process, which can't watch itself. Give the pid of another process.",
                kind: .wrongRequest)
        }
        guard pid > 0, kill(pid, 0) == 0 || errno == EPERM else {
            throw CaptureError(
                "There is no process \(pid). It may have ended; `pgrep NAME` prints the pids of a program.")
        }
        if let leader = ProcFS.threadGroup(of: pid), leader != pid {
            throw CaptureError(
                "\(pid) is a thread of process \(leader). Give \(leader) to watch the whole process.", kind: .wrongRequest)
        }
    }

    private static func validate(cgroup path: String) throws(CaptureError) {
        let isCgroup2 = path.withExactBytes { unsafe clinux_is_cgroup2($0) }
        guard isCgroup2 >= 0 else {
            throw CaptureError(
                "The cgroup \(path) can't be opened: \(Errno.last). "
                    + "A cgroup is a folder, usually below /sys/fs/cgroup.")
        }
        guard isCgroup2 > 0 else {
            throw CaptureError(
                "\(path) isn't a version 2 cgroup, the only kind that BPF can match. "
                    + "Look below the mount point that `mount -t cgroup2` prints.")
        }
    }

    /// The target as the report names it.
    var phrase: String {
        switch self {
        case .processes(let pids, let follow):
            let names = pids.map { pid in ProcFS.comm(of: pid).map { "\(pid) (\($0))" } ?? "\(pid)" }
            return "pid \(names.joined(separator: ", "))" + (follow ? " and new children" : ", children not followed")
        case .all: return "all processes"
        case .cgroup(let path): return "cgroup \(ExactText.shown(path))"
        case .command(let command, let follow):
            return command.phrase + (follow ? " and its children" : ", children not followed")
        }
    }
}
