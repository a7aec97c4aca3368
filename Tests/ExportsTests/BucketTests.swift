import Foundation
import LatencyHistogram
import Presentation
import Profile
import ReportFixtures
import SyscallTable
import TestSupport
import Testing

@testable import Exports

/// Buckets in CSV and JSON: all that is known of a distribution.
@Suite struct BucketTests {
    private func rows(_ text: String) -> [[String: String]] {
        let lines = text.split(separator: "\r\n").map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        return lines.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(lines[0], $0)) }
    }

    private func number(_ row: [String: String], _ column: String) throws -> UInt64 {
        try #require(row[column].flatMap { UInt64($0) }, "\(column) of \(row)")
    }

    /// What the rows say is exactly what the distribution has.
    private func expect(_ rows: [[UInt64]], are distribution: LatencyHistogram) {
        let inRange = rows.filter { $0[0] < BucketScheme.rangeEnd }
        #expect(inRange.map { $0[0] } == distribution.buckets.map { BucketScheme.lowerBound(of: $0.index) })
        #expect(inRange.map { $0[1] } == distribution.buckets.map { BucketScheme.lowerBound(of: $0.index + 1) })
        #expect(inRange.map { $0[2] } == distribution.buckets.map(\.count))
        let above = rows.dropFirst(inRange.count)
        #expect(above.map { $0[2] } == (distribution.aboveRange > 0 ? [distribution.aboveRange] : []))
        #expect(above.allSatisfy { $0[0] == BucketScheme.rangeEnd && $0[1] == max(distribution.max, distribution.max &+ 1) })
    }

    @Test(arguments: Fixtures.exports.keys.sorted(), [Grouping.call, .interval])
    func `CSV has every bucket of every call, and what became of its calls`(name: String, grouping: Grouping) throws {
        let profile = try #require(Fixtures.exports[name])
        let rows = rows(CSVReport.render(profile, by: grouping, withBuckets: true))
        var groups: [(start: String?, calls: [CallProfile])] = [(grouping == .interval ? "0" : nil, profile.calls)]
        if grouping == .interval && !profile.intervals.isEmpty {
            groups = profile.intervals.map { ("\($0.startNanoseconds)", $0.calls) }
        }
        var seen = 0
        for (start, calls) in groups {
            for call in calls {
                let mine = rows.filter {
                    $0["interval_start_ns"] == start && $0["abi"] == call.id.abi.name && $0["number"] == "\(call.id.number)"
                }
                func part(_ column: String) throws -> [[UInt64]] {
                    try mine.map { [try number($0, "from_ns"), try number($0, "below_ns"), try number($0, column)] }
                        .filter { $0[2] > 0 }
                }
                expect(try part("calls"), are: call.distribution)
                for outcome in Outcome.allCases {
                    let counts = try part(outcome.name).map { $0[2] }
                    let distribution = call.distribution(of: outcome)
                    #expect(counts == distribution.buckets.map(\.count) + [distribution.aboveRange].filter { $0 > 0 })
                }
                let errors = try part("errors").map { $0[2] }
                let failed = call.series.mergedDistribution { $0.failed }
                #expect(errors == failed.buckets.map(\.count) + [failed.aboveRange].filter { $0 > 0 })
                seen += mine.count
            }
        }
        #expect(seen == rows.count)
        #expect(rows.allSatisfy { $0["sampled"] == (profile.capture.sampling == nil ? "no" : "yes") })
    }

    @Test func `CSV by process has the buckets of the processes that have a distribution`() throws {
        let rows = rows(CSVReport.render(Fixtures.typical, by: .process, withBuckets: true))
        let distribution = try #require(Fixtures.typical.processes.first { $0.pid == 1234 }?.distribution)
        #expect(Set(rows.map { $0["pid"] }) == ["1234"] && Set(rows.map { $0["comm"] }) == ["nginx"])
        let found = try rows.map { [try number($0, "from_ns"), try number($0, "below_ns"), try number($0, "calls")] }
        expect(found, are: distribution)
    }

    private struct Document: Decodable {
        struct Part: Decodable {
            var buckets: [[UInt64]]?
            var outcomes: [String: Part]?
            var syscalls: [Part]?
        }

        var syscalls: [Part]
        var processes: [Part]
        var intervals: [Part]?
    }

    @Test(arguments: Fixtures.exports.keys.sorted(), Grouping.allCases)
    func `JSON has the buckets of everything that has a distribution`(name: String, grouping: Grouping) throws {
        let profile = try #require(Fixtures.exports[name])
        let text = try JSONReport.render(profile, by: grouping, withBuckets: true)
        let document = try JSONDecoder().decode(Document.self, from: Data(text.utf8))
        func check(_ parts: [Document.Part], _ calls: [CallProfile]) throws {
            #expect(parts.count == calls.count)
            for (part, call) in zip(parts, calls) {
                expect(try #require(part.buckets), are: call.distribution)
                for (outcome, part) in try #require(part.outcomes) {
                    let which = try #require(Outcome.allCases.first { $0.name == outcome })
                    expect(try #require(part.buckets), are: call.distribution(of: which))
                }
            }
        }
        try check(document.syscalls, profile.calls)
        #expect(document.intervals?.count == (grouping == .interval ? profile.intervals.count : nil))
        for (part, interval) in zip(document.intervals ?? [], profile.intervals) {
            try check(try #require(part.syscalls), interval.calls)
        }
        let all = grouping == .process ? profile.allProcesses : profile.processes
        for (part, process) in zip(document.processes, all) {
            let distribution = grouping == .process ? process.distribution : nil
            #expect((part.buckets == nil) == (distribution == nil))
            if let distribution { expect(try #require(part.buckets), are: distribution) }
        }
    }

    @Test func `without --buckets there are none`() throws {
        let document = try JSONReport.render(Fixtures.typical, by: .process)
        #expect(!document.contains("buckets"))
        #expect(!CSVReport.render(Fixtures.typical).contains("from_ns"))
    }
}
