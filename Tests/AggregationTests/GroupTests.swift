import Aggregation
import LatencyHistogram
import Profile
import TestSupport
import Testing

/// Calls by thread, name and cgroup, from records made up here.
@Suite struct GroupTests {
    private func events(_ durations: [UInt64], of owner: UInt32, number: Int32 = 0) -> [Event] {
        durations.map { Event(duration: $0, tgid: owner, number: number) }
    }

    @Test func `threads have rows, and processes the sums of theirs`() {
        let feed = Feed(grouping: .thread)
        feed.send(events([10, 20], of: 70) + events([30], of: 71, number: 1) + events([40, 50, 60], of: 80))
        feed.send(Record.threadExit(71, of: 70, thread: "worker", comm: "server"))
        feed.retire(times: 2)
        let names = LivingNames(name: { "living \($0)" }, process: { $0 == 70 ? 70 : 79 })
        let groups = feed.groups(names)
        #expect(
            groups.map(\.key) == [
                .thread(tid: 80, name: "living 80", pid: 79, comm: "living 79"),
                .thread(tid: 70, name: "living 70", pid: 70, comm: "living 70"),
                .thread(tid: 71, name: "worker", pid: 70, comm: "server"),
            ])
        #expect(groups.map(\.calls) == [3, 2, 1] && groups.map { $0.distribution?.max } == [60, 20, 30])
        let processes = feed.processes(names).sorted { $0.calls < $1.calls }
        #expect(processes.map(\.pid) == [70, 79] || processes.map(\.pid) == [79, 70])
        #expect(processes.map(\.calls) == [3, 3] && Set(processes.map(\.totalNanoseconds)) == [60, 150])
        #expect(processes.first { $0.pid == 70 }?.comm == "living 70")
    }

    @Test func `a process whose threads have all ended has the name that they gave it`() {
        let feed = Feed(grouping: .thread)
        feed.send(events([10], of: 71) + events([20], of: 72))
        feed.send(Record.threadExit(71, of: 70, thread: "a", comm: "before"))
        feed.send(Record.threadExit(72, of: 70, thread: "b", comm: "after"))
        feed.retire(times: 2)
        let names = LivingNames(name: { _ in nil })
        #expect(feed.processes(names).map(\.pid) == [70] && feed.processes(names).map(\.comm) == ["after"])
        #expect(feed.processes(names).map(\.calls) == [2])
    }

    @Test func `threads beyond the limit of rows keep their process and their latencies`() {
        let feed = Feed(processRowLimit: 64, grouping: .thread)
        for tid in UInt32(1)...5000 {
            feed.send(events([UInt64(tid)], of: 100_000 + tid))
            feed.send(Record.threadExit(100_000 + tid, of: tid % 2 == 0 ? 7 : 8, thread: "t", comm: "p"))
            feed.retire(times: 2)
        }
        let names = LivingNames(name: { _ in nil })
        let groups = feed.groups(names)
        #expect(groups.count <= 64)
        let others = groups.first { $0.key == .others }
        #expect(groups.reduce(0) { $0 + $1.calls } == 5000 && others?.distribution?.count == others?.calls)
        #expect(groups.reduce(0) { $0 + $1.totalNanoseconds } == 5000 * 5001 / 2)
        let processes = feed.processes(names).sorted { $0.pid ?? 0 < $1.pid ?? 0 }
        #expect(processes.map(\.pid) == [7, 8] && processes.map(\.calls) == [2500, 2500])
    }

    @Test func `the process of a living thread is looked up once, and known when the thread is gone`() {
        let feed = Feed(grouping: .thread)
        feed.send(events([10], of: 71))
        var looks = 0
        for _ in 0..<3 {
            feed.lookUpProcesses { _ in
                looks += 1
                return 70
            }
        }
        #expect(looks == 1 && feed.processes(LivingNames(name: { _ in nil })).map(\.pid) == [70])
    }

    @Test func `names gather ended and living processes`() {
        let feed = Feed(grouping: .comm)
        for pid in UInt32(1)...1000 {
            feed.send(events([100, 200], of: pid))
            feed.sendExit(pid, pid % 10 == 0 ? "rare" : "often")
            if pid % 100 == 0 { feed.retire() }
        }
        feed.send(events([7], of: 5000))
        let names = LivingNames(name: { _ in "often" })
        let groups = feed.groups(names)
        #expect(groups.map(\.key) == [.comm("often"), .comm("rare")] && groups.map(\.calls) == [1801, 200])
        #expect(groups[0].distribution?.min == 7 && groups.map { $0.distribution?.count } == [1801, 200])
        #expect(feed.processes().count == 1001)
    }

    @Test func `more names than fit are together, and none of their calls is lost`() {
        let feed = Feed(grouping: .comm)
        for pid in UInt32(1)...5000 {
            feed.send(events([UInt64(pid)], of: pid))
            feed.sendExit(pid, "name \(pid)")
            if pid % 50 == 0 { feed.retire(times: 2) }
        }
        feed.retire(times: 2)
        let groups = feed.groups()
        #expect(groups.count == 4097 && groups.reduce(0) { $0 + $1.calls } == 5000)
        #expect(groups.first { $0.key == .others }?.distribution?.count == 904)
    }

    @Test func `a cgroup is that in which a process ended`() {
        let feed = Feed(grouping: .cgroup)
        feed.send(events([10], of: 7) + events([20, 30], of: 8) + events([40], of: 9) + events([50], of: 10))
        feed.send(Record.cgroup(of: 7, ["nginx.service", "system.slice"]))
        feed.sendExit(7, "nginx")
        feed.send(Record.cgroup(of: 8, ["deep", "er"], isCut: true))
        feed.sendExit(8, "x")
        // What was not told, since the ring was full, is in no group.
        feed.sendExit(9, "untold")
        for retired in [false, true] {
            if retired { feed.retire(times: 2) }
            let groups = feed.groups(LivingNames(name: { _ in "name" }, cgroup: { _ in "/" }))
            #expect(
                groups.map(\.key) == [.cgroup(path: "/"), .cgroup(path: "…/er/deep"), .cgroup(path: "/system.slice/nginx.service")]
                    && groups.map(\.calls) == [1, 2, 1])
        }
    }

    @Test func `records that no kernel side writes are refused`() {
        let feed = Feed(grouping: .thread)
        let exit = Record.threadExit(7, of: 7, thread: "a", comm: "b")
        feed.send(Array(exit.dropLast()))
        feed.send(Record.threadExit(0, of: 7, thread: "a", comm: "b"))
        feed.send(Record.threadExit(7, of: 1 << 22, thread: "a", comm: "b"))
        feed.send(Record.threadExit(7, of: 7, thread: "a", comm: "b", count: 2))
        feed.send(Record.cgroup(of: 0, ["a"]))
        feed.send(Record.cgroup(of: 7, ["a"], count: 3))
        feed.send(Array(Record.cgroup(of: 7, ["a"]).prefix(12)))
        #expect(feed.malformedRecords == 7)
        feed.send(exit)
        feed.send(Record.cgroup(of: 7, []))
        #expect(feed.malformedRecords == 7 && feed.groups().isEmpty)
    }
}
