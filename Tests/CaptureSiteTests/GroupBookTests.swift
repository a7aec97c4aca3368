import Exports
import HTTPService
import LatencyHistogram
import Profile
import ReportFixtures
import SyscallTable
import TestSupport
import Testing

@testable import CaptureSite

@Suite struct GroupBookTests {
    private func group(_ key: CallGroup.Key, calls: UInt64, errors: UInt64 = 0) -> CallGroup {
        let read = SyscallID(abi: .x86_64, number: 0)
        let bucket = LatencyHistogram.Bucket(index: BucketScheme.index(of: 1000), count: calls)
        let series = [
            ProcessSeries(id: read, outcome: .ran, failed: false, calls: calls - errors, totalNanoseconds: 1000 * (calls - errors)),
            ProcessSeries(id: read, outcome: .ran, failed: true, calls: errors, totalNanoseconds: 1000 * errors),
        ].filter { $0.calls > 0 }
        return CallGroup(
            key: key, series: series,
            distribution: LatencyHistogram(buckets: [bucket], aboveRange: 0, sum: 1000 * calls, min: 1000, max: 1000))
    }

    private func cgroups(_ counts: [String: UInt64]) -> CallGroups {
        CallGroups(
            kind: .cgroup,
            groups: counts.filter { $0.value > 0 }.map { group(.cgroup(path: $0.key), calls: $0.value, errors: $0.value / 3) })
    }

    private func counts(_ exposition: GroupExposition) -> [String: UInt64] {
        Dictionary(uniqueKeysWithValues: exposition.groups.map { ($0.name, $0.totals.distribution.count) })
    }

