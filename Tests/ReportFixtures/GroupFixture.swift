import LatencyHistogram
package import Profile
import SyscallTable

/// The slow profile, its calls in groups of each kind.
extension Fixtures {
    package static func grouped(by kind: CallGroups.Kind) -> Profile {
        var profile = slowProfile
        profile.groups = CallGroups(kind: kind, groups: groups(kind, of: profile.calls))
        return profile
    }

    /// Half of the calls are in the first group, a quarter in the second, an eighth in the third; the rest is in none.
    private static func groups(_ kind: CallGroups.Kind, of calls: [CallProfile]) -> [CallGroup] {
        keys(kind).enumerated().map { place, key in
            let divisor = UInt64(2) << UInt64(place)
            var series: [ProcessSeries] = []
            var distribution = LatencyHistogram()
            for call in calls {
                for part in call.series where part.calls >= divisor {
                    series.append(
                        ProcessSeries(
                            id: call.id, outcome: part.outcome, failed: part.failed, calls: part.calls / divisor,
                            totalNanoseconds: part.distribution.sum / divisor))
                    distribution.merge(part.distribution.scaled(to: part.calls / divisor))
                }
            }
            return CallGroup(key: key, series: series, distribution: distribution)
        }
    }

    private static func keys(_ kind: CallGroups.Kind) -> [CallGroup.Key] {
        let id = String(repeating: "0123456789abcdef", count: 4)
        return switch kind {
        case .thread:
            [
                .thread(tid: 1302, name: "check\u{1b}pointer", pid: 1300, comm: "postgres"),
                .thread(tid: 1300, name: "postgres", pid: 1300, comm: "postgres"), .others,
            ]
        case .comm: [.comm("postgres"), .comm("ngin\u{202e}x"), .comm("")]
        case .cgroup:
            [
                .cgroup(path: "/system.slice/postgresql@15-main.service"),
                .cgroup(path: "/kubepods.slice/kubepods-pod0f3d9a7c_1111_2222_3333_444455556666.slice/cri-containerd-\(id).scope"),
                .cgroup(path: "/user.slice"),
            ]
        case .file:
            [
                .file(name: "/var/lib/postgresql/15/main/pg_wal/000000010000000000000001", device: 8 << 20 | 1, inode: 131_077),
                .file(name: "TCP sockets", device: 0, inode: 0), .others,
            ]
        }
    }
}
