import Profile
import SyscallTable

/// Which processes work through io_uring, where their requests were not watched.
enum IOUringNote {
    private static let calls: Set<String> = ["io_uring_setup", "io_uring_enter"]

    static func sentences(_ profile: Profile) -> [String] {
        guard profile.requests == nil else { return [] }
        let users = profile.processes.filter { $0.series.contains { calls.contains($0.id.name) } }
        return users.isEmpty
            ? []
            : [
                "io_uring: the requests of \(users.phrase) are no system calls and were not watched: they are in no row but those of "
                    + "io_uring_enter."
            ]
    }
}
