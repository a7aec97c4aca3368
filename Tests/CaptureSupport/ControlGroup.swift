import Foundation

/// A cgroup (v2) of a test's own, removed when the last reference goes.
package final class ControlGroup {
    /// Where the cgroup2 file system is mounted.
    package static let root: String? = {
        let mounts = (try? String(contentsOfFile: "/proc/self/mounts", encoding: .utf8)) ?? ""
        for mount in mounts.split(separator: "\n") {
            let fields = mount.split(separator: " ")
            if fields.count > 2, fields[2] == "cgroup2" { return String(fields[1]) }
        }
        return nil
    }()

    package let path: String
    private var children: [ControlGroup] = []

    package convenience init() throws {
        try self.init(path: (ControlGroup.root ?? "") + "/syslat-test-\(getpid())-\(UInt32.random(in: 0 ... .max))")
    }

    private init(path: String) throws {
        self.path = path
        guard mkdir(path, 0o755) == 0 else {
            throw Fixture.Failure(description: "mkdir \(path): \(String(cString: strerror(errno)))")
        }
    }

    /// A cgroup below this one.
    package func child() throws -> ControlGroup {
        let child = try ControlGroup(path: "\(path)/child\(children.count)")
        children.append(child)
        return child
    }

    /// Moves a process here, with all its threads.
    package func add(_ pid: Int32) throws { try ControlGroup.move(pid, to: path) }

    package static func moveToRoot(_ pid: Int32) throws { try move(pid, to: root ?? "") }

    private static func move(_ pid: Int32, to path: String) throws {
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: "\(path)/cgroup.procs"))
        defer { try? file.close() }
        try file.write(contentsOf: Data("\(pid)\n".utf8))
    }

    deinit {
        children = []
        // A process that has just ended stays in its cgroup for a moment, and keeps it busy.
        eventually(within: 5) { rmdir(path) == 0 || errno != EBUSY }
    }
}
