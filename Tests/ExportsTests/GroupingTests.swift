import Foundation
import LatencyHistogram
import Presentation
import Profile
import ReportFixtures
import SyscallTable
import TestSupport
import Testing

@testable import Exports

/// Reports by process and by interval in formats for programs.
@Suite struct GroupingTests {
    /// Two processes, one with a distribution of its own, and calls that no process has.
    private static var profile: Profile {
        let calls = Fixtures.byInterval.calls
        var profile = Fixtures.profile(calls, intervals: Fixtures.byInterval.intervals)
        func part(_ series: Series, of call: CallProfile, _ divisor: UInt64) -> ProcessSeries {
            ProcessSeries(
                id: call.id, outcome: series.outcome, failed: series.failed, calls: series.calls / divisor,
                totalNanoseconds: series.distribution.sum / divisor)
        }
        func process(_ pid: Int32, _ divisor: UInt64, _ distribution: LatencyHistogram?) -> ProcessProfile {
            ProcessProfile(
                pid: pid, comm: "worker;\"\(pid)\"",
                series: calls.flatMap { call in call.series.map { part($0, of: call, divisor) } },
                distribution: distribution)
        }
        profile.processes = [process(7, 2, calls[0].distribution), process(8, 3, nil)]
        return profile
    }

    private func document(by grouping: Grouping) throws -> [String: Any] {
        let data = Data(try JSONReport.render(Self.profile, by: grouping).utf8)
        return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }

    @Test func `JSON by interval has every interval as its own document would`() throws {
        let intervals = try #require(try document(by: .interval)["intervals"] as? [[String: Any]])
        #expect(intervals.count == 3)
        for (interval, part) in zip(Self.profile.intervals, intervals) {
            let text = try JSONReport.render(interval, on: Self.profile.host)
            let line = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
            var alone = try #require(line)
            alone["schema"] = nil
            #expect(NSDictionary(dictionary: part) == NSDictionary(dictionary: alone))
        }
        let byCall = try document(by: .call)
        #expect(byCall["intervals"] == nil)
    }

    @Test func `JSON by process has percentiles where they are known, and calls that add up to the whole`() throws {
        let processes = try #require(try document(by: .process)["processes"] as? [[String: Any]])
        #expect(
            processes.map { $0["comm"] as? String }.sorted { $0 ?? "" < $1 ?? "" }
                == ["(unknown process)", "worker;\"7\"", "worker;\"8\""])
        let distribution = try #require(Self.profile.processes.first { $0.pid == 7 }?.distribution)
        let first = try #require(processes.first { $0["pid"] as? Int == 7 })
        #expect(first["p99_ns"] as? UInt64 == distribution.value(at: .p99) && first["max_ns"] as? UInt64 == distribution.max)
        #expect(processes.first { $0["pid"] as? Int == 8 }?["p99_ns"] == nil)
        for figure in ["calls", "total_ns"] {
            var sums: [String: UInt64] = [:]
            for process in processes {
                let calls = try #require(process["syscalls"] as? [[String: Any]])
                #expect(calls.compactMap { $0[figure] as? UInt64 }.reduce(0, +) == process[figure] as? UInt64)
                for call in calls {
                    let outcomes = try #require(call["outcomes"] as? [String: [String: UInt64]])
                    for (outcome, figures) in outcomes {
                        let name = try #require(call["name"] as? String)
                        sums["\(name)/\(outcome)", default: 0] += figures[figure] ?? 0
                    }
                }
            }
            for call in Self.profile.calls {
                for outcome in Outcome.allCases where !call.distribution(of: outcome).isEmpty {
                    let distribution = call.distribution(of: outcome)
                    #expect(
                        sums["\(call.id.name)/\(outcome.name)"] == (figure == "calls" ? distribution.count : distribution.sum))
                }
            }
        }
    }

    @Test func `without a process or an interval asked for, JSON has no more than their totals`() throws {
        let processes = try #require(try document(by: .call)["processes"] as? [[String: Any]])
        #expect(processes.count == 2)
        for process in processes { #expect(process.keys.sorted() == ["calls", "comm", "errors", "pid", "total_ns"]) }
    }

    @Test func `the hlog report has a time series where intervals are asked for, and the whole otherwise`() {
        func starts(_ text: String) -> Set<Substring> {
            Set(text.split(separator: "\n").filter { $0.hasPrefix("Tag=") }.map { $0.split(separator: ",")[1] })
        }
        #expect(starts(HlogReport.render(Self.profile, byInterval: true)) == ["0.000", "2.000"])
        #expect(starts(HlogReport.render(Self.profile)) == ["0.000"])
    }

    @Test(arguments: CallGroups.Kind.allCases)
    func `groups in CSV and JSON are as in their snapshots`(kind: CallGroups.Kind) throws {
        let profile = Fixtures.grouped(by: kind)
        let grouping = try #require(Grouping(rawValue: kind.rawValue))
        try Snapshot().verify(CSVReport.render(profile, by: grouping), is: "by-\(kind).csv")
        let json = try JSONReport.render(profile, by: grouping)
        let document = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
        let groups = try #require(document["groups"] as? [[String: Any]])
        #expect(groups.last?["name"] as? String == kind.nameOfRest)
        let counts = groups.compactMap { $0["calls"] as? UInt64 }
        #expect(counts.count == groups.count && counts.reduce(0, +) == profile.calls.flatMap(\.series).reduce(0) { $0 + $1.calls })
        let data = try JSONSerialization.data(
            withJSONObject: groups, options: [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes])
        try Snapshot().verify(String(decoding: data, as: UTF8.self) + "\n", is: "by-\(kind).json")
        #expect(try JSONReport.render(profile).contains("\"groups\"") == false)
    }

    @Test func `buckets of groups add up to their calls`() throws {
        let profile = Fixtures.grouped(by: .cgroup)
        let rows = CSVReport.render(profile, by: .cgroup, withBuckets: true).split(separator: "\r\n").dropFirst()
        let counts = rows.map { UInt64($0.split(separator: ",", omittingEmptySubsequences: false)[6])! }
        #expect(counts.reduce(0, +) == profile.groups?.groups.reduce(0) { $0 + $1.calls })
    }
}