    @Test func `the groups with a place and other have all calls, and none of them ever falls`() {
        var generator = SeededGenerator.fromEnvironment()
        for _ in 0..<rounds(20) {
            var dead: Set<String> = []
            var rule = GroupRule(.cgroup, most: 5) { _ in false }
            rule.patience = 3
            var book = GroupBook(rule)
            var totals: [String: UInt64] = [:]
            var before: [String: UInt64] = [:]
            for step in 0..<200 {
                for _ in 0..<Int(generator.next() % 4) {
                    // No more than are remembered if all of them have lost their places.
                    let name = "/g\(generator.next() % UInt64(min(2 * rule.most, 3 + step / 8)))"
                    if dead.contains(name) { continue }
                    totals[name, default: 0] += generator.next() % 50
                    if generator.next() % 9 == 0 { dead.insert(name) }
                }
                book.take(cgroups(totals))
                guard generator.next() % 3 == 0 else { continue }
                let now = counts(book.scrape())
                #expect(now.count <= 6 && book.count <= 5)
                for (name, count) in now { #expect(count >= before[name] ?? 0, "\(name) fell") }
                before.merge(now) { max($0, $1) }
            }
            // Those without a place any more keep what they had.
            let all = before.merging(counts(book.scrape())) { max($0, $1) }
            #expect(all.values.reduce(0, +) == totals.values.reduce(0, +))
        }
    }

    @Test func `a dead group loses its place after so many scrapes, and goes on from where it was`() {
        var rule = GroupRule(.cgroup, most: 1) { $0 == "/quiet" }
        rule.patience = 2
        var book = GroupBook(rule)
        book.take(cgroups(["/dead": 7]))
        for _ in 0..<3 { #expect(counts(book.scrape()) == ["/dead": 7]) }
        #expect(book.scrape().groups.isEmpty)
        book.take(cgroups(["/dead": 7, "/next": 4]))
        #expect(counts(book.scrape()) == ["/next": 4])
        // It has no place now: what it does is with the others, and nothing twice.
        book.take(cgroups(["/dead": 9, "/next": 4]))
        #expect(counts(book.scrape()) == ["/next": 4, "other": 2])
        for _ in 0..<3 { _ = book.scrape() }
        // Counted anew from the start, as of a group that the capture has forgotten.
        book.take(cgroups(["/next": 4]))
        book.take(cgroups(["/dead": 3, "/next": 4]))
        #expect(counts(book.scrape()) == ["/dead": 10, "other": 2])
    }

    @Test func `calls of no group are in other, and those of a group that the capture has forgotten are not`() {
        func all(_ calls: UInt64) -> GroupTotals { GroupTotals(of: group(.others, calls: calls, errors: calls / 3), since: nil) }
        var book = GroupBook(GroupRule(.cgroup, most: 2) { _ in true })
        book.take(cgroups(["/a": 6]), of: all(9))
        #expect(counts(book.scrape()) == ["/a": 6, "other": 3])
        book.take(cgroups(["/b": 6]), of: all(15))
        #expect(counts(book.scrape()) == ["/a": 6, "/b": 6, "other": 3])
        book.take(cgroups(["/b": 6, "/c": 3]), of: all(18))
        // Of a process that ends: it is in no group at first.
        book.take(cgroups(["/b": 6, "/c": 3]), of: all(24))
        #expect(counts(book.scrape()) == ["/a": 6, "/b": 6, "other": 12])
        book.take(cgroups(["/b": 12, "/c": 3]), of: all(24))
        #expect(counts(book.scrape()) == ["/a": 6, "/b": 12, "other": 12])
        let others = book.scrape().groups.last?.totals
        #expect(others?.errors == 4 && others?.times == [.ran: 12_000] && others?.distribution.sum == 12_000)
    }

    @Test func `the groups of a site and other have all calls of the profile`() throws {
        var profile = try #require(Fixtures.exports["typical"])
        let groups = profile.calls.prefix(5).enumerated().map { number, call in
            let series = call.series.map {
                ProcessSeries(
                    id: call.id, outcome: $0.outcome, failed: $0.failed, calls: $0.calls, totalNanoseconds: $0.distribution.sum)
            }
            let distribution = call.series.reduce(into: LatencyHistogram()) { $0.merge($1.distribution) }
            return CallGroup(key: .comm("name\(number)"), series: series, distribution: distribution)
        }
        profile.groups = CallGroups(kind: .comm, groups: groups)
        let site = CaptureSite(
            CaptureSite.Facts(version: "0.1.0", capabilities: []), keep: 1_000_000_000,
            groups: GroupRule(.comm, most: 9) { _ in true },
            now: { 1 })
        for _ in 0..<3 { site.take(profile, process: nil) }
        let text = String(decoding: site.respond(HTTPRequest(path: "/metrics")).body, as: UTF8.self)
        let counts = text.split(separator: "\n").filter { $0.hasPrefix("syslat_group_duration_seconds_count{") }
        #expect(counts.count == 6)
        let sum = counts.compactMap { $0.split(separator: " ").last.flatMap { Double($0) } }.reduce(0, +)
        #expect(sum == Double(profile.calls.reduce(0) { $0 + $1.calls }))
    }

    @Test func `a group that is there and makes no call keeps its place`() {
        var rule = GroupRule(.cgroup, most: 1) { $0 == "/quiet" }
        rule.patience = 2
        var book = GroupBook(rule)
        book.take(cgroups(["/quiet": 5]))
        for _ in 0..<20 { #expect(counts(book.scrape()) == ["/quiet": 5]) }
    }

    @Test func `10,000 short cgroups leave no more than the places that there are`() {
        var rule = GroupRule(.cgroup, most: 50) { _ in false }
        rule.patience = 5
        var book = GroupBook(rule)
        var most = 0
        for number in 0..<10_000 {
            // The capture knows the last few.
            let known = max(0, number - 20)...number
            book.take(cgroups(Dictionary(uniqueKeysWithValues: known.map { ("/job\($0)", UInt64($0 == number ? 3 : 5)) })))
            if number % 3 == 0 { most = max(most, book.scrape().groups.count) }
        }
        #expect((10...51).contains(most) && book.count <= 50 && book.remembered <= 100)
    }

    /// Four begin and end in each snapshot, and there are 35 seconds between two of them.
    @Test func `a day with 10,000 short cgroups takes bounded memory, and as many series at its end as at its beginning`() throws {
        var rule = GroupRule(.cgroup, most: 50) { _ in false }
        rule.patience = 5
        let (hour, step): (UInt64, UInt64) = (3_600_000_000_000, 34_560_000_000)
        let site = CaptureSite(CaptureSite.Facts(version: "0.1.0", capabilities: []), keep: hour, groups: rule) { 1 }
        var profile = try #require(Fixtures.exports["typical"])
        profile.capture.durationNanoseconds = 0
        profile.calls = Array(profile.calls.prefix(6))
        var sizes: [Int] = []
        for number in 1...2500 as ClosedRange<UInt64> {
            profile.capture.durationNanoseconds += step
            let place = Int(number) % profile.calls.count
            for index in profile.calls[place].series.indices { profile.calls[place].series[index].inferred = 0 }
            profile.calls[place].series[0].distribution.merge(Self.latency(of: number))
            let (first, last) = (number > 5 ? 4 * number - 20 : 1, 4 * number)
            profile.groups = cgroups(Dictionary(uniqueKeysWithValues: (first...last).map { ("/job\($0)", $0 + 4 > last ? 3 : 5) }))
            site.take(profile, process: nil)
            if number % 125 == 0 {
                let text = site.respond(HTTPRequest(path: "/metrics")).body
                sizes.append(text.split(separator: UInt8(ascii: "\n")).count)
            }
        }
        #expect(site.keptBytes <= CaptureSite.mostWindowBytes)
        let lines = try #require(sizes.last)
        #expect(sizes.allSatisfy { $0 <= lines + 200 } && lines < 6000, "\(sizes)")
    }

    private static func latency(of number: UInt64) -> LatencyHistogram {
        let index = BucketScheme.index(of: 200 + number % 5000)
        let value = BucketScheme.lowerBound(of: index)
        return LatencyHistogram(buckets: [.init(index: index, count: 1)], aboveRange: 0, sum: value, min: value, max: value)
    }

    @Test(arguments: [
        ("/system.slice/nginx.service", "nginx.service", "/system.slice/nginx.service"),
        ("/system.slice/docker.service/abc", "docker.service", "/system.slice/docker.service"),
        ("/user.slice/user-0.slice/session-1.scope", "session-1.scope", "/user.slice/user-0.slice/session-1.scope"),
        ("/user.slice", "user.slice", "/user.slice"), ("/.service/x", "", ""), ("/", "", ""), ("", "", ""), ("/a/b", "", ""),
    ]) func `a unit is the last part of a path that is the name of one`(path: String, name: String, unitPath: String) {
        let unit = GroupBook.unit(of: path)
        #expect(unit?.name ?? "" == name && unit?.path ?? "" == unitPath)
    }

    @Test func `units and names of programs have the calls of all that belong to them`() {
        var units = GroupBook(GroupRule(.unit, most: 9) { _ in true })
        units.take(cgroups(["/system.slice/a.service/x": 3, "/system.slice/a.service/y": 4, "/plain": 5]))
        #expect(counts(units.scrape()) == ["a.service": 7, "other": 5])
        var names = GroupBook(GroupRule(.comm, most: 9) { _ in true })
        names.take(
            CallGroups(
                kind: .comm, groups: [group(.comm("nginx"), calls: 2), group(.comm("other"), calls: 3), group(.others, calls: 4)]))
        #expect(counts(names.scrape()) == ["nginx": 2, "other": 7])
    }
}
