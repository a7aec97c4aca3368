import Comparison
import Foundation
import Presentation
import Profile
import ReportFixtures
import TestSupport
import Testing

@testable import Exports

/// Every JSON output fits its schema in Documentation/schema, and the schemas are strict.
@Suite(.enabled(if: Oracles.areWanted, Comment(rawValue: Oracles.missing))) struct SchemaTests {
    private func expectFit(_ documents: [String], _ schema: String, plants: Bool = false) throws {
        let checks = try SchemaCheck.check(documents, against: schema, plants: plants)
        try #require(checks.count == documents.count && !checks.isEmpty)
        for (check, document) in zip(checks, documents) {
            #expect(check.errors.isEmpty, "\(check.errors.prefix(5)) in \(document.prefix(200))")
            #expect(check.unnoticed.isEmpty, "\(check.unnoticed)")
        }
    }

    private static let filter = SlowCallFilter(comm: "post*", tids: [1, .max], errnos: [11], leastNanoseconds: 1)

    private static var slowByThreshold: Profile {
        var profile = Fixtures.slowProfile
        let slow = Fixtures.slowCallsByThreshold
        profile.slowCalls = SlowCalls(rule: slow.rule, filter: filter, calls: slow.calls)
        return profile
    }

    private static var profiles: [Profile] {
        var launched = Fixtures.typical
        launched.capture = Fixtures.capture(selection: "read", command: ["ls", "/tmp"], exitStatus: 3)
        return Fixtures.exports.values + [
            launched, Fixtures.troubled, Fixtures.timekeeping, Fixtures.unmeasured, Fixtures.vastVDSO, Fixtures.workloadProfile,
            Fixtures.slowProfile, slowByThreshold,
        ] + CallGroups.Kind.allCases.map { Fixtures.grouped(by: $0) }
    }

    @Test(arguments: Grouping.allCases)
    func `JSON profiles fit the profile schema`(grouping: Grouping) throws {
        try expectFit(try Self.profiles.map { try JSONReport.render($0, by: grouping) }, "profile")
        let few = [Fixtures.extreme, Fixtures.byInterval, Fixtures.wide]
        try expectFit(try few.map { try JSONReport.render($0, by: grouping, withBuckets: true) }, "profile")
    }

    @Test func `JSON intervals fit the interval schema`() throws {
        let intervals = Fixtures.byInterval.intervals
        let whole = Interval(
            startNanoseconds: 0, durationNanoseconds: 1, calls: Fixtures.sampled.calls,
            inFlight: CallsInFlight(calls: Fixtures.slowProfile.inFlight))
        try expectFit(
            try intervals.map { try JSONReport.render($0, on: Fixtures.host) }
                + [try JSONReport.render(whole, on: Fixtures.host, isSampled: true, withBuckets: true)],
            "interval")
    }

    @Test func `JSON self-tests fit the vDSO schema`() throws {
        try expectFit(try SelfTests.all.values.map { try JSONReport.render($0) }, "vdso")
    }

    @Test func `JSON comparisons fit the comparison schema`() throws {
        try expectFit(
            try Comparisons.names.map { try JSONReport.render(try Comparisons.comparison($0)) }, "comparison")
    }

    @Test func `JSON diffs fit the diff schema`() throws {
        try expectFit(try Diffs.names.map { try JSONReport.render(try Diffs.diff($0), arch: "x86_64") }, "diff")
    }

    // MARK: Strictness

    /// A document with every part of a profile.
    private static func everything(by grouping: Grouping = .process) throws -> String {
        var profile = Fixtures.timekeeping
        profile.workload = Fixtures.workloadProfile.workload
        profile.capture.sampling = Fixtures.sampled.capture.sampling
        profile.capture.programs = Fixtures.sampled.capture.programs
        profile.balance = Fixtures.troubled.balance
        profile.intervals = Fixtures.byInterval.intervals
        profile.slowCalls = SlowCalls(rule: .slowest(3), filter: filter, calls: Fixtures.slowCalls.calls, unkept: 2)
        profile.inFlight = Fixtures.slowProfile.inFlight
        return try JSONReport.render(profile, by: grouping)
    }

    @Test func `an unknown name is refused wherever it is planted`() throws {
        try expectFit(try Grouping.allCases.map { try Self.everything(by: $0) }, "profile", plants: true)
        try expectFit([try JSONReport.render(Fixtures.byInterval.intervals[0], on: Fixtures.host)], "interval", plants: true)
        try expectFit([try JSONReport.render(SelfTests.sound)], "vdso", plants: true)
        var comparison = try Comparisons.comparison("regressed")
        comparison.subjects = Array(comparison.subjects.prefix(2))
        (comparison.others, comparison.gated) = (Array(comparison.others.prefix(2)), Array(comparison.gated.prefix(2)))
        try expectFit([try JSONReport.render(comparison)], "comparison", plants: true)
        comparison = try Comparisons.comparison("weighted")
        (comparison.others, comparison.subjects) = ([], [])
        try expectFit([try JSONReport.render(comparison)], "comparison", plants: true)
        try expectFit([try JSONReport.render(try Diffs.diff("typical"), arch: "x86_64")], "diff", plants: true)
    }

    /// A renamed name would be missing and unknown at once; a name left out is only missing.
    @Test(arguments: [
        "schema", "tool", "host", "balance", "entered", "lost", "started_at_ns", "warnings", "calls", "total_ns", "outcomes",
        "kernel_release", "age_ns", "ticks", "reason", "curable", "samples", "machine", "state", "operations", "one_in_min",
        "unkept", "rule", "arguments", "offset",
    ])
    func `a missing required name is noticed`(name: String) throws {
        let whole = try Self.everything()
        let without = try #require(try JSONSerialization.jsonObject(with: Data(whole.utf8)) as? [String: Any])
        let text = String(decoding: try JSONSerialization.data(withJSONObject: Self.removing(name, from: without)), as: UTF8.self)
        #expect(text != whole)
        let checks = try SchemaCheck.check([text], against: "profile")
        #expect(checks.first?.errors.contains { $0.contains("'\(name)' is a required property") } == true)
    }

    private static func removing(_ name: String, from value: Any) -> Any {
        if let object = value as? [String: Any] {
            return object.filter { $0.key != name }.mapValues { removing(name, from: $0) }
        }
        if let array = value as? [Any] { return array.map { removing(name, from: $0) } }
        return value
    }
}
