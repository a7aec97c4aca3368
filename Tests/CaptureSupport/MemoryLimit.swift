import Foundation

/// A cgroup of a test's own with a limit on the memory of its processes, what the kernel allocates for them included. Of version
/// 2 if that has the memory controller, else of version 1. Removed when the last reference goes.
package final class MemoryLimit {
    /// Where such a cgroup can be made; nil if the controller is missing or can't be written to.
    private static let place: (folder: String, limit: String, peak: String)? = {
        let mounts = (try? String(contentsOfFile: "/proc/self/mounts", encoding: .utf8)) ?? ""
        for mount in mounts.split(separator: "\n") {
            let fields = mount.split(separator: " ").map(String.init)
            guard fields.count > 3, access(fields[1], W_OK) == 0 else { continue }
            if fields[2] == "cgroup", fields[3].split(separator: ",").contains("memory") {
                return (fields[1], "memory.limit_in_bytes", "memory.max_usage_in_bytes")
            }
            // Writing fails if the controller is not available.
            if fields[2] == "cgroup2", (try? write("+memory", to: "\(fields[1])/cgroup.subtree_control")) != nil {
                return (fields[1], "memory.max", "memory.peak")
            }
        }
        return nil
    }()

    package static let isPossible = place != nil

    private let folder: String

    package init(mebibytes: Int) throws {
        guard let place = MemoryLimit.place else { throw Fixture.Failure(description: "there is no memory controller") }
        folder = "\(place.folder)/syslat-test-\(getpid())-\(UInt32.random(in: 0 ... .max))"
        guard mkdir(folder, 0o755) == 0 else {
            throw Fixture.Failure(description: "mkdir \(folder): \(String(cString: strerror(errno)))")
        }
        try MemoryLimit.write("\(mebibytes << 20)", to: "\(folder)/\(place.limit)")
    }

    /// A command that moves itself into the cgroup and becomes the command that follows it.
    package var launcher: [String] { ["sh", "-c", #"echo $$ >"$0" && exec "$@""#, "\(folder)/cgroup.procs"] }

    /// The processes in it.
    package var processes: [Int32] {
        let list = (try? String(contentsOfFile: "\(folder)/cgroup.procs", encoding: .utf8)) ?? ""
        return list.split(separator: "\n").compactMap { Int32($0) }
    }

    /// The peak of memory use, in bytes; nil if the kernel doesn't tell (memory.peak needs 5.19).
    package var peak: Int? {
        (try? String(contentsOfFile: "\(folder)/\(MemoryLimit.place?.peak ?? "")", encoding: .utf8))
            .flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
    }

    private static func write(_ text: String, to path: String) throws {
        let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
        defer { try? file.close() }
        try file.write(contentsOf: Data(text.utf8))
    }

    deinit { eventually(within: 5) { rmdir(folder) == 0 || errno != EBUSY } }
}
