import Glibc

/// The tree of cgroups that says what a process belongs to.
///
/// Version 2 has one tree for all. With version 1 each controller may have its own, and service managers and container engines put processes
/// into all of them alike, so the memory controller's stands for all. Hybrid hosts have both, and their unified tree may be empty.
package enum CgroupHierarchy: UInt32, Sendable, Hashable, CaseIterable {
    case unified, memory, pids, cpu

    /// The tree that this host uses; nil if there are no cgroups.
    package static var current: CgroupHierarchy? {
        guard let text = ProcFS.text("/proc/self/cgroup") else { return nil }
        return [.memory, .pids, .cpu, .unified].first { $0.path(in: text) != nil }
    }

    /// The path of a process's cgroup from the root; nil if the process is gone.
    package func path(of pid: Int32) -> String? { ProcFS.text("/proc/\(pid)/cgroup").flatMap { path(in: $0) } }

    /// The path in text like that of /proc/PID/cgroup: lines of `number:controllers:path`.
    package func path(in text: String) -> String? {
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard parts.count == 3 else { continue }
            let isThis = self == .unified ? parts[0] == "0" : parts[1].split(separator: ",").contains(Substring(name))
            if isThis { return String(parts[2]) }
        }
        return nil
    }

    /// Whether a cgroup of this path is there, as far as this process sees the tree.
    package func exists(_ path: String) -> Bool {
        let roots = self == .unified ? ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"] : ["/sys/fs/cgroup/\(name)"]
        return roots.contains { ProcFS.mayAccess($0 + path, F_OK) }
    }

    private var name: String {
        switch self {
        case .unified: ""
        case .memory: "memory"
        case .pids: "pids"
        case .cpu: "cpu"
        }
    }
}
