import Foundation
import KernelLab
import Probes
import Testing

/// A program in a guest whose calls by thread, cgroup or file are known.
struct GroupedGuestCase: Sendable {
    private struct GroupReport: Decodable {
        struct Group: Decodable {
            struct Call: Decodable {
                let name: String
                let calls: UInt64
            }
            let name: String?
            let syscalls: [Call]
        }
        let groups: [Group]
    }

    let kind: String
    /// The fixture and its arguments.
    let command: [String]
    /// How often groups have so many calls of a name, by the group's name: nil for any.
    let expected: (call: String, group: String?, calls: UInt64, groups: Int)

    private static let all = [
        GroupedGuestCase(kind: "thread", command: ["/short_threads.static", "300", "10"], expected: ("getppid", nil, 10, 300)),
        GroupedGuestCase(kind: "cgroup", command: ["/children.static", "fork", "20", "5"], expected: ("getppid", "/", 100, 1)),
        // Enough files for a map to be taken while the programs count in the other one.
        GroupedGuestCase(kind: "file", command: ["/grouped_files.static", "/", "1500"], expected: ("pwrite64", nil, 1, 1500)),
        GroupedGuestCase(kind: "file", command: ["/grouped_files.static", "/", "9"], expected: ("pread64", "/read", 100, 1)),
    ]

    static let fixtures = ["short_threads.static", "children.static", "grouped_files.static"]

    /// One set for each case, another one on each kernel, as in ``GuestCase/pairs(_:_:turn:)``. By file each call must be measured.
    static func runs(_ sets: [ProgramSet], turn: Int) -> [(entry: GroupedGuestCase, set: ProgramSet)] {
        all.enumerated().map { index, entry in
            let sets = sets.filter { $0 != .fastSampling || entry.kind != "file" }
            return (entry, sets[(index + turn) % sets.count])
        }
    }

    func job(_ set: ProgramSet, timeLimit: Duration = .seconds(60)) -> GuestJob {
        GuestJob(
            ["/syslat", "profile", "--format", "json", "--by", kind] + set.options + ["--"] + command,
            name: "by \(kind) \(expected.call) \(set)", timeLimit: timeLimit)
    }

    /// Checks the result of ``job(_:timeLimit:)``.
    func check(_ result: GuestResult) throws {
        try #require(result.isSuccess, "\(result.name): \(result.endingText): \(result.errorText)")
        let groups = try JSONDecoder().decode(GroupReport.self, from: Data(result.outputText.utf8)).groups
        let found = groups.filter { group in
            group.syscalls.contains { $0.name == expected.call && $0.calls == expected.calls }
                && (expected.group == nil || group.name == expected.group)
        }
        #expect(found.count == expected.groups, "\(result.name): \(groups.prefix(5))")
    }
}
