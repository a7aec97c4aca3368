import Foundation
import KernelLab
import KernelLabSupport
import Probes
import Testing

/// Calls by thread, cgroup and file of programs whose calls are known.
extension GuestSemanticsTests {
    private struct GroupReport: Decodable {
        struct Group: Decodable {
            struct Call: Decodable {
                let name: String
                let calls: UInt64
            }
            let name: String?
            let tid: Int32?
            let syscalls: [Call]
        }
        let groups: [Group]
    }

    private struct GroupCase {
        let kind: String
        let command: [String]
        /// How often groups have so many calls of a name, by the group's name: nil for any.
        let expected: (call: String, group: String?, calls: UInt64, groups: Int)
    }

    private static let groupCases = [
        GroupCase(kind: "thread", command: ["/short_threads.static", "300", "10"], expected: ("getppid", nil, 10, 300)),
        GroupCase(kind: "cgroup", command: ["/children.static", "fork", "20", "5"], expected: ("getppid", "/", 100, 1)),
        // Enough files for a map to be taken while the programs count in the other one.
        GroupCase(kind: "file", command: ["/grouped_files.static", "/", "1500"], expected: ("pwrite64", nil, 1, 1500)),
        GroupCase(kind: "file", command: ["/grouped_files.static", "/", "9"], expected: ("pread64", "/read", 100, 1)),
    ]

    /// One set for each case, another one on each kernel, as in ``GuestCase/pairs(_:_:turn:)``. By file each call must be measured.
    private static func groupRuns(_ kernel: DebianKernel) -> [(GroupCase, ProgramSet)] {
        let turn = DebianKernel.allCases.firstIndex(of: kernel) ?? 0
        return groupCases.enumerated().map { index, example in
            let sets = sets(kernel).filter { $0 != .fastSampling || example.kind != "file" }
            return (example, sets[(index + turn) % sets.count])
        }
    }

    private static func name(_ run: (GroupCase, ProgramSet)) -> String {
        "by \(run.0.kind) \(run.0.expected.call) \(run.1)"
    }

    static let groupFixtures = ["short_threads.static", "children.static", "grouped_files.static"]

    func groupJobs(_ kernel: DebianKernel) -> [GuestJob] {
        Self.groupRuns(kernel).map { run in
            GuestJob(
                ["/syslat", "profile", "--format", "json", "--by", run.0.kind] + run.1.options + ["--"] + run.0.command,
                name: Self.name(run))
        }
    }

    func checkGroups(_ results: GuestRun, _ kernel: DebianKernel) throws {
        for run in Self.groupRuns(kernel) {
            let result = try #require(results[Self.name(run)])
            try #require(result.isSuccess, "\(result.name): \(result.endingText): \(result.errorText)")
            let groups = try JSONDecoder().decode(GroupReport.self, from: Data(result.outputText.utf8)).groups
            let expected = run.0.expected
            let found = groups.filter { group in
                group.syscalls.contains { $0.name == expected.call && $0.calls == expected.calls }
                    && (expected.group == nil || group.name == expected.group)
            }
            #expect(found.count == expected.groups, "\(result.name): \(groups.prefix(5))")
        }
    }
}
