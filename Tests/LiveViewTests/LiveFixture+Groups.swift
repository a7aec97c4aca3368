import LatencyHistogram
import LiveView
import Profile
import SyscallTable

/// The same capture, its calls in groups: reads and writes in the first, fsync in the second, futex in the row of others, the rest in none.
extension LiveFixture {
    private static let members: [[Int32]] = [[0, 1], [74], [202]]

    static func keys(_ kind: CallGroups.Kind) -> [CallGroup.Key] {
        switch kind {
        case .thread:
            [
                .thread(tid: 1234, name: "redis-server", pid: 1234, comm: "redis-server"),
                .thread(tid: 1302, name: "check\u{1b}pointer", pid: 1300, comm: "postgres"), .others,
            ]
        case .comm: [.comm("redis-server"), .comm("post\u{202e}gres"), .others]
        case .cgroup: [.cgroup(path: "/system.slice/redis.service"), .cgroup(path: "/user.slice/数据库"), .others]
        case .file:
            [
                .file(name: "TCP sockets", device: 0, inode: 0),
                .file(name: "/var/lib/postgresql/15/main/pg_wal/000000010000000000000001", device: 8 << 20 | 1, inode: 131_077),
                .others,
            ]
        }
    }

    static func grouped(_ snapshot: LiveSnapshot, by kind: CallGroups.Kind, keys: [CallGroup.Key]? = nil) -> LiveSnapshot {
        let groups = zip(keys ?? self.keys(kind), members).map { key, numbers in
            let calls = snapshot.profile.calls.filter { numbers.contains($0.id.number) }
            var distribution = LatencyHistogram()
            for call in calls { distribution.merge(call.distribution) }
            let series = calls.flatMap { call in
                call.series.map {
                    ProcessSeries(
                        id: call.id, outcome: $0.outcome, failed: $0.failed, calls: $0.calls, totalNanoseconds: $0.distribution.sum)
                }
            }
            return CallGroup(key: key, series: series, distribution: distribution)
        }
        var grouped = snapshot
        grouped.profile.groups = CallGroups(kind: kind, groups: groups.filter { $0.calls > 0 })
        grouped.profile.inFlight[2].details = CallDetails(descriptors: [
            DescriptorArgument(argument: 0, name: "/var/lib/postgresql/15/main/pg_wal/1", device: 8 << 20 | 1, inode: 131_077)
        ])
        return grouped
    }

    /// A model that has watched for some seconds.
    static func model(
        by kind: CallGroups.Kind, grouping: LiveGrouping, window: LiveWindow = .tenSeconds, seconds: Int = 20, columns: Int = 100,
        rows: Int = 24
    ) -> LiveModel {
        var model = LiveModel(size: ScreenSize(columns: columns, rows: rows), view: .init(grouping: grouping, window: window))
        for snapshot in snapshots.prefix(seconds) { model.take(grouped(snapshot, by: kind)) }
        return model
    }
}
